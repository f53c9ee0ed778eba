import { PatchbayError } from '../../cnm/errors'
import { fromTold, sentence, type Told, toTold } from '../../cnm/sentence'
import type { CapturePoint, PacketSource } from '../../kernel/capture'
import { type CaptureEnd, type CaptureLimits, hostLabel, type PointEnd, type PointView } from './contract'
import { type CapturedPacket, createPcapReader, type PcapReader } from './pcap'

/** Where to capture, and how to say that to people. */
export interface Point extends PointView {
  readonly at: CapturePoint
}

export interface CaptureRequest {
  readonly points: readonly Point[]
  readonly filter: string
  readonly limits: CaptureLimits
}

export type StartPackets = (point: CapturePoint, filter: string) => Promise<PacketSource>

export interface PointPacket extends CapturedPacket {
  readonly point: number
}

export interface Running {
  /** Number of the link type of each point. */
  readonly linkTypes: readonly number[]
  readonly startedAt: Date
  /**
   * Packets of all points in the order of time, every 100 ms while there are any; none when a point has ended, or the
   * kernel has dropped more.
   */
  readonly batches: AsyncIterable<readonly PointPacket[]>
  /** How it ended; after the last batch. */
  readonly ended: Promise<{ reason: CaptureEnd; ends: readonly PointEnd[] }>
  /** Of those that have ended so far. */
  pointEnds(): readonly PointEnd[]
  /** By the kernel, at all points together, as it said within the last second or two. */
  dropped(): number
  stop(): void
}

const hasEnded = toTold(sentence`it has ended`)
const flushMs = 100
/** So often the kernel is asked what it has dropped. */
const askMs = 1_000
/** Points tell of their packets at slightly different times: what is younger waits for those of others. */
const settlingNs = 50_000_000n
/** A source that says nothing of itself within this is taken for broken. */
const startWithinMs = 5_000
/** What waits for a reader that is slow; then sources wait, and the kernel counts what it drops. */
const mostWaitingBytes = 8 * 1024 * 1024

/**
 * Captures at several points at once and merges by time. Ends by `stop`, at a limit, or when all sources have ended; then
 * nothing of it runs any more. Throws what keeps a point from starting, once all others have been stopped.
 */
export async function runCapture(request: CaptureRequest, startPackets: StartPackets): Promise<Running> {
  const startedAt = new Date()
  const started = await Promise.allSettled(request.points.map(({ at }) => startPackets(at, request.filter)))
  const sources = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const merge = new Merge(request, sources)
  try {
    const failure = started.find((result) => result.status === 'rejected')
    if (failure) throw failure.reason
    await merge.ready()
  } catch (error) {
    for (const source of sources) source.stop()
    throw error
  }
  merge.limitTime()
  return {
    linkTypes: merge.linkTypes(),
    startedAt,
    batches: merge.batches(),
    ended: merge.ended,
    pointEnds: () => merge.pointEnds(),
    dropped: () => merge.dropped(),
    stop: () => merge.end('stopped'),
  }
}

interface Source {
  readonly packets: PacketSource
  readonly reader: PcapReader
  dropped: number
  end?: PointEnd
}

class Merge {
  readonly #request: CaptureRequest
  readonly #sources: readonly Source[]
  #waiting: PointPacket[] = []
  #waitingBytes = 0
  #given = { packets: 0, bytes: 0 }
  #reason: CaptureEnd | undefined
  #timer: NodeJS.Timeout | undefined
  #askedAt = Date.now()
  #wake: () => void = () => undefined
  readonly ended: Promise<{ reason: CaptureEnd; ends: readonly PointEnd[] }>

  constructor(request: CaptureRequest, sources: readonly PacketSource[]) {
    this.#request = request
    this.#sources = sources.map((packets) => ({ packets, reader: createPcapReader(), dropped: 0 }))
    for (const [point, source] of this.#sources.entries()) this.#read(source, point)
    const ends = this.#sources.map((source, point) => this.#endOf(source, point))
    this.ended = Promise.all(ends).then((all) => {
      this.end('failed')
      return { reason: this.#reason ?? 'failed', ends: all }
    })
  }

  /** Resolves when each has told its link type. Throws what a source complained of that ended before. */
  async ready(): Promise<void> {
    const deadline = Date.now() + startWithinMs
    while (this.#sources.some(({ reader }) => reader.linkType === undefined)) {
      const point = this.#sources.findIndex(({ reader, end }) => end !== undefined && reader.linkType === undefined)
      if (point >= 0) throw this.#startError(point, this.#sources[point]?.end?.complaint ?? hasEnded)
      if (Date.now() > deadline) throw this.#startError(this.#unready(), toTold(sentence`tcpdump does not answer`))
      await this.#change(50)
    }
  }

  linkTypes(): readonly number[] {
    return this.#sources.map(({ reader }) => reader.linkType ?? 0)
  }

  limitTime(): void {
    this.#timer = setTimeout(() => this.end('seconds'), this.#request.limits.seconds * 1_000)
  }

  end(reason: CaptureEnd): void {
    this.#reason ??= reason
    clearTimeout(this.#timer)
    for (const { packets } of this.#sources) {
      packets.output.resume()
      packets.stop()
    }
    this.#wake()
  }

  async *batches(): AsyncGenerator<readonly PointPacket[]> {
    let [isOver, endsSeen, droppedSeen] = [false, 0, 0]
    const over = this.ended.then(() => {
      isOver = true
      this.#wake()
    })
    while (true) {
      const batch = this.#take(isOver)
      const ends = this.pointEnds().length
      const dropped = this.dropped()
      if (batch.length > 0 || ends > endsSeen || dropped > droppedSeen) yield batch
      else if (isOver) return over
      endsSeen = ends
      droppedSeen = dropped
      await this.#change(flushMs)
    }
  }

  pointEnds(): readonly PointEnd[] {
    return this.#sources.flatMap(({ end }) => (end === undefined ? [] : [end]))
  }

  dropped(): number {
    const isDue = Date.now() - this.#askedAt >= askMs
    if (isDue) this.#askedAt = Date.now()
    for (const source of isDue ? this.#sources : []) source.dropped = source.packets.count()?.dropped ?? 0
    return this.#sources.reduce((sum, { dropped, end }) => sum + (end?.dropped ?? dropped), 0)
  }

  #read(source: Source, point: number): void {
    const { output } = source.packets
    output.on('data', (chunk: Buffer) => {
      try {
        for (const packet of source.reader.push(chunk)) {
          this.#waiting.push({ ...packet, point })
          this.#waitingBytes += packet.bytes.length
        }
      } catch {
        source.packets.stop()
      }
      if (source.reader.linkType !== undefined) this.#noteReady()
      if (this.#waitingBytes > mostWaitingBytes && this.#reason === undefined) output.pause()
    })
    output.on('error', () => source.packets.stop())
  }

  #noteReady(): void {
    if (this.#timer === undefined) this.#wake()
  }

  async #endOf(source: Source, point: number): Promise<PointEnd> {
    const { count, complaint } = await source.packets.ended
    const end = {
      point,
      received: count?.received ?? null,
      dropped: count?.dropped ?? null,
      complaint: complaint && toTold(complaint),
    }
    source.end = end
    this.#wake()
    return end
  }

  /** What is old enough, oldest first, up to the limits. */
  #take(all: boolean): PointPacket[] {
    const upTo = BigInt(Date.now()) * 1_000_000n - settlingNs
    this.#waiting.sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : a.point - b.point))
    const ripe = all ? this.#waiting.length : this.#waiting.findIndex(({ timeNs }) => timeNs > upTo)
    const taken = this.#waiting.splice(0, ripe < 0 ? this.#waiting.length : ripe)
    for (const { bytes } of taken) this.#waitingBytes -= bytes.length
    if (this.#waitingBytes < mostWaitingBytes) for (const { packets } of this.#sources) packets.output.resume()
    return taken.filter((packet) => this.#fits(packet))
  }

  /** False for what comes after a limit was reached. */
  #fits({ bytes }: PointPacket): boolean {
    const { limits } = this.#request
    const given = this.#given
    if (given.packets >= limits.packets || given.bytes + bytes.length > limits.bytes) {
      this.end(given.packets >= limits.packets ? 'packets' : 'bytes')
      given.packets = Number.POSITIVE_INFINITY
      return false
    }
    given.packets += 1
    given.bytes += bytes.length
    if (given.packets === limits.packets) this.end('packets')
    return true
  }

  #unready(): number {
    return this.#sources.findIndex(({ reader }) => reader.linkType === undefined)
  }

  #startError(point: number, told: Told): PatchbayError {
    const complaint = fromTold(told)
    if (/filter expression|no packet can match|syntax error/.test(String(complaint))) {
      const data = { reason: complaint }
      return new PatchbayError('invalid-parameter', sentence`the filter cannot be used: ${complaint}`, {
        field: 'filter',
        data,
      })
    }
    const { label = '', link = '' } = this.#request.points[point] ?? {}
    const place = label === hostLabel(link) ? sentence`host ${link}` : label
    return new PatchbayError('conflict', sentence`nothing can be captured at ${place}: ${complaint}`, {
      data: { point },
    })
  }

  /** Resolves when something has happened, or after so long. */
  #change(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
