import { randomUUID } from 'node:crypto'
import { PatchbayError } from '../../cnm/errors'
import { sentence } from '../../cnm/sentence'
import { snapLengthBytes } from '../../kernel/capture'
import type { CaptureEnd, CaptureEvent, PacketDetail, PacketRow, PointEnd } from './contract'
import { decodeFrame } from './decode/frame'
import { interfaceBlock, packetBlock, sectionBlock, statisticsBlock } from './pcapng'
import { type CaptureRequest, type PointPacket, type Running, runCapture, type StartPackets } from './run'

/** Of one event. */
const mostRows = 500

/** A capture whose packets are kept as long as somebody holds it. */
export interface KeptCapture {
  readonly id: string
  /** What there is behind the packet of this number, and what comes. Goes on, saying nothing, after the end. */
  watch(after: number, signal: AbortSignal): AsyncGenerator<CaptureEvent>
  /** Throws not-found. */
  detail(number: number): PacketDetail
  /** All of it so far, as pcapng. */
  file(): Generator<Buffer>
  /** It stays, and its packets with it. */
  stop(): void
  close(): void
}

export async function keepCapture(request: CaptureRequest, startPackets: StartPackets): Promise<KeptCapture> {
  return new Kept(request, await runCapture(request, startPackets))
}

/** A capture as a stream of pcapng, which waits for its reader; ends with the signal. */
export async function* streamCapture(
  request: CaptureRequest,
  startPackets: StartPackets,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const running = await runCapture(request, startPackets)
  signal.addEventListener('abort', running.stop)
  try {
    if (signal.aborted) return
    yield headOf(request, running)
    for await (const batch of running.batches)
      yield Buffer.concat(batch.map((packet) => packetBlock(packet.point, packet)))
    yield tailOf((await running.ended).ends)
  } finally {
    signal.removeEventListener('abort', running.stop)
    running.stop()
  }
}

function headOf({ points, filter }: CaptureRequest, { linkTypes }: Running): Buffer {
  const interfaces = points.map(({ link, label }, point) =>
    interfaceBlock({
      ...{ name: link, description: label, linkType: linkTypes[point] ?? 0 },
      ...{ snapLength: snapLengthBytes, filter },
    }),
  )
  return Buffer.concat([sectionBlock(), ...interfaces])
}

function tailOf(ends: readonly PointEnd[]): Buffer {
  const now = BigInt(Date.now()) * 1_000_000n
  return Buffer.concat(
    ends.map(({ point, received, dropped }) =>
      statisticsBlock(point, now, { received: received ?? 0, dropped: dropped ?? 0 }),
    ),
  )
}

class Kept implements KeptCapture {
  readonly id = randomUUID()
  readonly #request: CaptureRequest
  readonly #running: Running
  readonly #packets: PointPacket[] = []
  readonly #rows: PacketRow[] = []
  #bytes = 0
  #dropped = 0
  #end: { reason: CaptureEnd; ends: readonly PointEnd[] } | undefined
  readonly #wakes = new Set<() => void>()

  constructor(request: CaptureRequest, running: Running) {
    this.#request = request
    this.#running = running
    void this.#collect()
  }

  async *watch(after: number, signal: AbortSignal): AsyncGenerator<CaptureEvent> {
    yield this.#started()
    let next = Math.max(0, after)
    let [hasToldEnd, lostTold, droppedTold] = [false, 0, 0]
    while (!signal.aborted) {
      const rows = this.#rows.slice(next, next + mostRows)
      next += rows.length
      const dropped = this.#dropped
      const hasNews = rows.length > 0 || dropped !== droppedTold
      droppedTold = dropped
      if (hasNews) yield { type: 'packets', rows, bytes: this.#bytes, dropped, secondsLeft: this.#secondsLeft() }
      const lost = this.#lost().slice(lostTold)
      lostTold += lost.length
      for (const end of lost) yield { type: 'pointEnded', end }
      if (hasNews || lost.length > 0) continue
      if (this.#end && !hasToldEnd) {
        hasToldEnd = true
        yield { type: 'ended', ...this.#end }
      } else await this.#change(signal)
    }
  }

  detail(number: number): PacketDetail {
    const packet = this.#packets[number - 1]
    if (!packet) throw new PatchbayError('not-found', sentence`there is no packet ${number} in this capture`)
    const { bytes, originalLength, timeNs, point } = packet
    const seconds = new Date(Number(timeNs / 1_000_000n)).toISOString().slice(0, 19)
    const fraction = String(timeNs % 1_000_000_000n).padStart(9, '0')
    const { layers } = decodeFrame(this.#running.linkTypes[point] ?? 0, bytes)
    return { number, layers, bytes: bytes.toString('base64'), originalLength, time: `${seconds}.${fraction}Z` }
  }

  *file(): Generator<Buffer> {
    yield headOf(this.#request, this.#running)
    for (const packet of this.#packets) yield packetBlock(packet.point, packet)
    if (this.#end) yield tailOf(this.#end.ends)
  }

  /** Points that ended by themselves while others went on. */
  #lost(): readonly PointEnd[] {
    return this.#running.pointEnds().filter(({ complaint }) => complaint !== null)
  }

  stop(): void {
    this.#running.stop()
  }

  close(): void {
    this.#running.stop()
    this.#packets.length = 0
    this.#rows.length = 0
    this.#tell()
  }

  #started(): CaptureEvent {
    const { points, limits, filter } = this.#request
    return {
      ...{ type: 'started', limits, filter, startedAt: this.#running.startedAt.toISOString() },
      points: points.map(({ at: _, ...view }) => view),
    }
  }

  async #collect(): Promise<void> {
    const startedNs = BigInt(this.#running.startedAt.getTime()) * 1_000_000n
    for await (const batch of this.#running.batches) {
      for (const packet of batch) this.#keep(packet, startedNs)
      this.#dropped = this.#running.dropped()
      this.#tell()
    }
    this.#end = await this.#running.ended
    this.#tell()
  }

  #keep(packet: PointPacket, startedNs: bigint): void {
    const { point, bytes, originalLength, timeNs } = packet
    const { summary } = decodeFrame(this.#running.linkTypes[point] ?? 0, bytes)
    // What the reader gave is a part of a larger piece, which would be kept as a whole.
    this.#packets.push({ ...packet, bytes: Buffer.from(bytes) })
    this.#bytes += bytes.length
    const atNs = Number(timeNs - startedNs)
    this.#rows.push({ ...summary, number: this.#packets.length, point, atNs, length: originalLength })
  }

  #secondsLeft(): number {
    if (this.#end) return 0
    const until = this.#running.startedAt.getTime() + this.#request.limits.seconds * 1_000
    return Math.max(0, (until - Date.now()) / 1_000)
  }

  #tell(): void {
    for (const wake of this.#wakes) wake()
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#wakes.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#wakes.add(wake)
      signal.addEventListener('abort', wake)
    })
  }
}
