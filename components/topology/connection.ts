import type { ContainerView, EndpointView, NetworkView, Snapshot } from '@/server/observe/snapshot'
import { isHost, isNone } from './arrangement'
import { hostNodeId } from './graph-model'

/** Why a cable cannot be plugged in there; a key of the messages. */
export type Refusal =
  | 'gone'
  | 'self'
  | 'twoNetworks'
  | 'twoSandboxes'
  | 'hostNode'
  | 'hostNetwork'
  | 'noneNetwork'
  | 'configuration'
  | 'hostMode'
  | 'sharedMode'
  | 'noneMode'
  | 'foreignNetwork'
  | 'foreignContainer'
  | 'connected'

export type ConnectionCheck =
  | { readonly ok: true; readonly network: NetworkView; readonly container: ContainerView }
  | { readonly ok: false; readonly reason: Refusal; readonly names: { network: string; container: string } }

/**
 * Whether a cable between two nodes can become an endpoint, either way round. `moving` is the
 * endpoint whose cable is in hand: what it is plugged into now does not stand in its own way.
 * The daemon has the last word; this only spares asking it what cannot be.
 */
export function checkConnection(snapshot: Snapshot, from: string, to: string, moving?: string): ConnectionCheck {
  const networks = [from, to].map((id) => snapshot.networks[id]).filter((network) => network !== undefined)
  const containers = [from, to].map((id) => snapshot.containers[id]).filter((container) => container !== undefined)
  const [network] = networks
  const [container] = containers
  const refuse = (reason: Refusal): ConnectionCheck => ({
    ok: false,
    reason,
    names: { network: network?.name ?? '', container: container?.name ?? '' },
  })
  if (from === to) return refuse('self')
  if (from === hostNodeId || to === hostNodeId) return refuse('hostNode')
  if (networks.length === 2) return refuse('twoNetworks')
  if (containers.length === 2) return refuse('twoSandboxes')
  if (!network || !container) return refuse('gone')
  const reason = networkRefusal(network) ?? containerRefusal(container, network, snapshot, moving)
  return reason ? refuse(reason) : { ok: true, network, container }
}

function networkRefusal(network: NetworkView): Refusal | undefined {
  if (isHost(network)) return 'hostNetwork'
  if (isNone(network)) return 'noneNetwork'
  if (network.configuration) return 'configuration'
  return network.origin === 'patchbay' ? undefined : 'foreignNetwork'
}

function containerRefusal(
  container: ContainerView,
  network: NetworkView,
  snapshot: Snapshot,
  moving: string | undefined,
): Refusal | undefined {
  if (container.origin !== 'patchbay') return 'foreignContainer'
  if (container.networkMode.startsWith('container:')) return 'sharedMode'
  const endpoints = endpointsOf(snapshot, container.id)
  const joined = endpoints.map((endpoint) => snapshot.networks[endpoint.networkId])
  if (container.networkMode === 'host' || joined.some((other) => other && isHost(other))) return 'hostMode'
  if (joined.some((other) => other && isNone(other))) return 'noneMode'
  return endpoints.some((endpoint) => endpoint.networkId === network.id && endpoint.id !== moving)
    ? 'connected'
    : undefined
}

export function endpointsOf(snapshot: Snapshot, containerId: string): EndpointView[] {
  return Object.values(snapshot.endpoints).filter((endpoint) => endpoint.containerId === containerId)
}

/** A checked pair for every node that could be meant while a cable of `from` is in hand. */
export function checkAll(snapshot: Snapshot, from: string, moving?: string): ReadonlyMap<string, ConnectionCheck> {
  const ids = [hostNodeId, ...Object.keys(snapshot.networks), ...Object.keys(snapshot.containers)]
  return new Map(ids.map((id) => [id, checkConnection(snapshot, from, id, moving)]))
}

/** The node that the other end of a cable stays in when the end at `fixed`'s other side is pulled. */
export function otherEnd(endpoint: EndpointView, nodeId: string): string {
  return endpoint.networkId === nodeId ? endpoint.containerId : endpoint.networkId
}
