import { isIP, isIPv4 } from 'node:net'

export interface HostsInput {
  readonly hostname: string
  readonly domainname: string
  /** The container's own, with or without prefix length. */
  readonly addresses: readonly string[]
  readonly extraHosts: readonly { readonly name: string; readonly address: string }[]
  /** Containers that it is linked to. */
  readonly links?: readonly { readonly address: string; readonly names: readonly string[] }[]
  /** For host networking the host's own /etc/hosts, which is taken whole, unless there are extra hosts. */
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

/** /etc/hosts of a container, as Docker writes it: loopback, extra hosts, links, then its own name. */
export function hostsFile({ hostname, domainname, addresses, extraHosts, links = [], base }: HostsInput): string {
  if (base !== undefined && extraHosts.length === 0) return base
  const ownNames = namesOf(hostname, domainname)
  return lines([
    ...loopbackLines,
    ...extraHosts.map(({ name, address }) => `${address}\t${name}`),
    ...links.map(({ address, names }) => `${address}\t${[...new Set(names)].join(' ')}`),
    ...addresses.map((address) => `${address.split('/')[0]}\t${ownNames}`),
  ])
}

/** The full name and the first part of it, whether the domain was given with the host name or apart. */
function namesOf(hostname: string, domainname: string): string {
  const full = domainname === '' ? hostname : `${hostname}.${domainname}`
  const [first = full] = full.split('.')
  return first === full ? full : `${full} ${first}`
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
  /** Options that the user asked for instead of the host's. */
  readonly dnsOptions: readonly string[]
}

/** Docker's, where the host has no server that a container could reach. */
const publicServers = ['8.8.8.8', '8.8.4.4']

/** /etc/resolv.conf of a container, as Docker writes it: search, name servers, options. */
export function resolvConf({ mode, hostResolvConf, dns, dnsSearch, dnsOptions }: ResolvConfInput): string {
  const asked = dns.length + dnsSearch.length + dnsOptions.length
  if (mode === 'host' && asked === 0) return hostResolvConf
  if (mode === 'upstream' && asked === 0) return withoutUnreachable(hostResolvConf)
  const host = parseResolvConf(hostResolvConf)
  const search = (dnsSearch.length > 0 ? dnsSearch : host.search).filter((domain) => domain !== '.')
  const given = dnsOptions.length > 0 ? dnsOptions : host.options
  const options = mode === 'embedded' && !given.some(isNdots) ? [...given, 'ndots:0'] : given
  return lines([
    ...(search.length > 0 ? [`search ${search.join(' ')}`] : []),
    ...serversFor(mode, dns, host.nameservers).map(toLine),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
  ])
}

/** The host's file as it is, but for the servers that a container cannot reach. */
function withoutUnreachable(hostResolvConf: string): string {
  const kept = hostResolvConf
    .replace(/\n+$/, '')
    .split('\n')
    .filter((line) => parseResolvConf(line).nameservers.every(isReachable))
  const hasServer = parseResolvConf(kept.join('\n')).nameservers.length > 0
  return lines([...kept.filter((line) => line !== ''), ...(hasServer ? [] : publicServers.map(toLine))])
}

function toLine(server: string): string {
  return `nameserver ${server}`
}

/** A container has another loopback than the host, and no IPv6 on a default network. */
function isReachable(server: string): boolean {
  return isIPv4(server) && !server.startsWith('127.')
}

/** Servers that a sandbox's questions are forwarded to: the host's, or Docker's public ones where it has none. */
export function upstreamServers(hostResolvConf: string): string[] {
  const { nameservers } = parseResolvConf(hostResolvConf)
  return nameservers.length > 0 ? nameservers : publicServers
}

/** Whether the person or the host says from how many dots on a name is asked for as it is. */
export function setsNdots(hostResolvConf: string, dnsOptions: readonly string[]): boolean {
  return (dnsOptions.length > 0 ? dnsOptions : parseResolvConf(hostResolvConf).options).some(isNdots)
}

function serversFor(mode: ResolvConfInput['mode'], dns: readonly string[], host: readonly string[]): readonly string[] {
  if (mode === 'embedded') return ['127.0.0.11']
  if (dns.length > 0) return dns
  if (mode === 'host') return host
  const reachable = host.filter(isReachable)
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
