import type { FoundNetns, NetLink, NetnsId, NetnsState } from '../../cnm/netns-state'
import type { Told } from '../../cnm/sentence'
import type { CableView, LinkHolder, LinkId, NamespaceView, WiredLink, WiringPicture } from './view'

/** More links of one namespace are counted, not shown. */
export const mostLinks = 4_000
const mostVteps = 20

/** A namespace and what was read of it. */
export interface ReadNamespace {
  readonly found: FoundNetns
  /** What was read last; null: nothing yet. */
  readonly state: Pick<NetnsState, 'links' | 'addresses' | 'fdb'> | null
  readonly failure: Told | null
  /** Which namespaces its links' numbers mean; where one is missing, nobody knows. */
  readonly peers: ReadonlyMap<number, NetnsId>
  /** By the link's name. */
  readonly holders: Holders
}

export type Holders = ReadonlyMap<string, readonly LinkHolder[]>

/** Works out how interfaces belong together. `nameOf` says what a namespace is called. */
export function joinWiring(
  all: Iterable<ReadNamespace>,
  nameOf: (found: FoundNetns) => Pick<NamespaceView, 'kind' | 'name' | 'containerId'>,
): WiringPicture {
  const namespaces: Record<string, NamespaceView> = {}
  const links: Record<string, WiredLink> = {}
  const cables: Record<string, CableView> = {}
  const read = [...all]
  for (const namespace of read) {
    const { found } = namespace
    const shown = linksOf(namespace)
    for (const link of shown) links[link.id] = link
    namespaces[found.id] = {
      id: found.id,
      ...nameOf(found),
      mounts: found.mounts,
      ...(found.elsewhere && { elsewhere: found.elsewhere }),
      processes: found.processes,
      processCount: found.processCount,
      path: found.path,
      linksCut: (namespace.state?.links.length ?? 0) - shown.length,
      failure: namespace.failure,
    }
  }
  for (const namespace of read) {
    for (const link of namespace.state?.links.slice(0, mostLinks) ?? []) {
      const cable = cableOf(namespace, link, links)
      if (cable) cables[cable.id] = cable
    }
  }
  return { namespaces, links, cables }
}

export function linkId(netnsId: NetnsId, index: number): LinkId {
  return `${netnsId}:${index}`
}

/** What was made of the same reading is the same objects, so that only what was read anew is compared. */
const madeOf = new WeakMap<object, { readonly holders: Holders; readonly links: readonly WiredLink[] }>()

function linksOf({ found, state, holders }: ReadNamespace): readonly WiredLink[] {
  if (state === null) return []
  const known = madeOf.get(state)
  if (known?.holders === holders) return known.links
  const addresses = new Map<number, string[]>()
  for (const { index, address, prefixLength } of state.addresses) {
    const list = addresses.get(index) ?? []
    addresses.set(index, list)
    list.push(`${address}/${prefixLength}`)
  }
  const links = state.links.slice(0, mostLinks).map((link) => ({
    ...wiredLink(found.id, link, addresses.get(link.index) ?? [], state.fdb),
    ...heldBy(link, holders),
  }))
  madeOf.set(state, { holders, links })
  return links
}

function wiredLink(netnsId: NetnsId, from: NetLink, addresses: readonly string[], fdb: NetnsState['fdb']): WiredLink {
  const { master, link: _link, linkNetnsId: _number, counters: _counters, ...facts } = from
  return {
    id: linkId(netnsId, from.index),
    netnsId,
    ...facts,
    addresses,
    masterId: master === null ? null : linkId(netnsId, master),
    ...(from.kind === 'vxlan' ? vtepsOf(from.index, fdb) : {}),
  }
}

function heldBy({ kind, name }: NetLink, holders: Holders): Pick<WiredLink, 'holders'> {
  const held = kind === 'tun' ? holders.get(name) : undefined
  return held ? { holders: held } : {}
}

function vtepsOf(index: number, fdb: NetnsState['fdb']): Pick<WiredLink, 'vteps' | 'vtepCount'> {
  const all = fdb.flatMap(({ index: of, mac, remote, vni }) =>
    of === index && remote !== null ? [{ mac, remote, vni }] : [],
  )
  return { vteps: all.slice(0, mostVteps), vtepCount: all.length }
}

/** Of a pair both ends give the same cable. */
function cableOf(
  { found, peers }: ReadNamespace,
  link: NetLink,
  links: Readonly<Record<string, WiredLink>>,
): CableView | null {
  const kind = cableKind(link)
  if (kind === null || link.link === null || link.link === 0) return null
  const from = linkId(found.id, link.index)
  const far = link.linkNetnsId === null ? found.id : peers.get(link.linkNetnsId)
  const to = far === undefined ? null : linkId(far, link.link)
  if (to === null || to === from || !Object.hasOwn(links, to)) return { id: `${kind} ${from}`, kind, from, to: null }
  if (kind !== 'veth') return { id: `${kind} ${from}`, kind, from, to }
  const [one, other] = isBefore(from, to) ? [from, to] : [to, from]
  return { id: `veth ${one} ${other}`, kind, from: one, to: other }
}

function isBefore(one: LinkId, other: LinkId): boolean {
  return one.length === other.length ? one < other : one.length < other.length
}

function cableKind({ kind }: NetLink): CableView['kind'] | null {
  if (kind === 'veth' || kind === 'netkit') return 'veth'
  if (kind === 'vxlan') return 'underlay'
  return kind !== null && standing.has(kind) ? 'parent' : null
}

const standing = new Set(['macvlan', 'macvtap', 'ipvlan', 'ipvtap', 'vlan', 'macsec'])

/** True: some number leads to a namespace that is not known. */
export function hasUnknownPeers({ state, peers }: ReadNamespace): boolean {
  return (
    state?.links.some(
      (link) =>
        link.linkNetnsId !== null && link.linkNetnsId >= 0 && cableKind(link) !== null && !peers.has(link.linkNetnsId),
    ) ?? false
  )
}
