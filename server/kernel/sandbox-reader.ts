import { stat } from 'node:fs/promises'
import type { FoundNetns, NetLink, NetnsState } from '../cnm/netns-state'
import type { Netns } from '../plan/object'
import type { NamespaceContent, RawAddresses, RawLink, RawNeighbour, RawRoute } from './ip-query'
import type { NetnsReader } from './netns-contract'

/** The namespace behind a path, as the reader takes it. Throws where there is none. */
export async function foundAt(path: string): Promise<FoundNetns> {
  const { ino } = await stat(path)
  return { id: String(ino), path, mounts: [path], processes: [], processCount: 0, isHost: false }
}

/** What a sandbox holds, without a process of its own: links, addresses, neighbours, routes of the main table. */
export async function readSandbox(reader: Pick<NetnsReader, 'read'>, netns: Netns): Promise<NamespaceContent> {
  return contentOf(await reader.read(await foundAt(netns), ['links', 'addresses', 'neighbours', 'routes']))
}

const mainTable = 254

/** In the form in which `ip` prints it. */
export function contentOf({ links, addresses, neighbours, routes }: NetnsState): NamespaceContent {
  const names = new Map(links.map(({ index, name }) => [index, name]))
  const nameOf = (index: number | null | undefined) => names.get(index ?? 0)
  return {
    links: links.map((link) => rawLink(link, nameOf)),
    addresses: links.map(({ index, name }): RawAddresses => {
      const own = addresses.filter((one) => one.index === index)
      const infos = own.map(({ family, address, prefixLength, scope, flags }) => ({
        ...{ family: family === 'ipv6' ? 'inet6' : 'inet', local: address, prefixlen: prefixLength, scope },
        ...(flags.includes('dynamic') ? { dynamic: true } : {}),
      }))
      return { ifindex: index, ifname: name, addr_info: infos }
    }),
    neighbours: neighbours.flatMap(({ index, address, mac, state, isProxy }): RawNeighbour[] => {
      const lladdr = mac === null ? {} : { lladdr: mac }
      return isProxy ? [] : [{ dst: address, dev: nameOf(index) ?? '', ...lladdr, state: [state.toUpperCase()] }]
    }),
    routes: routes.flatMap(({ table, hops, destination, ...route }): RawRoute[] => {
      if (table !== mainTable) return []
      const [hop, ...more] = hops
      const dev = more.length > 0 ? undefined : nameOf(hop?.index)
      const gateway = more.length > 0 ? undefined : hop?.gateway
      return [
        {
          ...{ type: route.type, protocol: route.protocol, scope: route.scope },
          dst: destination === '0.0.0.0/0' ? 'default' : destination,
          ...(dev === undefined ? {} : { dev }),
          ...(gateway ? { gateway } : {}),
          ...(route.metric === 0 ? {} : { metric: route.metric }),
        },
      ]
    }),
  }
}

function rawLink(link: NetLink, nameOf: (index: number | null) => string | undefined): RawLink {
  const { index, name, up, mac, mtu, alias, kind, link: other, linkNetnsId, macvlan, ipvlan, shaper } = link
  const isHere = linkNetnsId === null
  const near = isHere ? nameOf(other) : undefined
  return {
    ...{ ifindex: index, ifname: name, flags: up ? ['UP'] : [], mtu, operstate: link.operstate },
    ...(mac === null ? {} : { address: mac }),
    ...(alias === null ? {} : { ifalias: alias }),
    ...(near === undefined ? {} : { link: near }),
    ...(isHere || other === null ? {} : { link_index: other }),
    ...(isHere || linkNetnsId < 0 ? {} : { link_netnsid: linkNetnsId }),
    ...(shaper === undefined ? {} : { qdisc: shaper }),
    linkinfo: {
      ...(kind === null ? {} : { info_kind: kind }),
      info_data: {
        ...(macvlan ? { mode: macvlan.mode } : {}),
        ...(ipvlan ? { mode: ipvlan.mode, private: ipvlan.flag === 'private', vepa: ipvlan.flag === 'vepa' } : {}),
      },
    },
  }
}
