import type { NetLink } from '../../cnm/netns-state'

const ofLinks = {
  ipv4: [
    'forwarding',
    'rp_filter',
    'arp_ignore',
    'accept_local',
    'route_localnet',
    'proxy_arp',
    'ignore_routes_with_linkdown',
  ],
  ipv6: ['disable_ipv6', 'forwarding', 'hop_limit', 'ignore_routes_with_linkdown'],
} as const

const ofNamespaces = [
  'net/ipv4/icmp_echo_ignore_all',
  'net/ipv4/ip_default_ttl',
  'net/ipv6/icmp/echo_ignore_all',
  'net/netfilter/nf_conntrack_count',
  'net/netfilter/nf_conntrack_max',
  'net/bridge/bridge-nf-call-iptables',
  'net/bridge/bridge-nf-call-ip6tables',
]

/** Tables of iptables-legacy are named here while there are any. */
export const legacyTables = { ipv4: '/proc/self/net/ip_tables_names', ipv6: '/proc/self/net/ip6_tables_names' } as const

/** Files of the switches that decide what becomes of a packet, those of no single link's. */
export function generalPaths(): string[] {
  return [...ofNamespaces.map((name) => `/proc/sys/${name}`), ...linkPaths('all')]
}

/** Those of a link's; of one whose name is no file's name there are none. */
export function linkPaths(link: string): string[] {
  return (['ipv4', 'ipv6'] as const).flatMap((family) =>
    ofLinks[family].map((name) => `/proc/sys/net/${family}/conf/${link}/${name}`),
  )
}

/** `/proc/sys/net/ipv4/conf/eth0.1/forwarding` is `net.ipv4.conf.eth0/1.forwarding`. */
export function switchOf(path: string): string {
  return path
    .slice('/proc/sys/'.length)
    .split('/')
    .map((part) => part.replaceAll('.', '/'))
    .join('.')
}

/** The link in the name of a switch; undefined where it is of all, or of no link. */
export function linkOfSwitch(name: string): string | undefined {
  if (linksOf.size > 50_000) linksOf.clear()
  const known = linksOf.get(name) ?? { link: parseLink(name) }
  linksOf.set(name, known)
  return known.link
}

const linksOf = new Map<string, { readonly link: string | undefined }>()

function parseLink(name: string): string | undefined {
  const link = /^net\.ipv[46]\.conf\.([^.]+)\.[a-z_0-9]+$/.exec(name)?.[1]
  return link === undefined || link === 'all' ? undefined : link.replaceAll('/', '.')
}

/** A bridge's ports take no packets for themselves. */
export function takesPackets({ master }: NetLink): boolean {
  return master === null
}
