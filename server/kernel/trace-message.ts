/** What the kernel tells of a packet that is traced (NFNL_MSG_TRACE of nftables), as `nft monitor trace` prints it. */
export interface TraceMessage {
  /** The same for all that is told of one packet in one namespace. */
  readonly id: number
  readonly family: 'ip' | 'ip6' | 'inet' | 'bridge' | 'arp' | 'netdev'
  readonly table: string
  readonly chain: string
  /** `rule` has matched; `policy`: no rule of a base chain has decided; `return`: the end of a chain. */
  readonly type: 'rule' | 'policy' | 'return'
  readonly verdict: TraceVerdict
  /** Of a jump or goto. */
  readonly target: string | null
  /** As a 64-bit number in decimal; null where no rule is meant. */
  readonly handle: string | null
  /** Indexes of links; told with the first message of each base chain. */
  readonly inLink: number | null
  readonly outLink: number | null
  /** From the network header on, as far as it is told. */
  readonly header: Buffer | null
}

export type TraceVerdict = 'accept' | 'drop' | 'stolen' | 'queue' | 'continue' | 'jump' | 'goto' | 'return' | 'other'

const verdicts: Readonly<Record<number, TraceVerdict>> = {
  0: 'drop',
  1: 'accept',
  2: 'stolen',
  3: 'queue',
  [-1]: 'continue',
  [-3]: 'jump',
  [-4]: 'goto',
  [-5]: 'return',
}
const families: Readonly<Record<number, TraceMessage['family']>> = {
  1: 'inet',
  2: 'ip',
  3: 'arp',
  5: 'netdev',
  7: 'bridge',
  10: 'ip6',
}
const types: Readonly<Record<number, TraceMessage['type']>> = { 1: 'policy', 2: 'return', 3: 'rule' }

/** NFTA_TRACE_*, linux/netfilter/nf_tables.h */
const told = {
  ...{ table: 1, chain: 2, handle: 3, type: 4, verdict: 5, id: 6 },
  ...{ network: 8, transport: 9, inLink: 10, outLink: 12, policy: 16 },
} as const
const traceMessage = (10 << 8) | 17

/** All of one datagram of netlink; what is something else is left out. */
export function readTraceMessages(datagram: Buffer): TraceMessage[] {
  const messages: TraceMessage[] = []
  let at = 0
  while (at + 20 <= datagram.length) {
    const length = datagram.readUInt32LE(at)
    if (length < 20 || at + length > datagram.length) break
    if (datagram.readUInt16LE(at + 4) === traceMessage) {
      const message = readOne(datagram.readUInt8(at + 16), attributesOf(datagram.subarray(at + 20, at + length)))
      if (message) messages.push(message)
    }
    at += (length + 3) & ~3
  }
  return messages
}

type Attributes = ReadonlyMap<number, Buffer>

function attributesOf(bytes: Buffer): Attributes {
  const found = new Map<number, Buffer>()
  let at = 0
  while (at + 4 <= bytes.length) {
    const length = bytes.readUInt16LE(at)
    if (length < 4 || at + length > bytes.length) break
    found.set(bytes.readUInt16LE(at + 2) & 0x3fff, bytes.subarray(at + 4, at + length))
    at += (length + 3) & ~3
  }
  return found
}

function readOne(familyNumber: number, attributes: Attributes): TraceMessage | undefined {
  const number = (key: number) => attributes.get(key)?.readUInt32BE(0)
  const text = (key: number) => attributes.get(key)?.toString('utf8').replace(/\0.*$/s, '') ?? ''
  const type = types[number(told.type) ?? 0]
  const family = families[familyNumber]
  if (!type || !family) return undefined
  const verdict = attributesOf(attributes.get(told.verdict) ?? Buffer.alloc(0))
  // A policy is told as a verdict, too, by some kernels, and by others alone.
  const code = verdict.get(1)?.readInt32BE(0) ?? attributes.get(told.policy)?.readInt32BE(0)
  const network = attributes.get(told.network)
  return {
    ...{ id: number(told.id) ?? 0, family, type },
    table: text(told.table),
    chain: text(told.chain),
    verdict: (code === undefined ? undefined : verdicts[code]) ?? 'other',
    target: verdict.get(2)?.toString('utf8').replace(/\0.*$/s, '') ?? null,
    handle: attributes.get(told.handle)?.readBigUInt64BE(0).toString() ?? null,
    inLink: number(told.inLink) ?? null,
    outLink: number(told.outLink) ?? null,
    header: network ? Buffer.concat([network, attributes.get(told.transport) ?? Buffer.alloc(0)]) : null,
  }
}
