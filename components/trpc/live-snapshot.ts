import type { Snapshot, SnapshotEvent } from '@/server/observe/snapshot'
import { emptySnapshot, mergeEvent } from './merge'

/**
 * How current the picture is. `connecting`: there is none yet. `live`: it follows the daemon. `catching-up`: the
 * stream broke a moment ago and is being taken up again. `lost`: it has been broken for longer; all that is shown
 * is as old as `since`.
 */
export interface StreamState {
  readonly state: 'connecting' | 'live' | 'catching-up' | 'lost'
  /** When that began, in ms since 1970; for `catching-up` and `lost` when the stream broke. */
  readonly since: number
  /** False: no picture has come yet, so that an empty one means nothing. */
  readonly hasPicture: boolean
}

export interface StreamHandlers<Event = SnapshotEvent> {
  onStarted(): void
  onEvent(id: string, event: Event): void
  /** It broke, ended or was refused; nothing more comes. */
  onBroken(): void
}

/** Opens the daemon's stream, from the event `lastEventId` on where it is still known; returns how to close it. */
export type OpenStream<Event = SnapshotEvent> = (
  lastEventId: string | undefined,
  handlers: StreamHandlers<Event>,
) => () => void

const lostAfterMs = 5_000
/** A resumed stream on which nothing happened stays silent; after so long it has nothing to catch up on. */
const settledAfterMs = 1_000
const retryDelaysMs = [100, 250, 500, 1_000, 2_000]

/** A live picture, kept current over breaks of the stream. Starts with `start`; React reads it by `subscribe`. */
export class LivePicture<Picture, Event> {
  readonly #open: OpenStream<Event>
  readonly #merge: (picture: Picture, event: Event) => Picture
  readonly #listeners = new Set<() => void>()
  #snapshot: Picture
  #stream: StreamState = { state: 'connecting', since: Date.now(), hasPicture: false }
  #lastEventId: string | undefined
  #close: (() => void) | undefined
  #failures = 0
  #retry: ReturnType<typeof setTimeout> | undefined
  #lost: ReturnType<typeof setTimeout> | undefined
  #settled: ReturnType<typeof setTimeout> | undefined
  /** Set from the moment that listeners are told until as long again as they took to draw. */
  #resting: ReturnType<typeof setTimeout> | undefined
  #isBehind = false

  constructor(open: OpenStream<Event>, empty: Picture, merge: (picture: Picture, event: Event) => Picture) {
    this.#open = open
    this.#snapshot = empty
    this.#merge = merge
  }

  readonly snapshot = (): Picture => this.#snapshot
  readonly stream = (): StreamState => this.#stream

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Opens the stream and keeps it open until the returned function is called. */
  start(): () => void {
    this.#lost = setTimeout(() => this.#giveUpWaiting(), lostAfterMs)
    this.#connect()
    return () => this.#stop()
  }

  /** Does not wait for the next attempt: the network is back, or somebody looks again. */
  retryNow(): void {
    if (!this.#retry) return
    clearTimeout(this.#retry)
    this.#connect()
  }

  #connect(): void {
    this.#retry = undefined
    let isOpen = true
    const ifOpen =
      <Args extends unknown[]>(handle: (...args: Args) => void) =>
      (...args: Args) => {
        if (isOpen) handle(...args)
      }
    const close = this.#open(this.#lastEventId, {
      onStarted: ifOpen(() => this.#started()),
      onEvent: ifOpen((id, event) => this.#received(id, event)),
      onBroken: ifOpen(() => this.#broken()),
    })
    this.#close = () => {
      isOpen = false
      close()
    }
  }

  #started(): void {
    if (this.#lastEventId === undefined || this.#stream.state === 'live') return
    clearTimeout(this.#settled)
    this.#settled = setTimeout(() => this.#becomeLive(), settledAfterMs)
  }

  #received(id: string, event: Event): void {
    this.#lastEventId = id
    this.#snapshot = this.#merge(this.#snapshot, event)
    this.#becomeLive()
    this.#emit()
  }

  #becomeLive(): void {
    this.#failures = 0
    clearTimeout(this.#lost)
    clearTimeout(this.#settled)
    this.#setState('live')
  }

  #broken(): void {
    this.#close?.()
    this.#close = undefined
    clearTimeout(this.#settled)
    if (this.#stream.state === 'live') {
      this.#setState('catching-up')
      this.#lost = setTimeout(() => this.#giveUpWaiting(), lostAfterMs)
    }
    const delayMs = retryDelaysMs[Math.min(this.#failures, retryDelaysMs.length - 1)]
    this.#failures += 1
    this.#retry = setTimeout(() => this.#connect(), delayMs)
  }

  #giveUpWaiting(): void {
    this.#setState('lost', this.#stream.since)
  }

  #stop(): void {
    for (const timer of [this.#retry, this.#lost, this.#settled, this.#resting]) clearTimeout(timer)
    this.#retry = undefined
    this.#resting = undefined
    this.#isBehind = false
    this.#close?.()
    this.#close = undefined
    this.#setState(this.#lastEventId === undefined ? 'connecting' : 'catching-up')
  }

  #setState(state: StreamState['state'], since = Date.now()): void {
    if (this.#stream.state === state) return
    this.#stream = { state, since, hasPicture: this.#lastEventId !== undefined }
    this.#emit()
  }

  /**
   * At once; what comes while that is drawn, and for as long again, is told together afterwards. A large picture takes long
   * to draw: half of the time is left to whoever uses the page, and a burst of changes is not drawn one by one.
   */
  #emit(): void {
    if (this.#resting) {
      this.#isBehind = true
      return
    }
    const began = performance.now()
    for (const listener of this.#listeners) listener()
    // React draws before the first of the two.
    this.#resting = setTimeout(() => {
      this.#resting = setTimeout(() => this.#rested(), performance.now() - began)
    })
  }

  #rested(): void {
    this.#resting = undefined
    if (!this.#isBehind) return
    this.#isBehind = false
    this.#emit()
  }
}

/** The network picture. */
export class LiveSnapshot extends LivePicture<Snapshot, SnapshotEvent> {
  constructor(open: OpenStream) {
    super(open, emptySnapshot, mergeEvent)
  }
}
