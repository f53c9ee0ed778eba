import { PatchbayError } from '../cnm/errors'
import { sentence } from '../cnm/sentence'

const capacity = 10
const refillMs = 6_000

/** Bounds how often secrets can be guessed: ten attempts at once, then one every six seconds. */
export class Attempts {
  readonly #now: () => number
  #left = capacity
  #countedAt: number

  constructor(now: () => number = Date.now) {
    this.#now = now
    this.#countedAt = now()
  }

  /** True: the next attempt would be refused. */
  get areUsedUp(): boolean {
    this.#refill()
    return this.#left < 1
  }

  /** Counts an attempt; throws `unavailable` when there were too many. */
  take(): void {
    if (this.areUsedUp) throw tooManyAttempts()
    this.#left -= 1
  }

  /** The attempt was right after all and does not count. */
  giveBack(): void {
    this.#left = Math.min(capacity, this.#left + 1)
  }

  #refill(): void {
    const now = this.#now()
    this.#left = Math.min(capacity, this.#left + (now - this.#countedAt) / refillMs)
    this.#countedAt = now
  }
}

export function tooManyAttempts(): PatchbayError {
  return new PatchbayError(
    'unavailable',
    sentence`too many sign-ins with wrong tokens; wait ${refillMs / 1000} seconds and try again`,
    { field: 'token' },
  )
}
