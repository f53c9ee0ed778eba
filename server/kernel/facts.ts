import { existsSync, readFileSync } from 'node:fs'
import { type Family, formatAddress } from '../cnm/address'
import type { HostFacts, Ipv6Facts } from './contract'
import { run } from './run'

const resolvConf = '/etc/resolv.conf'
/** Where systemd-resolved lists the real servers, when resolv.conf names only its own stub. */
const resolvedConf = '/run/systemd/resolve/resolv.conf'
const resolvedStub = '127.0.0.53'

/** `iptables -S FORWARD` */
export async function readForwardPolicy(family: Family): Promise<'ACCEPT' | 'DROP'> {
  const { stdout } = await run(family === 'ipv4' ? 'iptables' : 'ip6tables', ['--wait', '-S', 'FORWARD'])
  return stdout.startsWith('-P FORWARD DROP') ? 'DROP' : 'ACCEPT'
}

/**
 * From files in /proc, which show the daemon's own namespace. They are not read asynchronously: the kernel answers in
 * 0.1 ms, and turns through the thread pool, or through a process, took 1 ms of every change.
 */
export function readFacts(): HostFacts {
  const bridgedTraffic = readQuietly('/proc/sys/net/bridge/bridge-nf-call-iptables').trim()
  return {
    routedSubnets: readRoutedSubnets(),
    hasLink: (name) => existsSync(`/proc/sys/net/ipv4/conf/${name}`),
    forwarding: readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8').trim() === '1',
    bridgedTraffic: bridgedTraffic === '' ? null : bridgedTraffic === '1',
    nameservers: readNameservers(),
  }
}

/** As `readFacts`; read only for networks with IPv6. */
export function readIpv6Facts(): Ipv6Facts {
  const disabled = readQuietly('/proc/sys/net/ipv6/conf/all/disable_ipv6').trim()
  const bridgedTraffic = readQuietly('/proc/sys/net/bridge/bridge-nf-call-ip6tables').trim()
  return {
    state: disabled === '' ? 'absent' : disabled === '1' ? 'off' : 'on',
    routedSubnets: parseIpv6Routes(readQuietly('/proc/self/net/ipv6_route')),
    forwarding: readQuietly('/proc/sys/net/ipv6/conf/all/forwarding').trim() === '1',
    bridgedTraffic: bridgedTraffic === '' ? null : bridgedTraffic === '1',
  }
}

const rejecting = 0x200
const ownAddress = 0x80000000

/**
 * Destinations in /proc/net/ipv6_route, each once: `fd00…0000 40 …`, the eighth column flags. Default routes (also
 * halved), the host's own addresses, link-local and multicast ones are left out.
 */
export function parseIpv6Routes(text: string): string[] {
  const subnets = new Set<string>()
  for (const line of text.split('\n')) {
    const [digits = '', prefixText = '', , , , , , , flagText = ''] = line.trim().split(/\s+/)
    const [prefix, flags] = [Number.parseInt(prefixText, 16), Number.parseInt(flagText, 16)]
    if (!/^[0-9a-f]{32}$/.test(digits) || prefix <= 1 || /^(fe[89ab]|ff)/.test(digits)) continue
    if ((flags & rejecting) !== 0 || (flags & ownAddress) !== 0) continue
    subnets.add(`${formatAddress({ family: 'ipv6', value: BigInt(`0x${digits}`) })}/${prefix}`)
  }
  return [...subnets]
}

/**
 * The file of all tables takes ten times as long as that of the main one: with 500 networks 3 ms. It is read where there
 * are further tables, as VPNs make them.
 */
function readRoutedSubnets(): string[] {
  const hasOthers = hasFurtherTables(readFileSync('/proc/self/net/fib_triestat', 'utf8'))
  return hasOthers
    ? parseRoutes(readFileSync('/proc/self/net/fib_trie', 'utf8'))
    : parseMainRoutes(readFileSync('/proc/self/net/route', 'utf8'))
}

/** In /proc/net/fib_triestat every table has a head of its own: `Main:`, `Local:`, `Id 52:`. */
export function hasFurtherTables(text: string): boolean {
  return /^(?!Main:|Local:).+:$/m.test(text)
}

/** Lines of the last time, and what each leads to: between two changes there are one or two others. */
let read: { readonly lines: readonly string[]; readonly subnets: readonly (string | undefined)[] } = {
  lines: [],
  subnets: [],
}

/** Destinations in /proc/net/route, each once, as `parseRoutes` gives them. */
export function parseMainRoutes(text: string): string[] {
  const lines = text.split('\n').slice(1)
  const same = sameAtBothEnds(read.lines, lines)
  const others = lines.slice(same.first, lines.length - same.last).map(parseMainRoute)
  const [first, last] = [read.subnets.slice(0, same.first), read.subnets.slice(read.subnets.length - same.last)]
  read = { lines, subnets: [...first, ...others, ...last] }
  return [...new Set(read.subnets)].filter((subnet) => subnet !== undefined)
}

function sameAtBothEnds(before: readonly string[], now: readonly string[]): { first: number; last: number } {
  const most = Math.min(before.length, now.length)
  let first = 0
  while (first < most && before[first] === now[first]) first++
  let last = 0
  while (last < most - first && before.at(-1 - last) === now.at(-1 - last)) last++
  return { first, last }
}

/** `eth0 0000590A 00000000 0001 0 0 0 00FFFFFF` */
function parseMainRoute(line: string): string | undefined {
  const [, destination, , flags = '', , , , mask = ''] = line.split('\t')
  if (destination === undefined || (Number.parseInt(flags, 16) & rejecting) !== 0) return undefined
  const prefix = Math.clz32(~Buffer.from(mask, 'hex').readUInt32LE())
  return prefix > 1 ? `${Buffer.from(destination, 'hex').reverse().join('.')}/${prefix}` : undefined
}

/**
 * Unicast destinations in /proc/net/fib_trie, each once: every routing table, each address (`|-- 10.0.0.0`)
 * followed by its prefixes (`/24 link UNICAST`). The default route is left out, whole or in halves as VPNs write it.
 */
export function parseRoutes(text: string): string[] {
  const subnets = new Set<string>()
  let address = ''
  for (const line of text.split('\n')) {
    address = /^\s*\|-- (\S+)$/.exec(line)?.[1] ?? address
    const prefix = /^\s*\/(\d+) \S+ UNICAST/.exec(line)?.[1]
    if (prefix !== undefined && Number(prefix) > 1) subnets.add(`${address}/${prefix}`)
  }
  return [...subnets]
}

function readNameservers(): string[] {
  const nameservers = parseNameservers(readQuietly(resolvConf))
  if (nameservers.some((address) => address !== resolvedStub)) return nameservers
  const real = parseNameservers(readQuietly(resolvedConf))
  return real.length > 0 ? real : nameservers
}

/** IPv4 name servers of a resolv.conf, in order. */
export function parseNameservers(text: string): string[] {
  return text.split('\n').flatMap((line) => /^\s*nameserver\s+(\d+\.\d+\.\d+\.\d+)\s*$/.exec(line)?.[1] ?? [])
}

/** Nothing where there is no such file. */
function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
