import { isIP, isIPv4 } from 'node:net'

export interface HostsInput {
  readonly hostname: string
  readonly domainname: string
  /** The container's own, with or without prefix length. */
  readonly addresses: readonly string[]
  /** Name to address. */
  readonly extraHosts: Readonly<Record<string, string>>
  /** What to begin with; for host networking the host's own /etc/hosts. Absent: the lines of every container. */
  readonly base?: string
}

const loopbackLines = [
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::0\tip6-localnet',
  'ff00::0\tip6-mcastprefix',
  'ff02::1\tip6-allnodes',
  'ff02::2\tip6-allrouters',
]

/** /etc/hosts of a container, as Docker writes it: loopback, extra hosts, then its own name. */
export function hostsFile({ hostname, domainname, addresses, extraHosts, base }: HostsInput): string {
  const ownNames = domainname === '' ? hostname : `${hostname}.${domainname} ${hostname}`
  const beginning = base === undefined ? loopbackLines : base.replace(/\n+$/, '').split('\n')
  return lines([
    ...beginning,
    ...Object.entries(extraHosts).map(([name, address]) => `${address}\t${name}`),
    ...addresses.map((address) => `${address.split('/')[0]}\t${ownNames}`),
  ])
}

export function hostnameFile(hostname: string): string {
  return lines([hostname])
}

export interface ResolvConfInput {
  /**
   * embedded: user-defined networks, served by the resolver at 127.0.0.11.
   * upstream: the default bridge and "none", which ask the host's name servers themselves.
   * host: host networking, a copy of the host's file.
   */
  readonly mode: 'embedded' | 'upstream' | 'host'
  /** The host's /etc/resolv.conf; where that names only systemd's stub, better /run/systemd/resolve/resolv.conf. */
  readonly hostResolvConf: string
  /** Name servers that the user asked for instead of the host's. */
  readonly dns: readonly string[]
  /** Search domains that the user asked for instead of the host's; "." for none. */
  readonly dnsSearch: readonly string[]
}

/** Docker's, where the host has no server that a container could reach. */
const publicServers = ['8.8.8.8', '8.8.4.4']

/** /etc/resolv.conf of a container, as Docker writes it: search, name servers, options. */
export function resolvConf({ mode, hostResolvConf, dns, dnsSearch }: ResolvConfInput): string {
  if (mode === 'host' && dns.length === 0 && dnsSearch.length === 0) return hostResolvConf
  const host = parseResolvConf(hostResolvConf)
  const search = (dnsSearch.length > 0 ? dnsSearch : host.search).filter((domain) => domain !== '.')
  const options = mode === 'embedded' && !host.options.some(isNdots) ? [...host.options, 'ndots:0'] : host.options
  return lines([
    ...(search.length > 0 ? [`search ${search.join(' ')}`] : []),
    ...serversFor(mode, dns, host.nameservers).map((server) => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
  ])
}

/** Servers that a sandbox's questions are forwarded to: the host's, or Docker's public ones where it has none. */
export function upstreamServers(hostResolvConf: string): string[] {
  const { nameservers } = parseResolvConf(hostResolvConf)
  return nameservers.length > 0 ? nameservers : publicServers
}

function serversFor(mode: ResolvConfInput['mode'], dns: readonly string[], host: readonly string[]): readonly string[] {
  if (mode === 'embedded') return ['127.0.0.11']
  if (dns.length > 0) return dns
  if (mode === 'host') return host
  // A container has another loopback than the host, and no IPv6 on a default network.
  const reachable = host.filter((server) => isIPv4(server) && !server.startsWith('127.'))
  return reachable.length > 0 ? reachable : publicServers
}

/** The last search line counts, as in resolv.conf(5); options add up. */
function parseResolvConf(text: string) {
  const found = { nameservers: [] as string[], search: [] as string[], options: [] as string[] }
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line
      .replace(/[#;].*$/, '')
      .trim()
      .split(/\s+/)
    if (keyword === 'nameserver' && values[0] !== undefined && isIP(values[0])) found.nameservers.push(values[0])
    if (keyword === 'search' || keyword === 'domain') found.search = values
    if (keyword === 'options') found.options.push(...values)
  }
  return found
}

function isNdots(option: string): boolean {
  return option.startsWith('ndots:')
}

function lines(items: readonly string[]): string {
  return `${items.join('\n')}\n`
}
