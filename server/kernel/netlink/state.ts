import type { NetnsState } from '../../cnm/netns-state'
import type { NetnsPart } from '../netns-contract'
import { decodeAddress } from './decode-address'
import { decodeLink } from './decode-link'
import { decodeFdb, decodeNeighbour } from './decode-neighbour'
import { decodeRoute, decodeRule } from './decode-route'
import { addressFamilies, dumpRequest, type Message, messagesIn, messageTypes, numberAttribute } from './message'

const headerBytes = { link: 16, address: 8, route: 12, rule: 12, neighbour: 12 }
const filterAttribute = 29
/** To be told no more than is read: no multicast state of ports. */
const noFilter = 0
const proxyFlag = 0x08

/** What to ask the kernel for each part. */
export const requestsFor: Readonly<Record<NetnsPart, readonly Buffer[]>> = {
  links: [
    dumpRequest(
      messageTypes.getLink,
      Buffer.concat([Buffer.alloc(headerBytes.link), numberAttribute(filterAttribute, noFilter)]),
    ),
  ],
  addresses: [dumpRequest(messageTypes.getAddress, Buffer.alloc(headerBytes.address))],
  routes: [dumpRequest(messageTypes.getRoute, Buffer.alloc(headerBytes.route))],
  rules: [dumpRequest(messageTypes.getRule, Buffer.alloc(headerBytes.rule))],
  neighbours: [neighbourRequest(addressFamilies.any, 0), neighbourRequest(addressFamilies.any, proxyFlag)],
  fdb: [neighbourRequest(addressFamilies.bridge, 0)],
}

/** RTM_GETSTATS, of which no more than the counters of 64 bits. */
export const countersRequest = dumpRequest(messageTypes.getCounters, Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]))

function neighbourRequest(family: number, flags: number): Buffer {
  const header = Buffer.alloc(headerBytes.neighbour)
  header.writeUInt8(family, 0)
  header.writeUInt8(flags, 10)
  return dumpRequest(messageTypes.getNeighbour, header)
}

type Lists = { -readonly [Part in NetnsPart]: NetnsState[Part][number][] }

/** Takes datagrams and makes a state of them. */
export interface StateCollector {
  take(datagram: Buffer): void
  /** Something changed while it was read: what was collected may be of two moments. */
  readonly isInterrupted: boolean
  /** The first error that the kernel answered, as its number; null: none. */
  readonly errno: number | null
  readonly state: NetnsState
}

/** EOPNOTSUPP and EAFNOSUPPORT: this kernel has no such table, so that it is empty. */
const noSuchTable = new Set([95, 97])

export function collectState(id: string): StateCollector {
  const lists: Lists = { links: [], addresses: [], routes: [], rules: [], neighbours: [], fdb: [] }
  let isInterrupted = false
  let errno: number | null = null

  function takeMessage({ type, body }: Message): void {
    switch (type) {
      case messageTypes.newLink:
        put(lists.links, decodeLink(body))
        break
      case messageTypes.newAddress:
        put(lists.addresses, decodeAddress(body))
        break
      case messageTypes.newRoute:
        put(lists.routes, decodeRoute(body))
        break
      case messageTypes.newRule:
        put(lists.rules, decodeRule(body))
        break
      case messageTypes.newNeighbour:
        if (body[0] === addressFamilies.bridge) put(lists.fdb, decodeFdb(body))
        else put(lists.neighbours, decodeNeighbour(body))
        break
      case messageTypes.error:
      case messageTypes.done: {
        const answered = body.length >= 4 ? -body.readInt32LE(0) : 0
        if (answered > 0 && !noSuchTable.has(answered)) errno ??= answered
      }
    }
  }

  return {
    take(datagram) {
      for (const message of messagesIn(datagram)) {
        isInterrupted ||= message.isInterrupted
        takeMessage(message)
      }
    },
    get isInterrupted() {
      return isInterrupted
    },
    get errno() {
      return errno
    },
    state: { id, ...lists },
  }
}

function put<Entry>(list: Entry[], entry: Entry | null): void {
  if (entry !== null) list.push(entry)
}
