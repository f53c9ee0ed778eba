import { PatchbayError } from '../cnm/errors'
import { sentence } from '../cnm/sentence'
import type { Engine } from '../engine/contract'
import { type KeptCapture, keepCapture, streamCapture } from '../observe/capture/capture'
import {
  type CaptureEvent,
  type CaptureLimits,
  hostLabel,
  type PacketDetail,
  type PointRequest,
  type PointsView,
} from '../observe/capture/contract'
import { listPoints, type PointSources, resolvePoint } from '../observe/capture/points'
import type { CaptureRequest, StartPackets } from '../observe/capture/run'
import type { Observer } from '../observe/contract'
import type { Session } from './auth'
import { Holdings } from './holdings'
import { readSnapshot } from './picture'

/** Kept for pages, and sent as streams, each at once. */
const mostCaptures = 4

export interface CaptureSources {
  readonly observer: Observer
  readonly netns: PointSources['netns']
  readonly startPackets: StartPackets
  readonly checkFilter: (filter: string) => Promise<void>
  /** Who reads others' packets is written down. */
  readonly note: Engine['note']
}

export interface CaptureInput {
  readonly points: readonly PointRequest[]
  readonly filter: string
  readonly limits: CaptureLimits
}

/** Captures that pages hold, and those that are sent away as they come. */
export class Captures {
  readonly #sources: CaptureSources
  readonly #held = new Holdings<KeptCapture>({
    most: mostCaptures,
    tooMany: (most) => sentence`${most} captures are kept; close one of them first`,
  })
  #streams = 0

  constructor(sources: CaptureSources) {
    this.#sources = sources
  }

  async points(): Promise<PointsView> {
    const { observer, netns } = this.#sources
    return listPoints({ snapshot: await readSnapshot(observer), netns })
  }

  /** Throws invalid-parameter with the reason. */
  check(filter: string): Promise<void> {
    return this.#sources.checkFilter(filter)
  }

  async start(owner: Session, input: CaptureInput): Promise<string> {
    const request = await this.#resolve(input)
    const begin = () => this.#held.add(owner, () => keepCapture(request, this.#sources.startPackets))
    return (await this.#note(owner, request, begin)).id
  }

  watch(owner: Session, id: string, after: number, signal: AbortSignal): AsyncGenerator<CaptureEvent, void> {
    return this.#held.watch<CaptureEvent>(owner, id, signal, (capture, until) => capture.watch(after, until), {
      type: 'gone',
    })
  }

  detail(owner: Session, id: string, number: number): PacketDetail {
    return this.#held.get(owner, id).detail(number)
  }

  /** All of it so far, as pcapng. */
  file(owner: Session, id: string): Generator<Buffer> {
    return this.#held.get(owner, id).file()
  }

  stop(owner: Session, id: string): void {
    this.#held.find(owner, id)?.stop()
  }

  close(owner: Session, id: string): void {
    this.#held.close(owner, id)
  }

  /** pcapng as it comes, no faster than it is read. Throws before the first piece where it cannot begin. */
  async *stream(owner: Session, input: CaptureInput, signal: AbortSignal): AsyncGenerator<Buffer> {
    if (this.#streams >= mostCaptures) {
      throw new PatchbayError('unavailable', sentence`${mostCaptures} captures are being sent; end one of them first`)
    }
    this.#streams += 1
    try {
      const request = await this.#resolve(input)
      await this.#note(owner, request, async () => undefined)
      yield* streamCapture(request, this.#sources.startPackets, signal)
    } finally {
      this.#streams -= 1
    }
  }

  closeAll(): void {
    this.#held.closeAll()
  }

  /** By names, which stay readable when what they were of has gone. */
  #note<Result>({ userName }: Session, { points, filter }: CaptureRequest, begin: () => Promise<Result>) {
    const places = points.map(({ label, link }) => (label === hostLabel(link) ? link : label))
    const subject = `${places.join(', ')}${filter.trim() === '' ? '' : ` (${filter.trim()})`}`
    return this.#sources.note({ verb: 'capture.start', subjects: [subject] }, begin, { actor: userName })
  }

  async #resolve({ points, filter, limits }: CaptureInput): Promise<CaptureRequest> {
    await this.check(filter)
    const { observer, netns } = this.#sources
    const sources = { snapshot: await readSnapshot(observer), netns }
    return { points: await Promise.all(points.map((point) => resolvePoint(point, sources))), filter, limits }
  }
}
