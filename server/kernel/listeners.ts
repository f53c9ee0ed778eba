import { readFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { formatAddress } from '../cnm/address'

/** A port of the daemon's namespace that some process of the host listens on. */
export interface ListeningPort {
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  /** "0.0.0.0" for every IPv4 address; empty for every one of both families, which a socket on [::] mostly takes. */
  readonly address: string
}

const tcpListen = '0A'
const udpUnconnected = '07'

/** Reads /proc/net, as `ss -lntu` shows it. */
export async function readListeningPorts(): Promise<ListeningPort[]> {
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
