import type { createTranslator } from 'next-intl'
import type { SocketRow } from '@/server/observe/tables/rows'
import type { Messages } from '../../i18n/messages'
import { withPort } from './explain-flow'
import { isolated } from './isolated'

export type SocketTranslator = ReturnType<typeof createTranslator<Messages, 'namespaces.sockets'>>

/** What a socket waits for or is in the middle of, in words. Pure. */
export function explainSocket(socket: SocketRow, t: SocketTranslator): string {
  const words = stateOf(socket, t)
  const bound = socket.link === null ? words : t('on', { words, link: isolated(socket.link) })
  return withQueues(socket, bound, t)
}

const tcpStates = {
  established: 'established',
  'syn-sent': 'synSent',
  'syn-recv': 'synRecv',
  'fin-wait-1': 'finWait',
  'fin-wait-2': 'finWait',
  'time-wait': 'timeWait',
  'close-wait': 'closeWait',
  'last-ack': 'lastAck',
  closing: 'closing',
} as const

function stateOf(socket: SocketRow, t: SocketTranslator): string {
  const { protocol, state, localPort } = socket
  const remote = remoteOf(socket)
  if (protocol === 'packet') return localPort === null ? t('packet') : t('packetOf', { type: frameType(localPort) })
  if (protocol === 'raw') return t('raw', { protocol: String(localPort ?? '?'), where: addressOf(socket, t) })
  if (state === 'listen') return t('listen', { where: whereOf(socket, t) })
  if (protocol === 'udp' && remote !== null) return t('connectedDatagram', { remote })
  if (state === 'unconnected') return t('unconnected', { where: whereOf(socket, t) })
  const known = Object.hasOwn(tcpStates, state) ? tcpStates[state as keyof typeof tcpStates] : undefined
  return known === undefined ? t('other', { state }) : t(known, { remote: remote ?? '?' })
}

/** Of one that listens these are connections, of others bytes. */
function withQueues({ protocol, state, receiveQueue, sendQueue }: SocketRow, words: string, t: SocketTranslator) {
  if (protocol === 'tcp' && state === 'listen') {
    return receiveQueue > 0 ? t('backlog', { words, count: String(receiveQueue) }) : words
  }
  const unread = receiveQueue > 0 ? t('unread', { words, count: String(receiveQueue) }) : words
  return sendQueue > 0 ? t('unsent', { words: unread, count: String(sendQueue) }) : unread
}

function whereOf(socket: SocketRow, t: SocketTranslator): string {
  const address = addressOf(socket, t)
  return socket.localPort === null ? address : t('at', { address, port: String(socket.localPort) })
}

/** A socket of IPv6 at any address takes IPv4, too, unless it was told not to. */
function addressOf({ family, localAddress, ipv6Only }: SocketRow, t: SocketTranslator): string {
  if (localAddress !== '0.0.0.0' && localAddress !== '::') return localAddress
  if (family === 'ipv4') return t('anyIpv4')
  return ipv6Only ? t('anyIpv6') : t('any')
}

export function remoteOf({ remoteAddress, remotePort }: SocketRow): string | null {
  return remoteAddress === null ? null : withPort(remoteAddress, remotePort)
}

const frameTypes: Readonly<Record<number, string>> = { 2048: 'IPv4', 2054: 'ARP', 34525: 'IPv6', 35020: 'LLDP' }

function frameType(number: number): string {
  return frameTypes[number] ?? `0x${number.toString(16)}`
}
