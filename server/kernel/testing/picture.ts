import type { Lease } from '../../cnm/lease'
import { type FirewallFamily, type LeaseObject, type Netns, type Table, tableKey } from '../../plan/object'

export interface PicturedLink {
  readonly netns: Netns
  readonly name: string
  readonly type: 'bridge' | 'veth' | 'loopback' | 'macvlan' | 'ipvlan' | 'vlan' | 'dummy' | 'ifb'
  alias: string
  mtu: number
  up: boolean
  master: string
  hairpin: boolean
  isolated?: boolean
  stp?: boolean
  multicastSnooping?: boolean
  group?: number
  mac: string
  peer?: PicturedLink
  /** Name of the host's link that it stands on. */
  readonly parent?: string
  /** What its type was given: a macvlan's mode, an ipvlan's mode and flag, a VLAN's number. */
  readonly settings?: readonly string[]
}

export interface PicturedChain {
  readonly netns: Netns
  readonly family?: FirewallFamily
  readonly table: Table
  readonly name: string
  policy: 'ACCEPT' | 'DROP' | null
  rules: readonly (readonly string[])[]
}

/** A kernel in memory: what the fake has been told to make. */
export interface Picture {
  readonly namespaces: Set<string>
  readonly links: Set<PicturedLink>
  /** "netns link address" */
  readonly addresses: Map<string, { netns: Netns; link: string; address: string }>
  readonly routes: Map<string, { netns: Netns; link: string; destination: string; via?: string }>
  readonly chains: Map<string, PicturedChain>
  /** Queues by place, filters by place and preference: what they were given. */
  readonly traffic: Map<string, { netns: Netns; link: string; args: readonly string[] }>
  readonly sysctls: Map<string, { netns: Netns; name: string; value: string }>
  /** Tables of nft, by namespace: their rules. */
  readonly tables: Map<Netns, readonly string[]>
  readonly sockets: Set<string>
  /** DHCP clients that run, by endpoint. */
  readonly leases: Map<string, LeaseObject>
  /** What the DHCP server gives to an endpoint; absent: there is none. */
  server?: (id: string) => Lease
  /** What it has given. */
  readonly lent: Map<string, Lease>
}

const builtIn: Record<Table, readonly string[]> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
}

export function createPicture(): Picture {
  const picture: Picture = {
    namespaces: new Set(),
    links: new Set(),
    addresses: new Map(),
    routes: new Map(),
    chains: new Map(),
    traffic: new Map(),
    sysctls: new Map(),
    tables: new Map(),
    sockets: new Set(),
    leases: new Map(),
    lent: new Map(),
  }
  furnish(picture, 'host')
  return picture
}

/** What every network namespace is born with. */
export function furnish(picture: Picture, netns: Netns): void {
  const lo = { name: 'lo', type: 'loopback', alias: '', mtu: 65536, master: '', hairpin: false } as const
  picture.links.add({ ...lo, netns, up: netns === 'host', mac: '00:00:00:00:00:00' })
  for (const [table, names] of Object.entries(builtIn) as [Table, readonly string[]][]) {
    for (const name of names) {
      for (const of of [{ table }, { table, family: 'ipv6' as const }]) {
        picture.chains.set(chainKey(netns, of, name), { netns, ...of, name, policy: 'ACCEPT', rules: [] })
      }
    }
  }
}

export function chainKey(netns: Netns, of: Pick<PicturedChain, 'family' | 'table'>, name: string): string {
  return `${netns} ${tableKey(of)} ${name}`
}

export function findLink(picture: Picture, netns: Netns, name: string): PicturedLink | undefined {
  return [...picture.links].find((link) => link.netns === netns && link.name === name)
}

/** A link goes, with its other end, what stands on it, and all that lies on them. */
export function dropLink(picture: Picture, link: PicturedLink): void {
  const standing = [...picture.links].filter(({ parent }) => link.netns === 'host' && parent === link.name)
  for (const one of standing) dropLink(picture, one)
  for (const end of link.peer === undefined ? [link] : [link, link.peer]) {
    picture.links.delete(end)
    for (const port of picture.links) if (port.netns === end.netns && port.master === end.name) port.master = ''
    dropWhere(picture.addresses, (item) => item.netns === end.netns && item.link === end.name)
    dropWhere(picture.routes, (item) => item.netns === end.netns && item.link === end.name)
    dropWhere(picture.traffic, (item) => item.netns === end.netns && item.link === end.name)
    dropWhere(picture.sysctls, (item) => item.netns === end.netns && item.name.split('/')[3] === end.name)
  }
}

/** A namespace goes with all that is in it. */
export function dropNamespace(picture: Picture, path: `/${string}`): void {
  picture.namespaces.delete(path)
  picture.tables.delete(path)
  for (const link of picture.links) if (link.netns === path) dropLink(picture, link)
  dropWhere(picture.chains, ({ netns }) => netns === path)
  dropWhere(picture.sysctls, ({ netns }) => netns === path)
}

function dropWhere<Item>(map: Map<string, Item>, isGone: (item: Item) => boolean): void {
  for (const [key, item] of map) if (isGone(item)) map.delete(key)
}

/** The picture as text, one thing a line, sorted; what every namespace is born with is left out. */
export function printPicture(picture: Picture): string {
  const lines = [
    ...[...picture.namespaces].map((path) => `namespace ${path}`),
    ...[...picture.links].filter(({ name, up, netns }) => name !== 'lo' || up !== (netns === 'host')).map(printLink),
    ...[...picture.addresses.values()].map(({ netns, link, address }) => `address ${netns} ${link} ${address}`),
    ...[...picture.routes.values()].map(({ netns, link, destination, via }) =>
      ['route', netns, destination, ...(via === undefined ? [] : ['via', via]), 'dev', link].join(' '),
    ),
    ...[...picture.traffic].map(([key, { args }]) => [key, ...args].join(' ')),
    ...[...picture.sysctls.values()].filter(isSet).map(({ netns, name, value }) => `sysctl ${netns} ${name}=${value}`),
    ...[...picture.tables].flatMap(([netns, rules]) => rules.map((rule) => `nft ${netns} ${rule}`)),
    ...[...picture.sockets].map((socket) => `socket ${socket}`),
    ...[...picture.leases.values()].map(({ netns, link, id }) => `lease ${netns} ${link} ${id}`),
  ].sort()
  return [...lines, ...[...picture.chains.values()].filter(isTouched).sort(byKey).flatMap(printChain)].join('\n')
}

/** What a sysctl is before anybody sets it; 0 where not named. */
const initialSysctls: Readonly<Record<string, string>> = { 'net/ipv4/ip_unprivileged_port_start': '1024' }

function isSet({ name, value }: { name: string; value: string }): boolean {
  return value !== (initialSysctls[name] ?? '0')
}

function printLink(link: PicturedLink): string {
  const { netns, name, type, mtu, up, master, hairpin, alias, peer, parent, settings = [] } = link
  const standing = parent === undefined ? [] : ['on', parent, ...settings, ...(link.mac === '' ? [] : [link.mac])]
  const end = peer === undefined ? [] : ['peer', peer.netns, peer.name, peer.mac]
  const port = [
    ...(master === '' ? [] : ['master', master]),
    ...(hairpin ? ['hairpin'] : []),
    ...(link.isolated ? ['isolated'] : []),
  ]
  const tree = [...(link.stp ? ['stp'] : []), ...(link.multicastSnooping === false ? ['unsnooped'] : [])]
  const mark = [...(alias === '' ? [] : ['alias', alias]), ...(link.group ? ['group', link.group] : [])]
  return [
    'link',
    netns,
    name,
    type,
    'mtu',
    mtu,
    up ? 'up' : 'down',
    ...port,
    ...tree,
    ...standing,
    ...mark,
    ...end,
  ].join(' ')
}

function isTouched({ policy, rules }: PicturedChain): boolean {
  return policy !== 'ACCEPT' || rules.length > 0
}

function byKey(a: PicturedChain, b: PicturedChain): number {
  const [first, second] = [a, b].map((chain) => chainKey(chain.netns, chain, chain.name))
  return (first ?? '') < (second ?? '') ? -1 : 1
}

function printChain(chain: PicturedChain): string[] {
  const { netns, name, policy, rules } = chain
  const head = `chain ${chainKey(netns, chain, name)}${policy === null ? '' : ` ${policy}`}`
  return [head, ...rules.map((args) => `  ${args.join(' ')}`)]
}
