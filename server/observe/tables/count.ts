import type { FoundNetns } from '../../cnm/netns-state'
import type { NetnsReader, NftTable } from '../../kernel/netns-contract'
import { isOfIptables } from '../trace/nftables'
import type { TableCounts } from './rows'

/** Where the kernel says how many connections it tracks. */
export const flowCount = '/proc/sys/net/netfilter/nf_conntrack_count'

const files = {
  flows: flowCount,
  sockets4: '/proc/self/net/sockstat',
  sockets6: '/proc/self/net/sockstat6',
  packet: '/proc/self/net/packet',
  legacy4: '/proc/self/net/ip_tables_names',
  legacy6: '/proc/self/net/ip6_tables_names',
}

/** How many rows the tables of a namespace have, without reading what would cost a process or grow with the traffic. */
export async function countTables(
  reader: Pick<NetnsReader, 'read' | 'texts' | 'countNftRules'>,
  netns: FoundNetns,
): Promise<TableCounts> {
  const { addresses, routes, rules, neighbours, fdb } = await reader.read(netns)
  const texts = await reader.texts(netns, Object.values(files))
  let ofIptables = 0
  const rulesOfNft = await countRules(reader, netns, (table) => {
    if (isOfIptables(table)) ofIptables += 1
    return true
  })
  const text = (file: keyof typeof files) => texts.get(files[file])
  const hasLegacy = [text('legacy4'), text('legacy6')].some((names = '') => names.trim() !== '')
  return {
    ...{ addresses: addresses.length, routes: routes.length, rules: rules.length },
    ...{ neighbours: neighbours.length, fdb: fdb.length },
    flows: numberIn(text('flows')),
    sockets: countSockets(text('sockets4') ?? '', text('sockets6') ?? '', text('packet') ?? ''),
    // The kernel does not tell how many rules of the old variant there are but with all of them.
    iptables: hasLegacy || rulesOfNft === null ? null : ofIptables,
    nftables: rulesOfNft,
  }
}

/** Null where this kernel has not that netlink. */
function countRules(
  reader: Pick<NetnsReader, 'countNftRules'>,
  netns: FoundNetns,
  counts: (table: NftTable) => boolean,
): Promise<number | null> {
  return reader.countNftRules(netns, counts).catch(() => null)
}

function numberIn(text: string | undefined): number | null {
  const number = Number.parseInt(text ?? '', 10)
  return Number.isNaN(number) ? null : number
}

/** Those in use and those that wait out late packets; packet sockets are listed below a head. */
function countSockets(ipv4: string, ipv6: string, packet: string): number {
  const counted = `${ipv4}\n${ipv6}`.matchAll(/^(?:TCP|UDP|RAW)6?: inuse (\d+)(?:.* tw (\d+))?/gm)
  const sum = [...counted].reduce((total, [, inUse, waiting = '0']) => total + Number(inUse) + Number(waiting), 0)
  return sum + Math.max(0, packet.trim().split('\n').length - 1)
}
