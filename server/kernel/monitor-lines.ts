/** A link came, changed or went. */
export interface LinkEvent {
  /** Null: the daemon's own namespace; else its number for another one. */
  readonly netnsid: number | null
  readonly ifindex: number
  readonly name: string
  readonly deleted: boolean
}

/** An address came or went. In another namespace the link is known by its index only. */
export interface AddressEvent {
  readonly netnsid: number | null
  readonly ifindex: number
  readonly address: string
  readonly deleted: boolean
}

/** Some route, or rule of routing, came or went; which one is not told, since names of links in other namespaces are not. */
export interface RouteEvent {
  readonly netnsid: number | null
  readonly deleted: boolean
}

/** An entry of a neighbour table came, changed or went; without an address, of a bridge's MAC table. */
export interface NeighbourEvent {
  readonly netnsid: number | null
  readonly deleted: boolean
  readonly address: string | null
  /** Of another namespace it is not the name that the link has there. */
  readonly link: string
  /** Empty where nobody has answered. */
  readonly mac: string
}

export type NetlinkEvent =
  | ({ readonly type: 'link' } & LinkEvent)
  | ({ readonly type: 'address' } & AddressEvent)
  | ({ readonly type: 'route' } & RouteEvent)
  | ({ readonly type: 'neighbour' } & NeighbourEvent)

/** One line of `ip -o monitor all-nsid link address route rule neigh`; undefined where it is about something else. */
export function parseNetlinkLine(line: string): NetlinkEvent | undefined {
  const [, nsid, gone, rest = ''] = /^(?:\[nsid (current|-?\d+)\])?(Deleted )?(.*)$/.exec(line.trim()) ?? []
  if (rest === '') return undefined
  const netnsid = nsid === undefined || nsid === 'current' ? null : Number(nsid)
  const common = { netnsid, deleted: gone !== undefined }
  const link = /^(\d+): ([^@:]+)(?:@[^:]+)?: </.exec(rest)
  if (link !== null) return { type: 'link', ...common, ifindex: Number(link[1]), name: link[2] ?? '' }
  const address = /^(\d+): \S+ +inet6? (\S+)/.exec(rest)
  if (address !== null) return { type: 'address', ...common, ifindex: Number(address[1]), address: address[2] ?? '' }
  if (neighbourStates.test(rest)) {
    const [, address = null, name = '', mac = ''] = /^(?:(\S+) )?dev (\S+)(?: lladdr (\S+))?/.exec(rest) ?? []
    return { type: 'neighbour', ...common, address, link: name, mac: mac.toLowerCase() }
  }
  if (/^\d+:\s+(?:not )?from /.test(rest)) return { type: 'route', ...common }
  // Routes that come with every address (table local) tell nothing of their own.
  return /\bdev \S+|^(?:blackhole|unreachable|prohibit|default) /.test(rest) && !/\btable local\b/.test(rest)
    ? { type: 'route', ...common }
    : undefined
}

const neighbourStates = /(?: |^)(?:PERMANENT|NOARP|REACHABLE|STALE|DELAY|PROBE|INCOMPLETE|FAILED|NONE)(?: |$)/

/** An entry of a bridge's MAC table came, moved, aged or went. */
export interface FdbEvent {
  readonly deleted: boolean
  readonly mac: string
  readonly port: string
  readonly bridge: string
  readonly vlan?: number
  /** "permanent", "static", "self", "extern_learn" …; none for a learned entry. */
  readonly flags: readonly string[]
}

/** One line of `bridge monitor fdb`; undefined for devices' own lists, which belong to no bridge. */
export function parseFdbLine(line: string): FdbEvent | undefined {
  const [, gone, mac = '', rest = ''] = /^(Deleted )?([0-9a-f]{2}(?::[0-9a-f]{2}){5}) (.*)$/.exec(line.trim()) ?? []
  const words = rest.split(' ').filter((word) => word !== '')
  const named = new Map<string, string>()
  const flags: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (valued.has(word)) named.set(word, words[++at] ?? '')
    else flags.push(word)
  }
  const port = named.get('dev')
  const bridge = named.get('master')
  if (mac === '' || port === undefined || bridge === undefined) return undefined
  const vlan = named.get('vlan')
  return {
    deleted: gone !== undefined,
    mac,
    port,
    bridge,
    ...(vlan === undefined ? {} : { vlan: Number(vlan) }),
    flags,
  }
}

/** Words of an FDB line that are followed by a value. */
const valued = new Set(['dev', 'master', 'vlan', 'dst', 'port', 'vni', 'src_vni', 'via', 'used', 'nhid'])

/** The line with which `nft monitor` ends every transaction: rules, chains or policies have changed. */
export function isNftTransaction(line: string): boolean {
  return line.startsWith('# new generation ')
}
