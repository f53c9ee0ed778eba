import type { Family } from '../../cnm/address'
import type { NetLink, NetnsId, NetnsState } from '../../cnm/netns-state'
import type { SavedFirewall } from '../../kernel/firewall-save'
import type { Flow, NetSocket } from '../../kernel/netns-contract'
import type { IptablesVariant } from '../../kernel/read-firewall'
import type { Snapshot } from '../snapshot'
import type { NftRuleset } from './nft/ruleset'

/** Patchbay's records, for words. */
export type Records = Pick<Snapshot, 'networks' | 'containers' | 'endpoints' | 'services'>

export interface HookedFirewall {
  readonly variant: IptablesVariant
  readonly firewall: SavedFirewall
}

/**
 * What is known of the machine's network namespaces. Each of these throws Unread where it would have to be read first:
 * whoever asks reads that and begins anew, so that no more is read than what lies on the way.
 */
export interface World {
  readonly host: NetnsId
  /** Every namespace there is, the host's first. */
  readonly all: readonly NetnsId[]
  state(netns: NetnsId): NetnsState
  /** Several at once, so that they are read side by side. */
  states(netns: readonly NetnsId[]): readonly NetnsState[]
  /** What the numbers in `linkNetnsId` of that one's links mean. */
  peers(netns: NetnsId): ReadonlyMap<number, NetnsId>
  /** In the order of their hooks. */
  firewalls(netns: NetnsId, family: Family): readonly HookedFirewall[]
  /**
   * Rules of nft that are not those of iptables. Patchbay's own, in sandboxes, are of packets to and from the containers'
   * resolver alone: they are there where one is asked about.
   */
  nft(netns: NetnsId, family: Family, isOfResolver: boolean): NftRuleset
  sockets(netns: NetnsId): readonly NetSocket[]
  /** Those of tcp that are connected. */
  connected(netns: NetnsId): readonly NetSocket[]
  /** Connections that the kernel remembers between two addresses, in either direction, as one of their sides shows them. */
  flows(netns: NetnsId, source: string, destination: string): readonly Flow[]
  /** By its name with dots; a dot in a link's name is a slash. */
  sysctl(netns: NetnsId, name: string): string | undefined
  readonly records: Records
  /** Of a running container. */
  netnsOf(containerId: string): NetnsId | null
  /** By a file that it is mounted on. */
  netnsAt(path: string): NetnsId | null
  containerIn(netns: NetnsId): string | null
  /** How a person calls it: the container's name, a mount's, a process's. */
  nameOf(netns: NetnsId): string
  /** Addresses that the container's resolver gives for a name in lower case; the first of the family asked for counts. */
  addressesOf(containerId: string, name: string): readonly string[]
}

export type Part =
  | 'state'
  | 'peers'
  | Family
  | 'nft-tables'
  | 'nft-rules'
  | 'sockets'
  | 'connected'
  | 'flows'
  | 'sysctls'

export interface Want {
  readonly netns: NetnsId
  readonly part: Part
  /** Of `sysctls`: those of this link, beside those of the namespace. */
  readonly link?: string
  /** Of `flows`: those between these. */
  readonly ends?: readonly [source: string, destination: string]
}

/** These have to be read before the question can be answered. */
export class Unread extends Error {
  readonly wants: readonly Want[]

  constructor(wants: Unread['wants']) {
    super(`${wants.length} tables have not been read yet`)
    this.wants = wants
  }
}

/** A link, and where it is. */
export interface Port {
  readonly netns: NetnsId
  readonly link: NetLink
}

export function linkAt(world: World, netns: NetnsId, index: number | null): NetLink | undefined {
  return index === null ? undefined : linksIn(world.state(netns).links).byIndex.get(index)
}

export function linkNamed(world: World, netns: NetnsId, name: string): NetLink | undefined {
  return linksIn(world.state(netns).links).byName.get(name)
}

interface Links {
  readonly byIndex: ReadonlyMap<number, NetLink>
  readonly byName: ReadonlyMap<string, NetLink>
}

const indexed = new WeakMap<readonly NetLink[], Links>()

function linksIn(links: readonly NetLink[]): Links {
  const known = indexed.get(links)
  if (known) return known
  const found = {
    byIndex: new Map(links.map((link) => [link.index, link])),
    byName: new Map(links.map((link) => [link.name, link])),
  }
  indexed.set(links, found)
  return found
}

/** The other end of a veth, or what a macvlan or vlan stands on; undefined where that is out of sight. */
export function linkBeneath(world: World, { netns, link }: Port): Port | undefined {
  if (link.link === null) return undefined
  if (link.linkNetnsId !== null && netns !== world.host) {
    const onHost = linkAt(world, world.host, link.link)
    if (onHost && isOpposite(world, onHost, { netns, link })) return { netns: world.host, link: onHost }
  }
  const there = link.linkNetnsId === null ? netns : world.peers(netns).get(link.linkNetnsId)
  if (there === undefined) return undefined
  const found = linkAt(world, there, link.link)
  return found && { netns: there, link: found }
}

/** Where a tunnel's own packets are sent and come in: where it was made, wherever it was put since. */
export function outerNetns(world: World, { netns, link }: Port): NetnsId {
  if (link.linkNetnsId === null) return netns
  return world.peers(netns).get(link.linkNetnsId) ?? netns
}

/** A link of the host's that says itself that this one is opposite; then nobody has to be asked what numbers mean there. */
function isOpposite(world: World, onHost: NetLink, { netns, link }: Port): boolean {
  if (onHost.link !== link.index || onHost.linkNetnsId === null) return false
  return world.peers(world.host).get(onHost.linkNetnsId) === netns
}

/** A switch of a link's: those for all links count where theirs are higher. */
export function highest(world: World, netns: NetnsId, link: string, name: string): number {
  const of = (place: string) => Number(ownSwitch(world, netns, 'ipv4', place, name) ?? 0)
  return Math.max(of('all'), of(link))
}

/** A switch of a link's own. */
export function ownSwitch(
  world: World,
  netns: NetnsId,
  family: Family,
  link: string,
  name: string,
): string | undefined {
  return world.sysctl(netns, switchName(family, link, name))
}

export function switchName(family: Family, link: string, name: string): string {
  const own = switchNames.get(link) ?? { ipv4: new Map<string, string>(), ipv6: new Map<string, string>() }
  if (switchNames.size > 10_000) switchNames.clear()
  switchNames.set(link, own)
  const known = own[family].get(name) ?? `net.${family}.conf.${asSysctl(link)}.${name}`
  own[family].set(name, known)
  return known
}

const switchNames = new Map<string, Record<Family, Map<string, string>>>()

/** In names of sysctl a link's dot is a slash. */
function asSysctl(link: string): string {
  return link.replaceAll('.', '/')
}
