/** A link of the host's, as far as networks care that are to be on it. */
export interface HostLink {
  readonly name: string
  /** "bridge", "veth" …; null for devices that no driver made (eth0). */
  readonly kind: string | null
  readonly isLoopback: boolean
  /** The bridge or bond that it is a port of. */
  readonly master: string | null
  readonly mtu: number
}
