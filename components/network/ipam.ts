/** Ways in which endpoints get their addresses, as forms name them. */
export const ipams = ['default', 'serial', 'dhcp', 'null'] as const
export type Ipam = (typeof ipams)[number]

/** Docker's name for it: addresses in turn, none given again at once. */
export const serialOption = 'com.docker.network.ipam.serial'
