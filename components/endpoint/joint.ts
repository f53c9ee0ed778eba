import type { EndpointView, ShapingView } from '@/server/observe/snapshot'

/** What `network.connect` is asked for. */
export interface JointRequest {
  readonly network: string
  readonly container: string
  readonly ipv4Address?: string
  readonly ipv6Address?: string
  readonly linkLocalIps?: string[]
  readonly macAddress?: string
  readonly aliases?: string[]
  readonly links?: string[]
  readonly gwPriority?: number
  readonly driverOpts?: Record<string, string>
  readonly shaping?: ShapingView
}

/** What makes the same endpoint once more: the addresses that it has, and all that was asked of it. */
export function sameAgain(endpoint: EndpointView): JointRequest {
  const { asked, lease, shaping } = endpoint
  // A server gives what it leases; nobody asks for it by name.
  const held = (address: string | null) => (lease ? undefined : address?.split('/')[0])
  return {
    network: endpoint.networkId,
    container: endpoint.containerId,
    aliases: [...endpoint.aliases],
    ...given({
      ipv4Address: held(endpoint.ipv4Address) ?? asked?.ipv4Address,
      ipv6Address: held(endpoint.ipv6Address) ?? asked?.ipv6Address,
      macAddress: asked?.macAddress,
      linkLocalIps: asked?.linkLocalIps && [...asked.linkLocalIps],
      links: asked && [...asked.links],
      gwPriority: asked?.gwPriority,
      driverOpts: asked && { ...asked.driverOpts },
      shaping,
    }),
  }
}

/** What belongs to the cable rather than to its place goes with it to another network. */
export function carriedAlong({ shaping }: EndpointView): Pick<JointRequest, 'shaping'> {
  return given({ shaping })
}

type Given<Values> = { [Key in keyof Values]?: Exclude<Values[Key], undefined> }

function given<Values extends object>(values: Values): Given<Values> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<Values>
}
