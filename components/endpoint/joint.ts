import type { EndpointView } from '@/server/observe/snapshot'

/** What `network.connect` is asked for. */
export interface JointRequest {
  readonly network: string
  readonly container: string
  readonly ipv4Address?: string
  readonly macAddress?: string
  readonly aliases?: string[]
}

/** What makes the same endpoint once more: its address and aliases. */
export function sameAgain(endpoint: EndpointView): JointRequest {
  const address = endpoint.ipv4Address?.split('/')[0]
  return {
    network: endpoint.networkId,
    container: endpoint.containerId,
    aliases: [...endpoint.aliases],
    ...(address === undefined ? {} : { ipv4Address: address }),
  }
}
