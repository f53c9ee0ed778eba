/** Quick ones, as tcpdump has them. */
export const filterParts = {
  dns: 'port 53',
  ping: 'icmp or icmp6',
  noArp: 'not arp',
  handshake: 'tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0',
} as const

/** Whether it was added by `togglePart`, and nothing was changed in it since. */
export function hasPart(filter: string, part: string): boolean {
  return filter.includes(`(${part})`)
}

/** Adds it behind "and", or takes it away; what a person typed stays as it is. In tcpdump "and" and "or" bind alike. */
export function togglePart(filter: string, part: string): string {
  const wanted = `(${part})`
  if (!hasPart(filter, part)) return filter.trim() === '' ? wanted : `${filter.trim()} and ${wanted}`
  const forms = [` and ${wanted}`, `${wanted} and `, wanted]
  return filter.replace(forms.find((form) => filter.includes(form)) ?? wanted, '').trim()
}
