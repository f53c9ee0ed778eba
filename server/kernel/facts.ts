import { readFile } from 'node:fs/promises'
import { endianness } from 'node:os'
import type { HostFacts } from './contract'
import type { IpQuery, RawRoute } from './ip-query'
import { run } from './run'

const resolvConf = '/etc/resolv.conf'
/** Where systemd-resolved lists the real servers, when resolv.conf names only its own stub. */
const resolvedConf = '/run/systemd/resolve/resolv.conf'
const resolvedStub = '127.0.0.53'

/** What costs a process to read, and changes seldom. */
export interface SlowFacts {
  readonly forwardPolicy: 'ACCEPT' | 'DROP'
  /** Subnets in routing tables other than main. */
  readonly otherSubnets: readonly string[]
}

/** `iptables -S FORWARD` and `ip route show table all` */
export async function readSlowFacts(query: IpQuery): Promise<SlowFacts> {
  const [policy, routes] = await Promise.all([
    run('iptables', ['--wait', '-S', 'FORWARD']),
    query.routes('table', 'all', 'type', 'unicast'),
  ])
  return {
    forwardPolicy: policy.stdout.startsWith('-P FORWARD DROP') ? 'DROP' : 'ACCEPT',
    otherSubnets: subnetsOf((routes ?? []).filter(({ table }) => table !== undefined)),
  }
}

/** Reads what plans depend on, from files that show the daemon's own namespace: about 1 ms. */
export async function readFacts({ forwardPolicy, otherSubnets }: SlowFacts): Promise<HostFacts> {
  const [routes, devices, forwarding, bridgedTraffic, nameservers] = await Promise.all([
    readFile('/proc/self/net/route', 'utf8'),
    readFile('/proc/self/net/dev', 'utf8'),
    readFile('/proc/sys/net/ipv4/ip_forward', 'utf8'),
    readFile('/proc/sys/net/bridge/bridge-nf-call-iptables', 'utf8').catch(() => null),
    readNameservers(),
  ])
  return {
    routedSubnets: [...new Set([...parseRouteTable(routes), ...otherSubnets])],
    links: parseDevices(devices),
    forwarding: forwarding.trim() === '1',
    bridgedTraffic: bridgedTraffic === null ? null : bridgedTraffic.trim() === '1',
    forwardPolicy,
    nameservers,
  }
}

/** Subnets in /proc/net/route (the main table; numbers as they lie in memory), the default route left out. */
export function parseRouteTable(text: string): string[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, destination, , , , , , mask] = line.split('\t')
      if (destination === undefined || mask === undefined || /^0+$/.test(mask)) return []
      const bits = bytesOf(mask).reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0)
      return [`${bytesOf(destination).join('.')}/${bits}`]
    })
}

/** x86 and ARM keep the last byte first. */
function bytesOf(hex: string): number[] {
  const bytes = [...Buffer.from(hex.trim(), 'hex')]
  return endianness() === 'LE' ? bytes.reverse() : bytes
}

/** IPv4 destinations in CIDR notation, each once, the default route left out. */
export function subnetsOf(routes: readonly RawRoute[]): string[] {
  const destinations = routes.map(({ dst }) => dst).filter((dst) => /^\d+\.\d+\.\d+\.\d+(?:\/\d+)?$/.test(dst))
  const subnets = destinations.map((dst) => (dst.includes('/') ? dst : `${dst}/32`))
  return [...new Set(subnets)].filter((subnet) => subnet !== '0.0.0.0/0')
}

/** Names of links in /proc/net/dev, which shows the reader's namespace. */
export function parseDevices(text: string): string[] {
  return text.split('\n').flatMap((line) => /^\s*(\S+):\s/.exec(line)?.[1] ?? [])
}

async function readNameservers(): Promise<string[]> {
  const nameservers = parseNameservers(await readQuietly(resolvConf))
  if (nameservers.some((address) => address !== resolvedStub)) return nameservers
  const real = parseNameservers(await readQuietly(resolvedConf))
  return real.length > 0 ? real : nameservers
}

/** IPv4 name servers of a resolv.conf, in order. */
export function parseNameservers(text: string): string[] {
  return text.split('\n').flatMap((line) => /^\s*nameserver\s+(\d+\.\d+\.\d+\.\d+)\s*$/.exec(line)?.[1] ?? [])
}

async function readQuietly(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}
