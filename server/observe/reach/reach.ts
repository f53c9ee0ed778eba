import { messageOf } from '../../cnm/errors'
import type { FoundNetns } from '../../cnm/netns-state'
import type { Engine } from '../../engine/contract'
import { inside } from '../../kernel/inside'
import type { NetnsReader, NetnsTables } from '../../kernel/netns-contract'
import { mostTargets, openProbe, type ProbeOutcome } from '../../kernel/probe'
import { createRuns } from '../runs'
import { agreementOf } from '../trace/compare'
import type { Explanation, TraceQuestion, Tracer } from '../trace/contract'
import type { Reach, ReachCell, ReachEvent, ReachRequest, VerifiedCell, VerifyEvent, VerifyState } from './contract'
import { type ListeningPort, listeningPorts, planReach, questionOf, type ReachPlan } from './plan'

export interface ReachParts {
  readonly tracer: Tracer
  readonly reader: NetnsReader
  readonly tables: NetnsTables
  readonly engine: Pick<Engine, 'note'>
}

/** So many questions at least upon one look at the kernel: rows appear as they come, and few looks are taken. */
const questionsALook = 1_000
const waitMs = 2_000
/** Rows that are verified at a time; each is a process. */
const rowsAtATime = 4

export function createReach(parts: ReachParts): Reach & { close(): Promise<void> } {
  const runs = createRuns<VerifyEvent>('verification')
  return {
    compute: (request, signal) => compute(parts, request, signal),
    verify(request, actor) {
      const cells: VerifiedCell[] = []
      let state: VerifyState = { stage: 'explaining', message: null, sent: 0, total: 0 }
      return runs.begin(
        () => ({ type: 'state', state, cells }),
        async (feed, signal) => {
          const told = (next: Partial<VerifyState>, fresh: readonly VerifiedCell[] = []) => {
            cells.push(...fresh)
            state = { ...state, ...next, sent: cells.length }
            feed.append({ type: 'cells', state, cells: fresh })
          }
          await verify(parts, { request, actor, signal, told }).catch((error: unknown) =>
            told({ stage: 'failed', message: messageOf(error) }),
          )
        },
      )
    },
    follow: runs.follow,
    cancel: runs.cancel,
    close: runs.close,
  }
}

interface Asked {
  readonly row: number
  readonly column: number
  readonly question: TraceQuestion
}

type Answer = Asked & { readonly answer: Explanation | { readonly error: Error } }

async function* compute(parts: ReachParts, request: ReachRequest, signal: AbortSignal): AsyncGenerator<ReachEvent> {
  const began = performance.now()
  try {
    const plan = await makePlan(parts, request)
    yield { type: 'plan', ...plan }
    for await (const answers of explainRows(parts, plan, request, signal)) {
      yield { type: 'cells', cells: [...answers.map(cellOf), ...themselves(plan, request, answers)] }
    }
    if (signal.aborted) return
    yield { type: 'done', durationMs: performance.now() - began, computedAt: new Date().toISOString() }
  } catch (error) {
    yield { type: 'failed', message: messageOf(error) }
  }
}

async function makePlan({ reader, tables }: ReachParts, request: ReachRequest): Promise<ReachPlan> {
  const listening = new Map<string, readonly ListeningPort[]>()
  if (request.what.kind === 'listening') {
    const all = await reader.find()
    await Promise.all(
      request.containers.map(async ({ id, key }) => {
        const netns = netnsOf(key, all)
        if (!netns || netns.isHost) return
        const sockets = await tables.sockets(netns, { keep: ({ remotePort }) => !remotePort }).catch(() => undefined)
        if (sockets) listening.set(id, listeningPorts(sockets))
      }),
    )
  }
  return planReach(request, listening)
}

/** Whole rows, as many as one look at the kernel is worth. */
async function* explainRows(
  { tracer }: ReachParts,
  plan: ReachPlan,
  { by }: ReachRequest,
  signal: AbortSignal,
): AsyncGenerator<readonly Answer[]> {
  let asked: Asked[] = []
  for (const [row, end] of plan.rows.entries()) {
    if (signal.aborted) return
    for (const [column, target] of plan.columns.entries()) {
      const question = questionOf(end, target, by)
      if (question) asked.push({ row, column, question })
    }
    if (asked.length < questionsALook && row < plan.rows.length - 1) continue
    const answers = await tracer.explainAll(asked.map(({ question }) => question))
    yield asked.flatMap((one, index) => {
      const answer = answers[index]
      return answer ? [{ ...one, answer }] : []
    })
    asked = []
  }
}

function cellOf({ row, column, answer }: Answer): ReachCell {
  if ('error' in answer) return { row, column, outcome: 'unknown', cause: null, error: messageOf(answer.error) }
  return { row, column, outcome: answer.verdict.outcome, cause: answer.verdict.cause, error: '' }
}

/** Cells of the same rows that ask nobody. */
function themselves({ rows, columns }: ReachPlan, { by }: ReachRequest, answers: readonly Answer[]): ReachCell[] {
  const done = new Set(answers.map(({ row }) => row))
  return [...done].flatMap((row) =>
    columns.flatMap((target, column) => {
      const end = rows[row]
      const isItself = end !== undefined && questionOf(end, target, by) === undefined
      return isItself ? [{ row, column, outcome: null, cause: null, error: '' }] : []
    }),
  )
}

interface Verification {
  readonly request: ReachRequest
  readonly actor: string
  readonly signal: AbortSignal
  readonly told: (next: Partial<VerifyState>, cells?: readonly VerifiedCell[]) => void
}

async function verify(parts: ReachParts, { request, actor, signal, told }: Verification): Promise<void> {
  const plan = await makePlan(parts, request)
  const rows = new Map<number, Answer[]>()
  for await (const answers of explainRows(parts, plan, request, signal)) {
    for (const answer of answers) {
      if ('error' in answer.answer || answer.answer.address === null) continue
      rows.set(answer.row, [...(rows.get(answer.row) ?? []), answer])
    }
  }
  const total = [...rows.values()].reduce((sum, row) => sum + row.length, 0)
  told({ stage: 'sending', total })
  const work = async () => {
    const waiting = [...rows.entries()]
    const next = async (): Promise<void> => {
      const entry = waiting.shift()
      if (!entry || signal.aborted) return
      await verifyRow(parts, plan, request, entry, signal, (cells) => told({}, cells))
      await next()
    }
    await Promise.all(Array.from({ length: rowsAtATime }, next))
  }
  await parts.engine.note({ verb: 'reach.verify', subjects: [String(total)] }, work, { actor })
  told({ stage: signal.aborted ? 'cancelled' : 'done' })
}

/** A row whose namespace goes meanwhile is left unverified. */
async function verifyRow(
  { reader }: ReachParts,
  { rows }: ReachPlan,
  { containers }: ReachRequest,
  [row, answers]: readonly [number, readonly Answer[]],
  signal: AbortSignal,
  told: (cells: readonly VerifiedCell[]) => void,
): Promise<void> {
  const place = rows[row]?.place
  const all = await reader.find()
  const key = place?.kind === 'container' ? containers.find(({ id }) => id === place.id)?.key : undefined
  const netns = key === undefined ? all.find(({ isHost }) => isHost) : netnsOf(key, all)
  if (!netns) return
  for (let from = 0; from < answers.length && !signal.aborted; from += mostTargets) {
    const part = answers.slice(from, from + mostTargets)
    const outcomes = await inside(netns, (path) => fire(path, part, signal)).catch(() => undefined)
    if (!outcomes || signal.aborted) return
    told(part.flatMap((answer, index) => verifiedCell(answer, outcomes[index]) ?? []))
  }
}

async function fire(path: Parameters<typeof openProbe>[0], answers: readonly Answer[], signal: AbortSignal) {
  const targets = answers.map(({ question, answer }) => ({
    protocol: question.protocol,
    address: ('error' in answer ? null : answer.address) ?? '',
    port: question.port ?? 0,
  }))
  const probe = await openProbe(path, targets)
  signal.addEventListener('abort', probe.close, { once: true })
  try {
    return await probe.fire(waitMs)
  } finally {
    signal.removeEventListener('abort', probe.close)
    probe.close()
  }
}

function verifiedCell({ row, column, answer }: Answer, outcome: ProbeOutcome | undefined): VerifiedCell | undefined {
  if (!outcome || 'error' in answer) return undefined
  const { result, errno } = outcome
  return { row, column, result, errno, agreement: agreementOf(answer, result) }
}

/** By the file that it is mounted on; undefined: it has gone. */
function netnsOf(key: string, all: readonly FoundNetns[]): FoundNetns | undefined {
  const path = key.replace(/^\/var\/run\//, '/run/')
  return all.find(({ mounts }) => mounts.some((mount) => mount.replace(/^\/var\/run\//, '/run/') === path))
}
