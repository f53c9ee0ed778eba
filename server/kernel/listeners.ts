import { readFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { formatAddress } from '../cnm/address'
import type { PortProtocol } from '../cnm/container'
import { ownNetns } from './inside'
import type { NetnsReader, NetSocket } from './netns-contract'
import { readLines } from './read-output'
import { parseSocketLine, socketArgs } from './socket-lines'

/** A port of the daemon's namespace that some process of the host listens on. */
export interface ListeningPort {
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  /** "0.0.0.0" for every IPv4 address; empty for every one of both families, which a socket on [::] mostly takes. */
  readonly address: string
}

/** A process of the host. */
export interface PortHolder {
  readonly name: string
  readonly pid: number
}

const tcpListen = '0A'
const udpUnconnected = '07'

/**
 * As `ss -lntu` shows it. In /proc/net, which is read where the kernel has not that netlink, it goes through all places
 * that connections may have: 12 ms where a machine has memory for many.
 */
export async function readListeningPorts(reader: Pick<NetnsReader, 'listeners'>): Promise<ListeningPort[]> {
  return reader.listeners(ownNetns()).then((sockets) => sockets.flatMap(portOf), readTables)
}

function portOf({ protocol, localPort, localAddress, family, ipv6Only }: NetSocket): ListeningPort[] {
  if (localPort === null || (protocol !== 'tcp' && protocol !== 'udp')) return []
  const isOfBoth = family === 'ipv6' && localAddress === '::' && !ipv6Only
  return [{ protocol, port: localPort, address: isOfBoth ? '' : localAddress }]
}

/** A process that has a socket of the daemon's namespace at that port; undefined where none is found. */
export async function readPortHolder(protocol: PortProtocol, port: number): Promise<PortHolder | undefined> {
  const sockets: NetSocket[] = []
  // Packet sockets have no port: asked for these, too, `ss` finds none at all.
  const args = [...socketArgs.filter((one) => one !== '-0'), 'sport', '=', `:${port}`]
  await readLines('ss', args, (line) => {
    const socket = parseSocketLine(line)
    if (socket !== undefined && socket.protocol === protocol && socket.remotePort === null) sockets.push(socket)
  })
  return sockets.flatMap(({ processes }) => processes)[0]
}

async function readTables(): Promise<ListeningPort[]> {
  const [tcp, tcp6, udp, udp6] = await Promise.all(['tcp', 'tcp6', 'udp', 'udp6'].map(readTable))
  return [
    ...parseSockets(`${tcp}\n${tcp6}`, 'tcp', tcpListen),
    ...parseSockets(`${udp}\n${udp6}`, 'udp', udpUnconnected),
  ]
}

/** Addresses of the daemon's namespace. */
export function readHostAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => address))
}

/** Parses the text of /proc/net/tcp and its kin; addresses are in the machine's byte order. */
export function parseSockets(text: string, protocol: 'tcp' | 'udp', state: string): ListeningPort[] {
  return text.split('\n').flatMap((line) => {
    const [, local, , socketState] = line.trim().split(/\s+/)
    const match = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(local ?? '')
    if (!match || socketState !== state) return []
    const [, address = '', port = '0'] = match
    return [{ protocol, port: Number.parseInt(port, 16), address: formatHexAddress(address) }]
  })
}

function formatHexAddress(hex: string): string {
  if (/^0{32}$/.test(hex)) return ''
  if (hex.length === 32 && !hex.startsWith('0000000000000000FFFF0000')) {
    // Four words, each in the machine's byte order.
    const words = (hex.match(/.{8}/g) ?? []).map((word) => (word.match(/../g) ?? []).reverse().join(''))
    return formatAddress({ family: 'ipv6', value: BigInt(`0x${words.join('')}`) })
  }
  const octets = hex.slice(-8).match(/../g) ?? []
  return octets
    .reverse()
    .map((octet) => Number.parseInt(octet, 16))
    .join('.')
}

async function readTable(name: string): Promise<string> {
  try {
    return await readFile(`/proc/net/${name}`, 'utf8')
  } catch {
    return '' // a kernel without IPv6 has no tcp6
  }
}
