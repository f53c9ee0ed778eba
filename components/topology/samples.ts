/** Bytes a second, as one end has it. */
export interface TrafficSample {
  readonly rx: number
  readonly tx: number
}

/** Five minutes, for the peak; a line shows the last of them. */
const most = 300
const nothing: TrafficSample = { rx: 0, tx: 0 }
const none: readonly TrafficSample[] = []

/** What flowed in each of the last seconds. Rates are told when they change: until then they go on as they were. */
export class Samples {
  readonly #kept = new Map<string, readonly TrafficSample[]>()
  #at: number | null = null

  /** Oldest first, one a second. */
  of(id: string): readonly TrafficSample[] {
    return this.#kept.get(id) ?? none
  }

  get ids(): Iterable<string> {
    return this.#kept.keys()
  }

  /** What flows at `nowMs`; all else is quiet. Called at least when that changes; of several in one second the most counts. */
  take(rates: ReadonlyMap<string, TrafficSample>, nowMs: number): void {
    const seconds = this.#at === null ? 1 : Math.max(0, Math.round((nowMs - this.#at) / 1000))
    this.#at = this.#at === null ? nowMs : this.#at + seconds * 1000
    for (const id of new Set([...this.#kept.keys(), ...rates.keys()])) {
      const next = extended(this.of(id), rates.get(id) ?? nothing, seconds)
      if (next.every(({ rx, tx }) => rx === 0 && tx === 0)) this.#kept.delete(id)
      else this.#kept.set(id, next)
    }
  }

  forget(): void {
    this.#kept.clear()
    this.#at = null
  }
}

function extended(samples: readonly TrafficSample[], sample: TrafficSample, seconds: number): TrafficSample[] {
  const last = samples.at(-1) ?? nothing
  if (seconds > 0) {
    const between = Array<TrafficSample>(Math.min(most, seconds - 1)).fill(last)
    return [...samples, ...between, sample].slice(-most)
  }
  const more = { rx: Math.max(last.rx, sample.rx), tx: Math.max(last.tx, sample.tx) }
  return [...samples.slice(0, -1), more]
}
