import type { LinkRate } from '@/server/observe/wiring/view'

/** Rates of links, outside React: only the link that changes draws. */
export class RateFeed {
  readonly #rates = new Map<string, LinkRate>()
  readonly #listeners = new Set<() => void>()

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  rate(linkId: string): LinkRate | undefined {
    return this.#rates.get(linkId)
  }

  /** Links that are not among them flow as before; a rate of zero ends one. */
  add(rates: Readonly<Record<string, LinkRate>>): void {
    for (const [id, rate] of Object.entries(rates)) {
      if (rate.rx === 0 && rate.tx === 0) this.#rates.delete(id)
      else this.#rates.set(id, rate)
    }
    for (const listener of this.#listeners) listener()
  }
}
