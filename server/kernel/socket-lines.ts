import type { Family } from '../cnm/address'
import type { NetSocket } from './netns-contract'

/** Arguments of `ss` whose lines `parseSocketLine` understands. */
export const socketArgs = ['-H', '-O', '-a', '-n', '-p', '-e', '-t', '-u', '-w', '-0', '--sctp']

const protocols: Readonly<Record<string, NetSocket['protocol']>> = {
  tcp: 'tcp',
  udp: 'udp',
  sctp: 'sctp',
  raw: 'raw',
  p_raw: 'packet',
  p_dgr: 'packet',
}

const states: Readonly<Record<string, string>> = { ESTAB: 'established', UNCONN: 'unconnected' }

/** Names of links and processes may hold any other white space than these blanks. */
const columns = /^([^ ]+) +([^ ]+) +(\d+) +(\d+) +([^ ]+) +([^ ]+)(.*)$/s

/** `tcp LISTEN 0 128 127.0.0.1%lo:80 0.0.0.0:* users:(("nginx",pid=7,fd=3)) ino:5 sk:1`; undefined for other kinds. */
export function parseSocketLine(line: string): NetSocket | undefined {
  const match = columns.exec(line)
  if (match === null) return undefined
  const [, kind = '', state = '', receiveQueue = '', sendQueue = '', local = '', remote = '', rest = ''] = match
  const protocol = protocols[kind]
  if (protocol === undefined) return undefined
  const common = {
    protocol,
    state: states[state] ?? state.toLowerCase(),
    receiveQueue: Number(receiveQueue),
    sendQueue: Number(sendQueue),
    ...tailOf(rest),
  }
  return protocol === 'packet' ? { ...common, ...packetEnds(local) } : { ...common, ...addressEnds(local, remote) }
}

/** A packet socket stands on "protocol:link", either of which may be any: `[768]:eth0`, `*:*`. */
function packetEnds(local: string) {
  const at = local.indexOf(':')
  const [protocol, link] = [local.slice(0, at), local.slice(at + 1)]
  const number = /^\[(\d+)\]$/.exec(protocol)?.[1]
  return {
    family: null,
    localAddress: '*',
    localPort: number === undefined ? null : Number(number),
    remoteAddress: null,
    remotePort: null,
    link: link === '*' ? null : link,
  }
}

/** `*` stands for any address of both families: such a socket is of IPv6 and takes IPv4, too. */
function addressEnds(local: string, remote: string) {
  const near = endOf(local)
  const far = endOf(remote)
  const family: Family = near.address === '*' || near.address.includes(':') ? 'ipv6' : 'ipv4'
  const isConnected = far.address !== '*' && far.port !== null
  return {
    family,
    localAddress: near.address === '*' ? '::' : near.address,
    localPort: near.port,
    remoteAddress: isConnected ? far.address : null,
    remotePort: isConnected ? far.port : null,
    link: near.link,
  }
}

/** `10.0.0.1:80`, `[::1]:80`, `[fe80::1]%eth0:80`, `*:80`. No name of a link holds a colon. */
function endOf(text: string): { address: string; port: number | null; link: string | null } {
  const at = text.lastIndexOf(':')
  const port = text.slice(at + 1)
  const [, address = '', link] = /^([^%]*)(?:%(.*))?$/s.exec(text.slice(0, at)) ?? []
  return {
    // What speaks IPv4 over a socket of IPv6 is told by its IPv4 address.
    address: address.replace(/^\[|\]$/g, '').replace(/^::ffff:(?=\d+\.)/, ''),
    port: /^\d+$/.test(port) ? Number(port) : null,
    link: link ?? null,
  }
}

/** The name is the process's to choose; `ss` cuts it at a bracket, so that none can feign a whole entry. */
const user = /\("(.*?)",pid=(\d+),fd=\d+\)/gs

function tailOf(rest: string): Pick<NetSocket, 'processes' | 'inode' | 'ipv6Only'> {
  const named = /^ *users:\((.*?\))\)(.*)$/s.exec(rest)
  const [users, tail] = named === null ? ['', rest] : [named[1] ?? '', named[2] ?? '']
  const processes = new Map<number, string>()
  for (const [, name = '', pid] of users.matchAll(user)) processes.set(Number(pid), name)
  const inode = /\bino:(\d+)/.exec(tail)?.[1] ?? '0'
  return {
    processes: [...processes].map(([pid, name]) => ({ pid, name })),
    inode: inode === '0' ? null : inode,
    ipv6Only: /\bv6only:1\b/.test(tail),
  }
}
