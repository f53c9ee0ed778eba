/** Where on the host an address already leads to. */
export interface HostPlace {
  /** "10.8.0.0/16"; a name server as "10.8.0.53/32". */
  readonly subnet: string
  /** The link over which it is reached; null where nobody says. */
  readonly link: string | null
  readonly what: 'route' | 'nameserver'
}
