import { randomUUID } from 'node:crypto'
import type { HistoryDisk } from './history-disk'
import { type Collection, collections, type DriftView, type Snapshot, type SnapshotChange } from './snapshot'

const hourMs = 60 * 60_000
/** On a host where much changes the line is shorter than an hour, and says so. */
const mostMoments = 4_000
const mostSubjects = 5

/** One thing that happened, as a mark on the line. */
export interface HistoryMark {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly at: number
  /**
   * `kernel`: something changed that no operation did. `drift`: a difference was found. `mended`: one is gone.
   * `container`: one changed its state by itself. Operations have marks of their own, which the store knows.
   */
  readonly type: 'kernel' | 'drift' | 'mended' | 'container'
  /** Names of what it is about, the first few; of `container` the name and its new state. */
  readonly subjects: readonly string[]
  readonly count: number
  /** Of `drift` and `mended`: the same in codes, for sentences in any language. */
  readonly drift?: readonly Pick<DriftView, 'about' | 'words'>[]
}

export interface HistoryView {
  readonly now: number
  /** Where the line begins: an hour ago, or later where no more is kept. */
  readonly from: number
  /** When the picture was followed; between these nobody watched, and only operations are known. */
  readonly observed: readonly { readonly from: number; readonly to: number }[]
  readonly marks: readonly HistoryMark[]
}

/** The picture of the last hour, as far as it was followed. */
export interface History {
  /** Once it resolves, what daemons before this one followed is known, too. */
  load(): Promise<void>
  view(): HistoryView
  /** The picture as it was then; null where it was not followed. Operations are left out: the journal has them. */
  at(moment: number): Snapshot | null
}

export interface HistoryKeeper extends History {
  /** The picture is followed from now on. */
  begin(picture: Snapshot): void
  /** `quiet`: no operation runs or has just ended, so that somebody else did this. */
  note(before: Snapshot, change: SnapshotChange, quiet: boolean): void
  end(): void
  /** Writes what has not been written. */
  close(): Promise<void>
}

export interface KeptMoment {
  readonly at: number
  readonly change: SnapshotChange
  readonly marks: readonly HistoryMark[]
}

/** A time in which the picture was followed without a break. */
export interface KeptStretch {
  readonly id: string
  readonly from: number
  to: number | null
  /** As it was before the first of the moments that are kept. */
  base: Snapshot
  baseAt: number
  moments: KeptMoment[]
}

/** Keeps the changes that are told anyway, forwards from the oldest picture; that grows older as they are dropped. */
export function createHistory(
  now: () => number = Date.now,
  createDisk?: (at: History['at']) => HistoryDisk,
): HistoryKeeper {
  const disk = createDisk?.(at)
  let stretches: KeptStretch[] = []
  let count = 0
  let loaded: Promise<void> | undefined
  /** Till when moments were dropped that are no hour old. */
  let shortened = 0

  function prune() {
    const oldest = now() - hourMs
    stretches = stretches.filter(({ to }) => to === null || to > oldest)
    let kept = stretches.reduce((sum, { moments }) => sum + moments.length, 0)
    for (const stretch of stretches) {
      let gone = 0
      for (const { at, change } of stretch.moments) {
        if (at > oldest && kept <= mostMoments) break
        stretch.base = applyChange(stretch.base, change)
        stretch.baseAt = at
        if (at > oldest) shortened = at
        gone += 1
        kept -= 1
      }
      if (gone > 0) stretch.moments = stretch.moments.slice(gone)
    }
  }

  async function load() {
    const before = (await disk?.load()) ?? []
    stretches = [...before, ...stretches]
  }

  function at(moment: number): Snapshot | null {
    const stretch = stretches.find(
      ({ baseAt, from, to }) => Math.min(from, baseAt) <= moment && moment <= (to ?? now()),
    )
    if (!stretch || moment < stretch.from) return null
    let picture = stretch.base
    for (const { at, change } of stretch.moments) {
      if (at > moment) break
      picture = applyChange(picture, change)
    }
    return picture
  }

  function end() {
    const stretch = stretches.at(-1)
    if (!stretch || stretch.to !== null) return
    stretch.to = now()
    disk?.end(stretch)
  }

  return {
    load() {
      loaded ??= load()
      return loaded
    },
    begin(picture) {
      prune()
      const stretch: KeptStretch = {
        ...{ id: randomUUID(), from: now(), to: null, base: withoutOperations(picture), baseAt: now() },
        moments: [],
      }
      stretches.push(stretch)
      disk?.begin(stretch)
    },
    note(before, change, quiet) {
      const stretch = stretches.at(-1)
      if (!stretch || stretch.to !== null) return
      const kept = withoutOperationsOf(change)
      if (kept === null) return
      const at = now()
      const marks = marksOf(before, kept, quiet).map((mark) => ({ ...mark, at, id: `${stretch.id} ${++count}` }))
      const moment = { at, change: kept, marks }
      stretch.moments.push(moment)
      disk?.note(stretch, moment)
      prune()
    },
    end,
    async close() {
      end()
      await disk?.close()
    },
    view() {
      prune()
      const oldest = now() - hourMs
      return {
        now: now(),
        from: Math.max(oldest, shortened),
        observed: stretches.map((one) => ({ from: Math.max(one.from, oldest), to: one.to ?? now() })),
        marks: stretches.flatMap(({ moments }) => moments.flatMap(({ marks }) => marks)),
      }
    },
    at,
  }
}

function withoutOperations(picture: Snapshot): Snapshot {
  return { ...picture, operations: {} }
}

function withoutOperationsOf({ host, set, remove }: SnapshotChange): SnapshotChange | null {
  const { operations: _, ...setRest } = set
  const { operations: __, ...removeRest } = remove
  const isEmpty = host === undefined && Object.keys(setRest).length === 0 && Object.keys(removeRest).length === 0
  return isEmpty ? null : { ...(host ? { host } : {}), set: setRest, remove: removeRest }
}

function applyChange(picture: Snapshot, { host, set, remove }: SnapshotChange): Snapshot {
  const next = { ...picture, ...(host ? { host } : {}) } as Record<Collection, Record<string, unknown>> & Snapshot
  for (const name of collections) {
    if (set[name] === undefined && remove[name] === undefined) continue
    const gone = new Set(remove[name])
    const kept = Object.entries(picture[name]).filter(([id]) => !gone.has(id))
    Object.assign(next, { [name]: Object.fromEntries([...kept, ...Object.entries(set[name] ?? {})]) })
  }
  return next
}

type NewMark = Omit<HistoryMark, 'id' | 'at'>

function marksOf(before: Snapshot, { host, set, remove }: SnapshotChange, quiet: boolean): NewMark[] {
  const marks: NewMark[] = []
  const tell = (type: HistoryMark['type'], names: readonly string[]) => {
    if (names.length > 0) marks.push({ type, subjects: names.slice(0, mostSubjects), count: names.length })
  }
  const tellDrift = (type: 'drift' | 'mended', views: readonly DriftView[]) => {
    const few = views.slice(0, mostSubjects)
    const drift = few.map(({ about, words }) => ({ about, words }))
    if (few.length > 0)
      marks.push({ type, subjects: few.map(({ summary }) => summary), count: countDrift(views), drift })
  }
  tellDrift(
    'drift',
    Object.values(set.drift ?? {}).filter(({ key }) => !(key in before.drift)),
  )
  tellDrift(
    'mended',
    (remove.drift ?? []).flatMap((key) => before.drift[key] ?? []),
  )
  if (!quiet) return marks
  for (const { id, name, status } of Object.values(set.containers ?? {})) {
    const was = before.containers[id]
    if (was && was.status !== status) marks.push({ type: 'container', subjects: [name, status], count: 1 })
  }
  tell('kernel', strangeNames(before, { set, remove, ...(host ? { host } : {}) }))
  return marks
}

function countDrift(views: readonly DriftView[]): number {
  return views.reduce((sum, { alike = 0 }) => sum + 1 + alike, 0)
}

/** Things that came, went or changed their state while no operation ran. */
function strangeNames(before: Snapshot, { host, set, remove }: SnapshotChange): string[] {
  const names: string[] = []
  for (const { id, name, deviceState } of Object.values(set.networks ?? {})) {
    if (before.networks[id]?.deviceState !== deviceState) names.push(name)
  }
  for (const endpoint of Object.values(set.endpoints ?? {})) {
    if (before.endpoints[endpoint.id]?.state === endpoint.state) continue
    names.push(endpoint.hostIfname ?? endpoint.ifname ?? endpoint.id.slice(0, 12))
  }
  for (const { id, name } of Object.values(set.containers ?? {})) if (!(id in before.containers)) names.push(name)
  for (const id of remove.networks ?? []) names.push(before.networks[id]?.name ?? id)
  for (const id of remove.containers ?? []) names.push(before.containers[id]?.name ?? id)
  for (const id of remove.endpoints ?? []) names.push(before.endpoints[id]?.hostIfname ?? id.slice(0, 12))
  const uplinks = (view: Snapshot['host']) => view.uplinks.map(({ name, up }) => `${name} ${up}`).join()
  if (host && uplinks(host) !== uplinks(before.host)) names.push(host.name)
  return [...new Set(names)]
}
