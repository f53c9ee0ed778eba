import type { KernelObject } from './object'

/** The link that a sysctl belongs to: "net/ipv4/conf/br-0123/route_localnet" is br-0123's. */
export function linkOfSysctl(name: string): string | undefined {
  const link = /^net\/(?:ipv[46]|mpls)\/(?:conf|neigh)\/([^/]+)\//.exec(name)?.[1]
  return link === 'all' || link === 'default' ? undefined : link
}

const ranks = {
  // Nobody makes it; it is forgotten when all else has gone by which it would come again.
  flows: -1,
  namespace: 0,
  earlySysctl: 1,
  parent: 2,
  dummy: 3,
  vlan: 4,
  bridge: 5,
  // Before the links whose filters lead to it: what comes back with those finds it there.
  ifb: 5.5,
  veth: 6,
  macvlan: 7,
  ipvlan: 8,
  hostInner: 9.5,
  hostAddress: 10,
  hostSysctl: 11,
  hostIpv6Address: 12,
  hostRoute: 13,
  sandbox: 14,
  neighbour: 14.2,
  fdb: 14.4,
  lookup: 14.6,
  qdisc: 15,
  innerQdisc: 16,
  filter: 17,
  chain: 18,
  rule: 19,
  policy: 20,
  redirect: 21,
  socket: 22,
  lease: 23,
}

function rankOf(object: KernelObject): number {
  switch (object.kind) {
    case 'namespace':
    case 'parent':
    case 'filter':
    case 'chain':
    case 'rule':
    case 'policy':
    case 'redirect':
    case 'socket':
    case 'lease':
    case 'flows':
    case 'neighbour':
    case 'fdb':
    case 'lookup':
      return ranks[object.kind]
    case 'qdisc':
      return object.parent === '1:1' ? ranks.innerQdisc : ranks.qdisc
    case 'link':
      if (object.type !== 'inner') return ranks[object.type]
      return object.netns === 'host' ? ranks.hostInner : ranks.sandbox
    case 'address':
      if (object.netns !== 'host') return ranks.sandbox
      // A link takes no IPv6 address before its sysctl has switched IPv6 on.
      return object.address.includes(':') ? ranks.hostIpv6Address : ranks.hostAddress
    case 'sysctl':
      if (linkOfSysctl(object.name) === undefined) return ranks.earlySysctl
      return object.netns === 'host' ? ranks.hostSysctl : ranks.sandbox
    case 'route':
      return object.netns === 'host' ? ranks.hostRoute : ranks.sandbox
  }
}

const placesInSandbox: Partial<Record<KernelObject['kind'], number>> = { sysctl: 0, link: 1, address: 2, route: 3 }

/**
 * The objects in the order in which they can be added: each after what it stands on. What belongs
 * inside one sandbox stays together, so that one process there can do it in one go. Stable.
 */
export function inAddOrder<Object extends KernelObject>(objects: readonly Object[]): Object[] {
  const sandboxes = new Map<string, number>()
  const placed = objects.map((object, index) => {
    const rank = rankOf(object)
    if (rank !== ranks.sandbox || object.kind === 'namespace') return { object, keys: [rank, 0, 0, index] }
    const sandbox = sandboxes.get(object.netns) ?? sandboxes.size
    sandboxes.set(object.netns, sandbox)
    return { object, keys: [rank, sandbox, placesInSandbox[object.kind] ?? 0, index] }
  })
  return placed.sort((a, b) => compare(a.keys, b.keys)).map(({ object }) => object)
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [at, value] of a.entries()) {
    const difference = value - (b[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
