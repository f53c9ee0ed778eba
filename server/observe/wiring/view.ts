import type { FoundNetns, NetLink, NetnsId } from '../../cnm/netns-state'
import type { Told } from '../../cnm/sentence'

/** The kernel's picture of the whole host as the browser gets it: plain JSON, entities by id. */
export interface WiringPicture {
  readonly namespaces: Readonly<Record<NetnsId, NamespaceView>>
  readonly links: Readonly<Record<LinkId, WiredLink>>
  readonly cables: Readonly<Record<string, CableView>>
}

/** "<namespace>:<index>" */
export type LinkId = string

export interface NamespaceView {
  readonly id: NetnsId
  readonly kind: NamespaceKind
  /** What one calls it; of the host the host's name. Hostile text. */
  readonly name: string
  /** Of the network picture; null: of none there. */
  readonly containerId: string | null
  readonly mounts: readonly string[]
  /** It is mounted among the mounts of that process, not among the daemon's; its name is hostile text. */
  readonly elsewhere?: FoundNetns['elsewhere']
  /** The first few. */
  readonly processes: readonly { readonly pid: number; readonly name: string }[]
  readonly processCount: number
  /** A file that leads into it. */
  readonly path: string
  /** Links that are too many to show. */
  readonly linksCut: number
  /** Why what is shown of it may be old, or nothing is; null: it was read. */
  readonly failure: Told | null
}

/**
 * `host`: the daemon's own. `container`: of a container that the network picture knows, whoever made it. `spare`: made ahead
 * for the next container. `docker`, `podman`, `cni`: by where those mount theirs. `named`: as `ip netns` does. `mounted`: elsewhere.
 * `process`: held by processes alone.
 */
export type NamespaceKind =
  | 'host'
  | 'container'
  | 'spare'
  | 'docker'
  | 'podman'
  | 'cni'
  | 'named'
  | 'mounted'
  | 'process'

/** An interface, without what counts; names, aliases and the like are hostile text. */
export interface WiredLink extends Omit<NetLink, 'master' | 'link' | 'linkNetnsId' | 'counters'> {
  readonly id: LinkId
  readonly netnsId: NetnsId
  /** With prefix length. */
  readonly addresses: readonly string[]
  /** The bridge (bond, vrf …) that it is a port of. */
  readonly masterId: LinkId | null
  /** Of a vxlan: where frames go, the first few. */
  readonly vteps?: readonly { readonly mac: string; readonly remote: string; readonly vni: number | null }[]
  readonly vtepCount?: number
  /** Of a tun or tap: the processes that have it open; absent where none has. Their names are hostile text. */
  readonly holders?: readonly LinkHolder[]
}

export interface LinkHolder {
  readonly pid: number
  readonly name: string
}

/** What belongs together across links; a port's bridge is `masterId` of the link. */
export interface CableView {
  readonly id: string
  /** `veth`: a pair. `parent`: `from` stands on `to` (macvlan, ipvlan, vlan). `underlay`: a vxlan, and the link that carries it. */
  readonly kind: 'veth' | 'parent' | 'underlay'
  readonly from: LinkId
  /** Null: somewhere else, in a namespace that nothing leads to. */
  readonly to: LinkId | null
}

export const wiringCollections = ['namespaces', 'links', 'cables'] as const
export type WiringCollection = (typeof wiringCollections)[number]

export interface WiringChange {
  readonly set: { readonly [Name in WiringCollection]?: WiringPicture[Name] }
  readonly remove: { readonly [Name in WiringCollection]?: readonly string[] }
}

/** Bytes a second, as that end sees them. */
export interface LinkRate {
  readonly rx: number
  readonly tx: number
}

/** `epoch` is the daemon's run; a version means nothing under another epoch. */
export type WiringEvent = { readonly epoch: string; readonly version: number } & (
  | { readonly type: 'wiring'; readonly wiring: WiringPicture }
  | { readonly type: 'change'; readonly change: WiringChange }
)
