import { toldBy } from '../../cnm/errors'
import type { FoundNetns } from '../../cnm/netns-state'
import { sentence, toTold } from '../../cnm/sentence'
import type { Engine } from '../../engine/contract'
import { inside } from '../../kernel/inside'
import { mapLimited } from '../../kernel/limited'
import type { NetnsReader } from '../../kernel/netns-contract'
import { mostTargets, openProbe, type ProbeOutcome } from '../../kernel/probe'
import { createRuns } from '../runs'
import { agreementOf, type Reckoned } from '../trace/compare'
import type { Judgement, TraceQuestion, Tracer } from '../trace/contract'
import type { Reach, ReachEvent, ReachRequest, ReachVerdict, VerifiedCell, VerifyEvent, VerifyState } from './contract'
import { type Listening, type ListeningPort, listeningPorts, planReach, questionOf, type ReachPlan } from './plan'

export interface ReachParts {
  readonly tracer: Tracer
  readonly reader: NetnsReader
  readonly engine: Pick<Engine, 'note'>
}

const waitMs = 2_000
/** Rows that are verified at a time; each is a process. */
const rowsAtATime = 4

export function createReach(parts: ReachParts): Reach & { close(): Promise<void> } {
  const runs = createRuns<VerifyEvent>(sentence`verification`)
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
            told({ stage: 'failed', message: toTold(toldBy(error)) }),
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

type Answer = Asked & { readonly answer: Judgement }

async function* compute(parts: ReachParts, request: ReachRequest, signal: AbortSignal): AsyncGenerator<ReachEvent> {
  const began = performance.now()
  try {
    const plan = await makePlan(parts, request)
    yield { type: 'plan', ...plan }
    const told = createTelling()
    yield told(themselves(plan, request))
    for await (const answers of explainCells(parts, plan, request, signal)) yield told(answers)
    if (signal.aborted) return
    yield { type: 'done', durationMs: performance.now() - began, computedAt: new Date().toISOString() }
  } catch (error) {
    yield { type: 'failed', message: toTold(toldBy(error)) }
  }
}

async function makePlan(parts: ReachParts, request: ReachRequest): Promise<ReachPlan> {
  const isByPort = request.what.kind === 'listening'
  return planReach(request, isByPort ? await readListening(parts, request) : { containers: new Map(), host: [] })
}

/** Namespaces that are read at a time. */
const readsAtATime = 8

/** One that goes while it is read listens nowhere. */
async function readListening({ reader }: ReachParts, { containers }: ReachRequest): Promise<Listening> {
  const all = await reader.find()
  const listeningIn = async (netns: FoundNetns | undefined): Promise<ListeningPort[]> => {
    if (!netns) return []
    return listeningPorts(await reader.listeners(netns).catch(() => []))
  }
  const host = all.find(({ isHost }) => isHost)
  const found = await mapLimited(containers, readsAtATime, async ({ id, key }) => {
    const netns = netnsOf(key, all)
    return [id, netns?.isHost ? [] : await listeningIn(netns)] as const
  })
  return { containers: new Map(found), host: await listeningIn(host) }
}

/** Some at a time, row by row, upon one look at the kernel. */
async function* explainCells(
  { tracer }: ReachParts,
  plan: ReachPlan,
  { by }: ReachRequest,
  signal: AbortSignal,
): AsyncGenerator<readonly Answer[]> {
  const asked = askedIn(plan, by)
  for await (const answers of tracer.judgeAll({ [Symbol.iterator]: () => questionsIn(plan, by) })) {
    if (signal.aborted) return
    yield answers.flatMap((answer) => {
      const { value } = asked.next()
      return value ? [{ ...value, answer }] : []
    })
  }
}

/** Made as they are asked for: of five hundred containers there are a quarter of a million. */
function* askedIn({ rows, columns }: ReachPlan, by: ReachRequest['by']): Generator<Asked, undefined> {
  for (const [row, end] of rows.entries()) {
    for (const [column, target] of columns.entries()) {
      const question = questionOf(end, target, by)
      if (question) yield { row, column, question }
    }
  }
}

function* questionsIn(plan: ReachPlan, by: ReachRequest['by']): Generator<TraceQuestion> {
  for (const { question } of askedIn(plan, by)) yield question
}

type Told = Pick<Asked, 'row' | 'column'> & { readonly answer: Judgement | null }

/** Says a verdict once, however many cells have it: of five hundred containers there are a quarter of a million. */
function createTelling(): (cells: readonly Told[]) => ReachEvent {
  const numbers = new Map<string, number>()
  return (told) => {
    const verdicts: ReachVerdict[] = []
    const cells = told.flatMap(({ row, column, answer }) => {
      const verdict = verdictOf(answer)
      const text = JSON.stringify(verdict)
      const number = numbers.get(text) ?? numbers.size
      if (number === numbers.size) verdicts.push(verdict)
      numbers.set(text, number)
      return [row, column, number]
    })
    return { type: 'cells', verdicts, cells }
  }
}

function verdictOf(answer: Judgement | null): ReachVerdict {
  if (answer === null) return { outcome: null, cause: null, error: '' }
  if ('error' in answer) return { outcome: 'unknown', cause: null, error: toTold(toldBy(answer.error)) }
  return { outcome: answer.outcome, cause: answer.cause, error: '' }
}

/** Cells that ask nobody. */
function themselves({ rows, columns }: ReachPlan, { by }: ReachRequest): Told[] {
  return rows.flatMap((end, row) =>
    columns.flatMap((target, column) => (questionOf(end, target, by) ? [] : [{ row, column, answer: null }])),
  )
}

/** What of an answer is kept until its probe is sent. */
interface Sendable extends Asked, Reckoned {
  readonly question: TraceQuestion
  readonly address: string
}

interface Verification {
  readonly request: ReachRequest
  readonly actor: string
  readonly signal: AbortSignal
  readonly told: (next: Partial<VerifyState>, cells?: readonly VerifiedCell[]) => void
}

async function verify(parts: ReachParts, { request, actor, signal, told }: Verification): Promise<void> {
  const plan = await makePlan(parts, request)
  const rows = new Map<number, Sendable[]>()
  for await (const answers of explainCells(parts, plan, request, signal)) {
    for (const { row, column, question, answer } of answers) {
      if ('error' in answer || answer.address === null || question.from.kind === 'address') continue
      const known = rows.get(row) ?? []
      known.push({ row, column, question, address: answer.address, verdict: { outcome: answer.outcome } })
      rows.set(row, known)
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
  [row, answers]: readonly [number, readonly Sendable[]],
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
    told(part.flatMap((one, index) => verifiedCell(one, outcomes[index]) ?? []))
  }
}

async function fire(path: Parameters<typeof openProbe>[0], all: readonly Sendable[], signal: AbortSignal) {
  const targets = all.map(({ question, address }) => ({
    ...{ protocol: question.protocol, address, port: question.port ?? 0 },
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

function verifiedCell(cell: Sendable, outcome: ProbeOutcome | undefined): VerifiedCell | undefined {
  if (!outcome) return undefined
  const { row, column } = cell
  const { result, errno } = outcome
  return { row, column, result, errno, agreement: agreementOf(cell, result) }
}

/** By the file that it is mounted on; undefined: it has gone. */
function netnsOf(key: string, all: readonly FoundNetns[]): FoundNetns | undefined {
  const path = key.replace(/^\/var\/run\//, '/run/')
  return all.find(({ mounts }) => mounts.some((mount) => mount.replace(/^\/var\/run\//, '/run/') === path))
}
