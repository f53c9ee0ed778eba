import type { Family } from '../../cnm/address'
import type { NetSocket } from '../netns-contract'
import { addressFamilies, addressOf, attributesIn, byteOf, dumpRequest, messagesIn, messageTypes } from './message'

/** Of the kernel's netlink on sockets (linux/inet_diag.h), which finds them by their state: other sockets cost nothing. */
const byFamily = 20
const [requestBytes, fixedBytes, onlyIpv6] = [56, 72, 11]
/** A socket that listens; of UDP one that is not connected (TCP_LISTEN, TCP_CLOSE). */
const kinds = [
  { protocol: 'tcp', number: 6, state: 10, name: 'listen' },
  { protocol: 'udp', number: 17, state: 7, name: 'unconnected' },
] as const

/** A socket that takes what comes, whose link is known by its number; 0: any. */
export interface Listener extends NetSocket {
  readonly linkIndex: number
}

/** A dump for each protocol and family. */
export const listenerRequests = kinds.flatMap(({ number, state }) =>
  [addressFamilies.ipv4, addressFamilies.ipv6].map((family) => {
    const body = Buffer.alloc(requestBytes)
    body.set([family, number])
    body.writeUInt32LE(1 << state, 4)
    return dumpRequest(byFamily, body)
  }),
)

/** Undefined: the kernel does not tell. */
export function listenersIn(datagram: Buffer): Listener[] | undefined {
  const messages = [...messagesIn(datagram)]
  if (messages.some(({ type }) => type === messageTypes.error)) return undefined
  return messages.flatMap(({ type, body }) =>
    type === byFamily && body.length >= fixedBytes ? [listenerOf(body)] : [],
  )
}

function listenerOf(body: Buffer): Listener {
  const family: Family = body[0] === addressFamilies.ipv6 ? 'ipv6' : 'ipv4'
  const kind = kinds.find(({ state }) => state === body[1]) ?? kinds[0]
  const address = addressOf(body.subarray(8, family === 'ipv6' ? 24 : 12)) ?? ''
  return {
    ...{ protocol: kind.protocol, family, state: kind.name },
    localAddress: address.replace(/^::ffff:(?=\d+\.)/, ''),
    localPort: body.readUInt16BE(4),
    ...{ remoteAddress: null, remotePort: null, link: null, linkIndex: body.readUInt32LE(40) },
    receiveQueue: body.readUInt32LE(56),
    sendQueue: body.readUInt32LE(60),
    inode: String(body.readUInt32LE(68)),
    ipv6Only: byteOf(attributesIn(body, fixedBytes).get(onlyIpv6)) === 1,
    processes: [],
  }
}
