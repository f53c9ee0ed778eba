/** What a DHCP server has lent to an endpoint. */
export interface Lease {
  /** With prefix length, "192.168.1.40/24". */
  readonly address: string
  /** The first router that the server names; absent where it names none of the address's subnet. */
  readonly gateway?: string
  /** Absent where the server does not say who it is. */
  readonly server?: string
  /** How long it is lent for; absent where the server does not say. */
  readonly seconds?: number
  readonly nameServers: readonly string[]
  /** When it was given or prolonged last. */
  readonly renewedAt: Date
}
