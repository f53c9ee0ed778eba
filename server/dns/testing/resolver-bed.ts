import { createSocket, type Socket } from 'node:dgram'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import {
  type Answer,
  type DecodedPacket,
  decode as decodePacket,
  encode,
  type Packet,
  type RecordType,
} from 'dns-packet'
import { afterEach, beforeEach } from 'vitest'
import type { NameRecord } from '../../cnm/network-names'
import type { Forwarding, NameSource, Resolver } from '../contract'
import { createFrameReader, frame } from '../framing'
import { lookUp } from '../lookup'
import { createResolver, type ResolverOptions } from '../resolver'
import { buildTable, type NameTable } from '../table'
import { createFakeUpstream, type FakeUpstream } from './upstream'

const self = { id: 'f'.repeat(64), name: 'asker', networks: ['backend'] }
const many = Array.from({ length: 60 }, (_, index) => `10.0.1.${index}`)
const names: Record<string, string[]> = { web: ['10.0.0.2'], group: ['10.0.0.12', '10.0.0.13', '10.0.0.14'], many }

/** The library's types leave the response code out. */
export type Decoded = DecodedPacket & { rcode: string }
export const decode = (raw: Buffer) => decodePacket(raw) as Decoded

/** A resolver on loopback, a server behind it and a client in front, anew for every test. */
interface ResolverBed {
  upstream: FakeUpstream
  /** Addresses of the servers that are asked, all at the port of `upstream`. */
  upstreams: string[]
  udp: Socket
  tcp: Server
  client: Socket
  resolver: Resolver
  generation: number
  /** The source throws. */
  isBroken: boolean
  refusal: Forwarding['refusal']
  keepsShortNames: boolean
  records: NameRecord[]
}

export const bed = { generation: 0 } as ResolverBed

/** Registers what runs before and after each test of a file. */
export function withResolverBed(): void {
  beforeEach(async () => {
    const upstream = await createFakeUpstream()
    const fresh = { isBroken: false, refusal: null, keepsShortNames: false, records: [], upstreams: ['127.0.0.1'] }
    Object.assign(bed, fresh, { upstream, generation: bed.generation + 1, client: createSocket('udp4') })
    await new Promise<void>((resolve) => bed.client.bind(0, '127.0.0.1', resolve))
    await listen({})
  })
  afterEach(async () => {
    bed.client.close()
    bed.udp.close()
    bed.tcp.close()
    await bed.upstream.close()
  })
}

/** One network of containers with these names, and another that is empty. */
function tableOf(): NameTable {
  const holders = Object.entries(names).flatMap(([name, addresses]) =>
    addresses.map((address, at) => ({
      id: `${name}${at}`,
      name: addresses.length > 1 ? `${name}${at}` : name,
      addresses: [address],
      readiness: 'ready' as const,
      names: [{ name, kind: 'alias' as const }],
    })),
  )
  return buildTable({ id: 'n', name: 'backend' }, holders, bed.records)
}

const source: NameSource = {
  get generation() {
    return bed.generation
  },
  of: () => {
    if (bed.isBroken) throw new Error('broken on purpose')
    const views = [{ table: tableOf(), links: new Map() }]
    return {
      asker: self,
      find: (name, type) => {
        if (name === 'broken') throw new Error('broken on purpose')
        return lookUp(views, name, type)
      },
      upstreams: () => ({
        servers: bed.upstreams.map((server) => ({ address: server, port: bed.upstream.port })),
        refusal: bed.refusal,
        keepsShortNames: bed.keepsShortNames,
      }),
    }
  },
}

async function listen(options: Partial<ResolverOptions>): Promise<void> {
  bed.udp = createSocket('udp4')
  await new Promise<void>((resolve) => bed.udp.bind(0, '127.0.0.1', resolve))
  bed.tcp = createServer()
  await new Promise<void>((resolve) => bed.tcp.listen(0, '127.0.0.1', resolve))
  bed.resolver = createResolver(source, { timeoutMs: 300, silenceMs: 0, ...options })
  bed.resolver.listen('/run/ns', bed.udp)
  bed.resolver.listen('/run/ns', bed.tcp)
}

export async function listenAnew(options: Partial<ResolverOptions>): Promise<void> {
  bed.udp.close()
  bed.tcp.close()
  await listen(options)
}

export function query(name: string, type: RecordType = 'A', rest: Partial<Packet> = {}): Buffer {
  return encode({ type: 'query', id: 4711, flags: 0x100, questions: [{ type, name }], ...rest })
}

export function sendUdp(raw: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer')), 1_500)
    bed.client.once('message', (message) => {
      clearTimeout(timer)
      resolve(message)
    })
    bed.client.send(raw, bed.udp.address().port, '127.0.0.1')
  })
}

export const ask = async (...args: Parameters<typeof query>) => decode(await sendUdp(query(...args)))

export async function askTcp(raws: Buffer[]): Promise<Decoded[]> {
  const socket = connect((bed.tcp.address() as AddressInfo).port, '127.0.0.1')
  const packets: Decoded[] = []
  try {
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject)
      socket.on(
        'data',
        createFrameReader((message) => {
          packets.push(decode(message))
          if (packets.length === raws.length) resolve()
        }),
      )
      socket.write(Buffer.concat(raws.map(frame)))
    })
  } finally {
    socket.destroy()
  }
  return packets
}

export const dataOf = (packet: Packet) => packet.answers?.map((answer) => ('data' in answer ? answer.data : undefined))
export const opt = (udpPayloadSize: number): Answer => ({
  ...{ type: 'OPT', name: '.', extendedRcode: 0, ednsVersion: 0, flags: 0, flag_do: false, options: [] },
  udpPayloadSize,
})
export const address = (name: string, data: string): Answer => ({ type: 'A', name, data, ttl: 60 })
