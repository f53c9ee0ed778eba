import {
  type AddressObject,
  type IfbLink,
  type IpvlanLink,
  isStanding,
  type KernelObject,
  keyOf,
  type LinkObject,
  type MacvlanLink,
  type Netns,
  type ParentObject,
  type RouteObject,
} from '../plan/object'
import type { NamespaceContent, RawAddresses, RawLink, RawRoute } from './ip-query'
import { portOf } from './port-settings'

/** A sandbox's namespace and what is in it. */
export interface SandboxContent extends NamespaceContent {
  readonly netns: Netns
}

/** Patchbay's links of the host, with what lies on them. */
export function describeHost(
  host: NamespaceContent,
  sandboxes: readonly SandboxContent[],
  wanted: readonly KernelObject[],
): KernelObject[] {
  const own = host.links.flatMap((raw) => describeHostLink(raw, host, sandboxes, wanted) ?? [])
  const names = new Set([...own.map(({ name }) => name), ...linksIn('host', wanted)])
  const parents = describeParents(host, wanted)
  const lying = [
    ...describeAddresses('host', host.addresses, names, wanted),
    ...describeRoutes('host', host.routes, names),
  ]
  return [...parents, ...own, ...withoutTheirs(lying, parents, wanted)]
}

/** On somebody else's link only what is asked for counts: the rest is its owner's. */
function withoutTheirs(
  objects: readonly (AddressObject | RouteObject)[],
  parents: readonly ParentObject[],
  wanted: readonly KernelObject[],
): KernelObject[] {
  const theirs = new Set(parents.map(({ name }) => name))
  if (objects.every(({ link }) => !theirs.has(link))) return [...objects]
  const asked = new Set(wanted.map(keyOf))
  return objects.filter((object) => !theirs.has(object.link) || asked.has(keyOf(object)))
}

/** Parents that are asked for and there. */
function describeParents(host: NamespaceContent, wanted: readonly KernelObject[]): ParentObject[] {
  const names = new Set(host.links.map(({ ifname }) => ifname))
  return wanted.filter((object) => object.kind === 'parent').filter(({ name }) => names.has(name))
}

function describeHostLink(
  raw: RawLink,
  host: NamespaceContent,
  sandboxes: readonly SandboxContent[],
  wanted: readonly KernelObject[],
): LinkObject | undefined {
  const asked = wanted.find((object) => object.kind === 'link' && object.netns === 'host' && object.name === raw.ifname)
  const isOurs = isMarked(raw, asked)
  const up = raw.flags.includes('UP')
  const common = { kind: 'link', netns: 'host', name: raw.ifname, alias: raw.ifalias ?? '', mtu: raw.mtu, up } as const
  const { id } = raw.linkinfo?.info_data ?? {}
  const { info_kind: kind } = raw.linkinfo ?? {}
  if (isOurs && (kind === 'dummy' || kind === 'ifb')) return { ...common, type: kind }
  if (isOurs && raw.linkinfo?.info_kind === 'vlan' && id !== undefined) {
    return { ...common, type: 'vlan', parent: raw.link ?? '', vlanId: id }
  }
  const standing = isOurs ? describeStanding('host', raw, host) : undefined
  if (standing !== undefined) return standing
  if (isOurs && raw.linkinfo?.info_kind === 'bridge') {
    const { stp_state: stp = 0, mcast_snooping: snooping = 0 } = raw.linkinfo.info_data ?? {}
    const group = groupOf(raw)
    return {
      ...common,
      type: 'bridge',
      stp: stp !== 0,
      multicastSnooping: snooping !== 0,
      ...(group === 0 ? {} : { group }),
    }
  }
  if (isOurs && raw.linkinfo?.info_kind === 'veth') {
    const bridge = host.links.find(({ ifname }) => ifname === raw.master)
    const keepsTree = (bridge?.linkinfo?.info_data?.stp_state ?? 0) !== 0
    const isDown = bridge?.flags.includes('UP') === false
    return {
      ...{ ...common, type: 'veth', master: raw.master ?? '' },
      ...portOf(raw, keepsTree || isDown),
      peer: findPeer(raw, host, sandboxes),
    }
  }
  const isInner = asked?.kind === 'link' && asked.type === 'inner'
  return isInner ? { kind: 'link', type: 'inner', netns: 'host', name: raw.ifname, up } : undefined
}

/** Those that somebody named in /etc/iproute2/group come by their names: none of them is Patchbay's. */
function groupOf({ group = 'default' }: RawLink): number {
  return group === 'default' ? 0 : Number(group) || -1
}

/**
 * A link that lost its mark, or never got it, is still known by its name: as wanted, less the alias. Where somebody wrote another
 * there, it is ours if it is a cable into a namespace, or a bridge with a MAC as only containers' engines give them.
 */
function isMarked(
  { ifalias = '', address = '', link_netnsid, linkinfo }: RawLink,
  asked: KernelObject | undefined,
): boolean {
  if (ifalias.startsWith('patchbay:')) return true
  if (asked?.kind !== 'link' || asked.type === 'inner') return false
  if (ifalias === '') return true
  if (asked.type !== linkinfo?.info_kind) return false
  return asked.type === 'veth' ? link_netnsid !== undefined : asked.type === 'bridge' && address.startsWith('02:42:')
}

/** A macvlan or ipvlan, here or in a sandbox; its parent is always the host's. */
function describeStanding(netns: Netns, raw: RawLink, host: NamespaceContent): MacvlanLink | IpvlanLink | undefined {
  const parent = raw.link ?? host.links.find(({ ifindex }) => ifindex === raw.link_index)?.ifname ?? ''
  const { ifname: name, ifalias: alias = '', mtu, flags, address: mac = '' } = raw
  const common = { kind: 'link', netns, name, alias, parent, mtu, up: flags.includes('UP') } as const
  const { info_kind: type, info_data: data } = raw.linkinfo ?? {}
  if (type === 'macvlan') return { ...common, type, mode: modeOf(data?.mode, macvlanModes), mac }
  if (type !== 'ipvlan') return undefined
  const flag = data?.private ? 'private' : data?.vepa ? 'vepa' : 'bridge'
  return { ...common, type, mode: modeOf(data?.mode, ipvlanModes), flag }
}

const macvlanModes = ['private', 'vepa', 'bridge', 'passthru'] as const
const ipvlanModes = ['l2', 'l3', 'l3s'] as const

/** A mode that Patchbay never sets (macvlan's source) counts as the first, so that it differs from most. */
function modeOf<Mode extends string>(text: string | undefined, modes: readonly [Mode, ...Mode[]]): Mode {
  return modes.find((mode) => mode === text) ?? modes[0]
}

/** The other end of a veth, with its MTU where that is another; a namespace that nobody here knows is "/". */
function findPeer(raw: RawLink, host: NamespaceContent, sandboxes: readonly SandboxContent[]) {
  for (const { netns, links } of sandboxes) {
    const peer = links.find((link) => isPeer(raw, link))
    const mtu = peer === undefined || peer.mtu === raw.mtu ? {} : { mtu: peer.mtu }
    if (peer !== undefined) return { netns, name: peer.ifname, mac: peer.address ?? '', ...mtu }
  }
  const near = raw.link_netnsid === undefined ? host.links.find(({ ifname }) => ifname === raw.link) : undefined
  if (near !== undefined) return { netns: 'host' as const, name: near.ifname, mac: near.address ?? '' }
  return { netns: '/' as const, name: '', mac: '' }
}

function isPeer(host: RawLink, inner: RawLink): boolean {
  const isFar = host.link_netnsid !== undefined && inner.link_netnsid !== undefined
  return isFar && inner.ifindex === host.link_index && inner.link_index === host.ifindex
}

/** What is in a sandbox: ends of Patchbay's cables, and links that are asked for; what others made there is theirs. */
export function describeSandbox(
  sandbox: SandboxContent,
  host: NamespaceContent,
  hostObjects: readonly KernelObject[],
  wanted: readonly KernelObject[],
): KernelObject[] {
  const { netns } = sandbox
  const asked = linksIn(netns, wanted)
  const standing = [...standingIn(sandbox, host, wanted), ...ifbsIn(sandbox, wanted)]
  const branches = new Set(standing.map(({ name }) => name))
  const names = new Set([...asked, ...branches, ...cableEndsIn(netns, hostObjects)])
  const links = sandbox.links
    .filter(({ ifname }) => names.has(ifname) && !branches.has(ifname))
    .filter(({ ifname }) => ifname !== 'lo' || asked.has('lo'))
    .map(({ ifname, flags }): LinkObject => {
      return { kind: 'link', type: 'inner', netns, name: ifname, up: flags.includes('UP') }
    })
  const wantsInner = wantedInner(netns, wanted)
  // A cable's end that is down and not asked for is just as it was born.
  const shown = links.filter(({ name, up }) => up || wantsInner.has(name))
  return [
    ...standing,
    ...shown,
    ...describeAddresses(netns, sandbox.addresses, names, wanted),
    ...describeRoutes(netns, sandbox.routes, names),
  ]
}

/** Links in a sandbox that stand on a parent of the host's. */
function standingIn({ netns, links }: SandboxContent, host: NamespaceContent, wanted: readonly KernelObject[]) {
  const asked = new Map(
    wanted.flatMap((object) => (isStanding(object) && object.netns === netns ? [[object.name, object]] : [])),
  )
  return links.flatMap((raw) => {
    return isMarked(raw, asked.get(raw.ifname)) ? (describeStanding(netns, raw, host) ?? []) : []
  })
}

/** Links in a sandbox that hold queues for what arrives there. */
function ifbsIn({ netns, links }: SandboxContent, wanted: readonly KernelObject[]): IfbLink[] {
  const asked = new Map(
    wanted.flatMap((object) =>
      object.kind === 'link' && object.type === 'ifb' && object.netns === netns ? [[object.name, object]] : [],
    ),
  )
  return links
    .filter((raw) => raw.linkinfo?.info_kind === 'ifb' && isMarked(raw, asked.get(raw.ifname)))
    .map(({ ifname: name, ifalias: alias = '', mtu, flags }) => {
      return { kind: 'link', type: 'ifb', netns, name, alias, mtu, up: flags.includes('UP') }
    })
}

function wantedInner(netns: Netns, wanted: readonly KernelObject[]): Set<string> {
  return new Set(
    wanted.flatMap((object) =>
      object.kind === 'link' && object.type === 'inner' && object.netns === netns ? [object.name] : [],
    ),
  )
}

function cableEndsIn(netns: Netns, objects: readonly KernelObject[]): string[] {
  return objects.flatMap((object) =>
    object.kind === 'link' && object.type === 'veth' && object.peer.netns === netns ? [object.peer.name] : [],
  )
}

/** Names of links in a namespace that wanted objects are or lie on. */
function linksIn(netns: Netns, wanted: readonly KernelObject[]): Set<string> {
  return new Set(
    wanted.flatMap((object) => {
      if (object.kind === 'namespace' || object.netns !== netns) return []
      if (object.kind === 'link') return [object.name]
      return object.kind === 'address' || object.kind === 'route' ? [object.link] : []
    }),
  )
}

/** Link-local IPv6 addresses come with a link, others by themselves from a router: only those that are asked for count. */
function describeAddresses(
  netns: Netns,
  all: readonly RawAddresses[],
  names: ReadonlySet<string>,
  wanted: readonly KernelObject[],
): AddressObject[] {
  const asked = new Map(wanted.flatMap((object) => (object.kind === 'address' ? [[keyOf(object), object]] : [])))
  return all
    .filter(({ ifname }) => names.has(ifname) && ifname !== 'lo')
    .flatMap(({ ifname, addr_info }) =>
      addr_info.flatMap(({ family, local, prefixlen, scope, dynamic }): AddressObject[] => {
        const found: AddressObject = { kind: 'address', netns, link: ifname, address: `${local}/${prefixlen}` }
        const wish = asked.get(keyOf(found))
        if (wish !== undefined) return [wish]
        const comesByItself = family === 'inet6' && (scope === 'link' || dynamic === true)
        return comesByItself ? [] : [found]
      }),
    )
}

/**
 * Routes that somebody set; those that come with an address (proto kernel) are the address's. Patchbay's have no metric
 * (1024 is what IPv6 calls none): one that has is another route.
 */
function describeRoutes(netns: Netns, routes: readonly RawRoute[], names: ReadonlySet<string>): RouteObject[] {
  return routes.flatMap(({ dst, gateway, dev, protocol, type, metric }): RouteObject[] => {
    const isUnicast = type === undefined || type === 'unicast'
    if (dev === undefined || !names.has(dev) || protocol === 'kernel' || protocol === 'ra' || !isUnicast) return []
    const destination = dst === 'default' || dst.includes('/') ? dst : `${dst}/${dst.includes(':') ? 128 : 32}`
    const via = gateway === undefined ? {} : { via: gateway }
    const order = metric === undefined || metric === 1024 ? {} : { metric }
    return [{ kind: 'route', netns, destination, ...via, link: dev, ...order }]
  })
}
