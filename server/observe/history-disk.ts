import { promisify } from 'node:util'
import { deflate, inflate } from 'node:zlib'
import type { HistoryPart, Store } from '../store/contract'
import type { KeptMoment, KeptStretch } from './history'
import type { Snapshot } from './snapshot'
import { coalesce, repeat } from './timing'

const [pack, unpack] = [promisify(deflate), promisify(inflate)]

/** From a change to its being written; somebody who changes something does not wait for it. */
const gatherMs = 500
const busyMs = 100
const mostBusyWaits = 4
/** A daemon that is killed was followed at least so far: how long it is true after the last change. */
const pulseMs = 5_000
/** The picture itself is written anew so often, so that what is older can go. */
const rebaseMs = 10 * 60_000
const keptMs = 75 * 60_000
const mostBytes = 32 * 1024 * 1024

/** Keeps what is followed in the database, in batches, so that it outlives the daemon. */
export interface HistoryDisk {
  /** What was followed before, oldest first. */
  load(): Promise<KeptStretch[]>
  begin(stretch: KeptStretch): void
  note(stretch: KeptStretch, moment: KeptMoment): void
  end(stretch: KeptStretch): void
  /** Writes what has not been written. */
  close(): Promise<void>
}

export function createHistoryDisk(options: {
  readonly store: Pick<Store, 'listHistory' | 'putHistory'>
  /** 0 where no operation runs or has just ended. */
  readonly quietInMs: () => number
  /** The picture as it was; null where that is not known. */
  readonly at: (moment: number) => Snapshot | null
  readonly now: () => number
  readonly failed: (error: unknown) => void
}): HistoryDisk {
  const { store, now } = options
  const touched = new Map<string, KeptStretch>()
  let bases: { stretchId: string; at: number; picture: Snapshot }[] = []
  let moments: { stretchId: string; moment: KeptMoment }[] = []
  let written: { at: number; bytes: number }[] = []
  let busyWaits = 0
  let rebasedAt = Number.NEGATIVE_INFINITY
  const own = new Set<string>()
  let open: KeptStretch | undefined
  let stopPulse: (() => void) | undefined
  const writing = coalesce({ delayMs: () => (busyWaits > 0 ? busyMs : gatherMs), work: write, failed: options.failed })

  async function write() {
    if (options.quietInMs() > 0 && busyWaits < mostBusyWaits) {
      busyWaits += 1
      return writing.soon()
    }
    busyWaits = 0
    await writeNow()
  }

  async function writeNow() {
    const isDue = now() - rebasedAt > rebaseMs || written.reduce((sum, { bytes }) => sum + bytes, 0) > mostBytes
    const forgetBefore = isDue ? forget() : undefined
    const stretches = [...touched.values()].map(({ id, from, to }) => {
      return { id, from: new Date(from), to: new Date(to ?? now()) }
    })
    const whole = [bases, moments] as const
    touched.clear()
    bases = []
    moments = []
    const parts = [
      ...(await Promise.all(whole[0].map(({ stretchId, at, picture }) => partOf(stretchId, true, at, picture)))),
      ...(await Promise.all([...groupMoments(whole[1])].map(([id, list]) => partOf(id, false, lastOf(list), list)))),
    ]
    await store.putHistory({ stretches, parts, ...(forgetBefore ? { forgetBefore } : {}) })
    written.push(...parts.map(({ at, data }) => ({ at: at.getTime(), bytes: data.length })))
  }

  /** Since when what was written is kept; what is open gets a picture from which it goes on. */
  function forget(): Date {
    rebasedAt = now()
    let before = now() - keptMs
    let bytes = written.reduce((sum, one) => sum + one.bytes, 0)
    for (const one of written) {
      if (bytes <= mostBytes / 2) break
      bytes -= one.bytes
      before = Math.max(before, one.at + 1)
    }
    written = written.filter(({ at }) => at >= before)
    if (open && open.from < before) {
      const at = Math.max(before, open.baseAt)
      const picture = options.at(at)
      if (picture) bases.push({ stretchId: open.id, at, picture })
    }
    return new Date(before)
  }

  return {
    async load() {
      const { stretches, parts } = await store.listHistory()
      const found = stretches.filter(({ id }) => !own.has(id))
      const kept = await Promise.all(
        found.map(({ id, from, to }) => readStretch(id, from.getTime(), to.getTime(), parts)),
      )
      written = [...parts.map(({ at, data }) => ({ at: at.getTime(), bytes: data.length })), ...written]
      return kept.flatMap((one) => one ?? [])
    },
    begin(stretch) {
      open = stretch
      own.add(stretch.id)
      touched.set(stretch.id, stretch)
      bases.push({ stretchId: stretch.id, at: stretch.from, picture: stretch.base })
      const pulse = () => {
        touched.set(stretch.id, stretch)
        writing.soon()
      }
      stopPulse = repeat(pulseMs, pulse, options.failed)
      writing.soon()
    },
    note(stretch, moment) {
      moments.push({ stretchId: stretch.id, moment })
      writing.soon()
    },
    end(stretch) {
      stopPulse?.()
      open = undefined
      touched.set(stretch.id, stretch)
      writing.soon()
    },
    async close() {
      stopPulse?.()
      busyWaits = mostBusyWaits
      await writing.flush()
      writing.close()
    },
  }
}

async function partOf(stretchId: string, isBase: boolean, at: number, content: unknown): Promise<HistoryPart> {
  return { stretchId, isBase, at: new Date(at), data: await pack(JSON.stringify(content), { level: 1 }) }
}

function groupMoments(list: readonly { stretchId: string; moment: KeptMoment }[]): Map<string, KeptMoment[]> {
  const groups = new Map<string, KeptMoment[]>()
  for (const { stretchId, moment } of list) groups.set(stretchId, [...(groups.get(stretchId) ?? []), moment])
  return groups
}

function lastOf(moments: readonly KeptMoment[]): number {
  return moments.at(-1)?.at ?? 0
}

/** Undefined where its picture is not there any more. */
async function readStretch(
  id: string,
  from: number,
  to: number,
  parts: readonly HistoryPart[],
): Promise<KeptStretch | undefined> {
  const own = parts.filter(({ stretchId }) => stretchId === id)
  const base = own.filter(({ isBase }) => isBase).at(-1)
  if (!base) return undefined
  const baseAt = base.at.getTime()
  const lists = await Promise.all(own.filter(({ isBase }) => !isBase).map((part) => read<KeptMoment[]>(part)))
  const moments = lists.flat().filter(({ at }) => at > baseAt)
  const since = Math.max(from, baseAt)
  return {
    ...{ id, from: since, to: Math.max(to, lastOf(moments)), base: await read<Snapshot>(base), baseAt },
    moments,
  }
}

async function read<Content>({ data }: HistoryPart): Promise<Content> {
  return JSON.parse(String(await unpack(data))) as Content
}
