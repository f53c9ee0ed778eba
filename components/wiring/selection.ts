import type { Snapshot } from '@/server/observe/snapshot'
import type { WiringPicture } from '@/server/observe/wiring/view'

type Networks = Pick<Snapshot, 'networks' | 'containers' | 'endpoints'>

/** What of the wiring is meant by an id of either picture: a namespace's or a link's id, or null. */
export function toWired(id: string, wiring: WiringPicture, picture: Networks): string | null {
  if (Object.hasOwn(wiring.namespaces, id) || Object.hasOwn(wiring.links, id)) return id
  const host = Object.values(wiring.namespaces).find(({ kind }) => kind === 'host')
  if (id === 'host') return host?.id ?? null
  const onHost = (name: string | null) =>
    Object.values(wiring.links).find((link) => link.netnsId === host?.id && link.name === name)?.id ?? null
  if (Object.hasOwn(picture.containers, id)) return namespaceOf(id, wiring)
  const network = picture.networks[id]
  if (network) return onHost(network.device ?? network.parent)
  const endpoint = picture.endpoints[id]
  if (!endpoint) return null
  const inside = namespaceOf(endpoint.containerId, wiring)
  const own = Object.values(wiring.links).find(
    (link) => link.netnsId === inside && (link.name === endpoint.ifname || link.mac === endpoint.macAddress),
  )
  return own?.id ?? onHost(endpoint.hostIfname) ?? inside
}

function namespaceOf(containerId: string, wiring: WiringPicture): string | null {
  return Object.values(wiring.namespaces).find((one) => one.containerId === containerId)?.id ?? null
}

/** The other way round: what of the network picture a namespace or link belongs to; null: nothing there. */
export function toPanel(id: string, wiring: WiringPicture, picture: Networks): string | null {
  const namespace = wiring.namespaces[id]
  if (namespace) return namespace.kind === 'host' ? 'host' : namespace.containerId
  const link = wiring.links[id]
  if (!link) return null
  const home = wiring.namespaces[link.netnsId]
  if (home?.kind === 'host') {
    const network = Object.values(picture.networks).find(({ device }) => device === link.name)
    const endpoint = Object.values(picture.endpoints).find(({ hostIfname }) => hostIfname === link.name)
    return network?.id ?? endpoint?.id ?? 'host'
  }
  const own = Object.values(picture.endpoints).filter(({ containerId }) => containerId === home?.containerId)
  const endpoint =
    own.find(({ ifname }) => ifname === link.name) ?? own.find(({ macAddress }) => macAddress === link.mac)
  return endpoint?.id ?? home?.containerId ?? null
}

/** One step along a cable, from the interface of a container to the bridge that it ends on. */
export interface CableSteps {
  readonly inside: WiringPicture['links'][string]
  /** The end on the other side; null: somewhere else. */
  readonly outside: WiringPicture['links'][string] | null
  readonly bridge: WiringPicture['links'][string] | null
  /** What it stands on instead: macvlan, ipvlan. */
  readonly parent: WiringPicture['links'][string] | null
}

/** The way of an endpoint's cable through the kernel; null where there is no interface of it. */
export function stepsOf(linkId: string, wiring: WiringPicture): CableSteps | null {
  const inside = wiring.links[linkId]
  if (!inside) return null
  const cable = Object.values(wiring.cables).find(({ from, to }) => from === linkId || to === linkId)
  const far = cable ? (wiring.links[(cable.from === linkId ? cable.to : cable.from) ?? ''] ?? null) : null
  if (cable?.kind !== 'veth') return { inside, outside: null, bridge: null, parent: far }
  return { inside, outside: far, bridge: wiring.links[far?.masterId ?? ''] ?? null, parent: null }
}
