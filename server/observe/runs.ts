import { randomUUID } from 'node:crypto'
import { PatchbayError } from '../cnm/errors'
import { type Sentence, sentence } from '../cnm/sentence'
import { createFeed, type Feed } from './feed'

/** Something that somebody has begun, that ends by itself, and that is followed by its number. */
export interface Runs<Event> {
  /** Begins at once; gives its number. `work` tells by the feed, and hears of `cancel` by the signal; it says itself how it failed. */
  begin(whole: () => Event, work: (feed: Feed<Event>, signal: AbortSignal) => Promise<void>): string
  /** The whole first, then what comes; ends with it. Throws not-found for one that is long over, or never was. */
  follow(id: string, signal: AbortSignal): AsyncIterable<Event>
  /** Quiet for one that is over. */
  cancel(id: string): void
  /** Cancels all, and waits for their end. */
  close(): Promise<void>
}

/** So long after its end it can still be looked at. */
const keptMs = 30_000
const keptEvents = 1_000

export function createRuns<Event>(what: Sentence): Runs<Event> {
  const running = new Map<
    string,
    { feed: Feed<Event>; whole: () => Event; controller: AbortController; ended: Promise<void> }
  >()
  return {
    begin(whole, work) {
      const id = randomUUID()
      const controller = new AbortController()
      const feed = createFeed<Event>({ limit: keptEvents, whole })
      const end = () => {
        feed.close()
        setTimeout(() => running.delete(id), keptMs).unref()
      }
      const ended = work(feed, controller.signal).then(end, end)
      running.set(id, { feed, whole, controller, ended })
      return id
    },
    async *follow(id, signal) {
      const run = running.get(id)
      if (!run) throw new PatchbayError('not-found', sentence`this ${what} is over`)
      for await (const { event } of run.feed.follow(signal)) yield event
      // What came with the end may not have been told.
      if (!signal.aborted) yield run.whole()
    },
    cancel: (id) => running.get(id)?.controller.abort(),
    async close() {
      const left = [...running.values()]
      for (const { controller } of left) controller.abort()
      await Promise.all(left.map(({ ended }) => ended))
    },
  }
}
