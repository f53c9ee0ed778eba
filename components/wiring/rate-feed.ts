import type { LinkRate } from '@/server/observe/wiring/view'
import { Samples, type TrafficSample } from '../topology/samples'

/** Rates of links and their last minutes, outside React: only the link that changes draws. */
export class RateFeed {
  readonly #rates = new Map<string, LinkRate>()
  readonly #samples = new Samples()
  readonly #listeners = new Set<() => void>()

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  rate(linkId: string): LinkRate | undefined {
    return this.#rates.get(linkId)
  }

  /** Oldest first, one a second. */
  history(linkId: string): readonly TrafficSample[] {
    return this.#samples.of(linkId)
  }

  /** Links that are not among them flow as before; a rate of zero ends one. */
  add(rates: Readonly<Record<string, LinkRate>>): void {
    for (const [id, rate] of Object.entries(rates)) {
      if (rate.rx === 0 && rate.tx === 0) this.#rates.delete(id)
      else this.#rates.set(id, rate)
    }
    this.tick()
  }

  /** A second has passed: where nothing flows, nothing is told. */
  tick(): void {
    this.#samples.take(this.#rates, performance.now())
    for (const listener of this.#listeners) listener()
  }

  /** Nobody looks, so nothing is known. */
  pause(): void {
    this.#rates.clear()
    this.#samples.forget()
    for (const listener of this.#listeners) listener()
  }
}
