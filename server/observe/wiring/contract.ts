import type { LinkRate, WiringEvent, WiringPicture } from './view'

/** The kernel's picture of the whole host. Nothing runs and nothing is read while nobody watches. */
export interface Wiring {
  /** The whole picture first, or the changes since `resume` where they are still known; then changes as they come. */
  watch(signal: AbortSignal, resume?: { epoch: string; version: number }): AsyncIterable<WiringEvent>
  /** Rates by link id, about once a second; only of links whose rate is not zero or just became zero. */
  watchRates(signal: AbortSignal): AsyncIterable<Readonly<Record<string, LinkRate>>>
  /** The picture as it is now. */
  read(): Promise<WiringPicture>
  close(): Promise<void>
}
