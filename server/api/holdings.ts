import { PatchbayError } from '../cnm/errors'
import { type Sentence, sentence } from '../cnm/sentence'
import type { Session } from './auth'

/** Something that a page has the daemon do for it as long as the page is there. */
export interface Held {
  readonly id: string
  /** Ends it at once. Called once. */
  close(): void
}

export interface HoldingOptions {
  /** All there are at once, of everybody. */
  readonly most: number
  /** What there are too many of: "terminals are open; close one of them first". */
  readonly tooMany: (most: number) => Sentence
  /** A page that is loaded anew, or a stream that is taken up again, finds what it had within this. */
  readonly graceMs?: number
}

interface Entry<Item> {
  readonly item: Item
  readonly owner: Session
  watcher?: AbortController
  leaving?: NodeJS.Timeout
}

const defaultGraceMs = 5_000

/**
 * What pages hold: it belongs to the session that made it, and ends when nobody watches it any more, when that session is
 * signed out, and with the daemon.
 */
export class Holdings<Item extends Held> {
  readonly #options: HoldingOptions
  readonly #entries = new Map<string, Entry<Item>>()
  readonly #followed = new WeakSet<AbortSignal>()
  #making = 0

  constructor(options: HoldingOptions) {
    this.#options = options
  }

  /** Throws unavailable when there are too many, and what `make` throws. */
  async add(owner: Session, make: () => Promise<Item>): Promise<Item> {
    const { most, tooMany } = this.#options
    if (this.#entries.size + this.#making >= most) throw new PatchbayError('unavailable', tooMany(most))
    this.#making += 1
    try {
      const item = await make()
      const entry = { item, owner }
      this.#entries.set(item.id, entry)
      this.#waitForWatcher(entry)
      this.#endWith(owner)
      return item
    } finally {
      this.#making -= 1
    }
  }

  find(owner: Session, id: string): Item | undefined {
    return this.#findEntry(owner, id)?.item
  }

  /** Throws not-found, also where it is another session's. */
  get(owner: Session, id: string): Item {
    const item = this.find(owner, id)
    if (item) return item
    throw new PatchbayError('not-found', sentence`this has ended; open it anew`)
  }

  /** What `watch` tells of it; `gone` where there is none. One page at a time: a later one takes it over. */
  async *watch<Event>(
    owner: Session,
    id: string,
    signal: AbortSignal,
    watch: (item: Item, signal: AbortSignal) => AsyncIterable<Event>,
    gone: Event,
  ): AsyncGenerator<Event, void> {
    const entry = this.#findEntry(owner, id)
    // A thrown error would make the browser ask again for what will not mend.
    if (!entry) return yield gone
    const watcher = new AbortController()
    entry.watcher?.abort()
    entry.watcher = watcher
    clearTimeout(entry.leaving)
    try {
      yield* watch(entry.item, AbortSignal.any([signal, watcher.signal]))
      if (!this.#entries.has(id)) yield gone
    } finally {
      if (entry.watcher === watcher) this.#waitForWatcher(entry)
    }
  }

  /** Quiet when there is none. */
  close(owner: Session, id: string): void {
    const entry = this.#findEntry(owner, id)
    if (entry) this.#end(entry)
  }

  closeAll(): void {
    for (const entry of this.#entries.values()) this.#end(entry)
  }

  #findEntry(owner: Session, id: string): Entry<Item> | undefined {
    const entry = this.#entries.get(id)
    return entry?.owner.hash === owner.hash ? entry : undefined
  }

  #end({ item, leaving }: Entry<Item>): void {
    clearTimeout(leaving)
    if (this.#entries.delete(item.id)) item.close()
  }

  #waitForWatcher(entry: Entry<Item>): void {
    clearTimeout(entry.leaving)
    entry.leaving = setTimeout(() => this.#end(entry), this.#options.graceMs ?? defaultGraceMs)
    entry.leaving.unref()
  }

  /** One listener a session, however much it holds. */
  #endWith({ signedOut }: Session): void {
    const endOwn = () => {
      for (const entry of this.#entries.values()) if (entry.owner.signedOut === signedOut) this.#end(entry)
    }
    if (signedOut.aborted) endOwn()
    else if (!this.#followed.has(signedOut)) signedOut.addEventListener('abort', endOwn)
    this.#followed.add(signedOut)
  }
}
