import { setMaxListeners } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import type { FoundNetns } from '../../cnm/netns-state'
import { inside } from '../../kernel/inside'
import { mapLimited } from '../../kernel/limited'
import { mostTargets, openProbe, type ProbeOutcome } from '../../kernel/probe'
import { agreementOf } from '../trace/compare'
import type { Outcome, TraceQuestion } from '../trace/contract'
import type { VerifiedCell } from './contract'

/** Of silence. */
const waitMs = 2_000
/** On this machine an answer comes within a few milliseconds: when all that is expected is there, others are waited for so long. */
const graceMs = 600
/** Rows whose probes are under way at a time. Each is a process, which mostly waits. */
const rowsAtATime = 16
/**
 * Who is asked and answers becomes a neighbour of who asks, and the other way round. The kernel has room for 1,024 of all
 * namespaces together (gc_thresh3) and keeps each for five seconds: more than these a second would leave others without.
 */
const neighboursPerSecond = 80

/** What of a cell is kept until its probe is sent: of a quarter of a million. */
export interface Sendable {
  readonly column: number
  readonly protocol: TraceQuestion['protocol']
  readonly port: number
  readonly address: string
  readonly outcome: Outcome
  /** Not on this machine: nobody knows how long an answer takes. */
  readonly isFar: boolean
}

export interface SendableRow {
  readonly row: number
  readonly netns: FoundNetns
  readonly cells: readonly Sendable[]
}

/** Sends what each row has at once, some rows at a time. A row whose namespace goes meanwhile is left unverified. */
export async function verifyRows(
  rows: readonly SendableRow[],
  signal: AbortSignal,
  told: (cells: readonly VerifiedCell[]) => void,
): Promise<void> {
  const turn = createPace()
  // Each row that is under way listens whether it is cancelled.
  setMaxListeners(2 * rowsAtATime, signal)
  await mapLimited(rows, rowsAtATime, async ({ row, netns, cells }) => {
    for (let from = 0; from < cells.length && !signal.aborted; from += mostTargets) {
      const part = cells.slice(from, from + mostTargets)
      await turn(part.filter(({ outcome }) => !isAlone.has(outcome)).length, signal)
      if (signal.aborted) return
      const outcomes = await inside(netns, (path) => fire(path, part, signal)).catch(() => undefined)
      if (!outcomes || signal.aborted) return
      told(part.flatMap((cell, index) => verifiedCell(row, cell, outcomes[index]) ?? []))
    }
  })
}

/** Ends where it begins, or at the host: nobody new is met. */
const isAlone: ReadonlySet<Outcome> = new Set(['dropped', 'unreachable'])

/** Gives each its turn, so that no more neighbours are met than there is room for. */
export function createPace(): (neighbours: number, signal: AbortSignal) => Promise<void> {
  let next = 0
  return async (neighbours, signal) => {
    const at = Math.max(next, performance.now())
    next = at + (neighbours / neighboursPerSecond) * 1_000
    const waitMs = at - performance.now()
    if (waitMs > 0) await setTimeout(waitMs, undefined, { signal }).catch(() => undefined)
  }
}

async function fire(path: Parameters<typeof openProbe>[0], cells: readonly Sendable[], signal: AbortSignal) {
  const probe = await openProbe(path, cells)
  signal.addEventListener('abort', probe.close, { once: true })
  const patience = createPatience(cells)
  try {
    return await probe.fire(waitMs, patience.told, patience.over)
  } finally {
    patience.close()
    signal.removeEventListener('abort', probe.close)
    probe.close()
  }
}

/** Ends the waiting soon after the last one that is expected to say something has said it. */
export function createPatience(cells: readonly Sendable[]) {
  const awaited = new Set(cells.flatMap((cell, index) => (isAwaited(cell) ? [index] : [])))
  let timer: NodeJS.Timeout | undefined
  let end: () => void = () => undefined
  const over = new Promise<void>((resolve) => {
    end = resolve
  })
  const begin = () => {
    if (awaited.size === 0) timer ??= globalThis.setTimeout(end, graceMs)
  }
  begin()
  return {
    over,
    told(index: number) {
      awaited.delete(index)
      begin()
    },
    close: () => clearTimeout(timer),
  }
}

/** What is dropped says nothing; who takes a datagram need not answer. */
function isAwaited({ outcome, protocol, isFar }: Sendable): boolean {
  if (isFar || outcome === 'unknown') return true
  return outcome === 'rejected' || (outcome === 'answered' && protocol !== 'udp')
}

function verifiedCell(row: number, cell: Sendable, outcome: ProbeOutcome | undefined): VerifiedCell | undefined {
  if (!outcome) return undefined
  const { result, errno } = outcome
  const reckoned = { question: { protocol: cell.protocol }, verdict: { outcome: cell.outcome } }
  // For want of room it was not sent.
  const agreement = errno === 'ENOBUFS' ? 'undecided' : agreementOf(reckoned, result)
  return { row, column: cell.column, result, errno, agreement }
}
