import type { Snapshot } from '@/server/observe/snapshot'
import type { WiredLink, WiringPicture } from '@/server/observe/wiring/view'

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

/** An interface along a cable, and what it is there. */
export interface CableJack {
  readonly role: 'inside' | 'outside' | 'bridgePort' | 'bridge' | 'parent'
  readonly link: WiredLink
}

/**
 * The way of an endpoint's cable through the kernel: from the interface of a container over the other end of its pair to
 * the bridge, or to what it stands on (macvlan, ipvlan). Only the first: the rest is somewhere else. Empty where there is
 * no interface of it.
 */
export function jacksOf(linkId: string, wiring: WiringPicture): readonly CableJack[] {
  const link = wiring.links[linkId]
  if (!link) return []
  const inside = { role: 'inside', link } as const
  const cable = Object.values(wiring.cables).find(({ from, to }) => from === linkId || to === linkId)
  const far = cable ? (wiring.links[(cable.from === linkId ? cable.to : cable.from) ?? ''] ?? null) : null
  if (!far) return [inside]
  if (cable?.kind !== 'veth') return [inside, { role: 'parent', link: far }]
  const bridge = wiring.links[far.masterId ?? '']
  if (!bridge) return [inside, { role: 'outside', link: far }]
  return [inside, { role: 'bridgePort', link: far }, { role: 'bridge', link: bridge }]
}
