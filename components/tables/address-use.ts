/** How much of a subnet is handed out. */
export interface AddressUse {
  readonly used: number
  /** Addresses that endpoints and the gateway can have: all but network and broadcast address. */
  readonly size: number
}

/** Counts the gateway, which takes an address too. `prefix` of a /31 or /32 leaves nothing to reserve. */
export function countAddresses(subnet: string, endpoints: number): AddressUse {
  const prefix = Number(subnet.split('/')[1] ?? 32)
  if (subnet.includes(':')) return { used: endpoints + 1, size: 2 ** (128 - prefix) - 1 }
  const all = 2 ** (32 - prefix)
  return { used: endpoints + 1, size: prefix >= 31 ? all : all - 2 }
}
