import { toldBy } from '../../cnm/errors'
import type { FoundNetns } from '../../cnm/netns-state'
import { sentence, toTold } from '../../cnm/sentence'
import type { Engine } from '../../engine/contract'
import { mapLimited } from '../../kernel/limited'
import type { NetnsReader } from '../../kernel/netns-contract'
import { createRuns } from '../runs'
import type { Judgement, TraceQuestion, Tracer } from '../trace/contract'
import type {
  Reach,
  ReachEnd,
  ReachEvent,
  ReachRequest,
  ReachVerdict,
  VerifiedCell,
  VerifyEvent,
  VerifyState,
} from './contract'
import { type Listening, type ListeningPort, listeningPorts, planReach, questionOf, type ReachPlan } from './plan'
import { type Sendable, type SendableRow, verifyRows } from './verify'

export interface ReachParts {
  readonly tracer: Tracer
  readonly reader: NetnsReader
  readonly engine: Pick<Engine, 'note'>
}

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

interface Verification {
  readonly request: ReachRequest
  readonly actor: string
  readonly signal: AbortSignal
  readonly told: (next: Partial<VerifyState>, cells?: readonly VerifiedCell[]) => void
}

async function verify(parts: ReachParts, { request, actor, signal, told }: Verification): Promise<void> {
  const plan = await makePlan(parts, request)
  const found = new Map<number, Sendable[]>()
  for await (const answers of explainCells(parts, plan, request, signal)) {
    for (const one of answers) {
      const cell = sendable(plan, one)
      if (!cell) continue
      const known = found.get(one.row)
      if (known) known.push(cell)
      else found.set(one.row, [cell])
    }
  }
  const all = await parts.reader.find()
  const rows = [...found].flatMap(([row, cells]): SendableRow[] => {
    const netns = placeOf(plan.rows[row], request, all)
    return netns ? [{ row, netns, cells }] : []
  })
  const total = rows.reduce((sum, { cells }) => sum + cells.length, 0)
  told({ stage: 'sending', total })
  const work = () => verifyRows(rows, signal, (cells) => told({}, cells))
  await parts.engine.note({ verb: 'reach.verify', subjects: [String(total)] }, work, { actor })
  told({ stage: signal.aborted ? 'cancelled' : 'done' })
}

/** Undefined: nothing can be sent, for want of an address, or because somebody outside would have to. */
function sendable({ columns }: ReachPlan, { column, question, answer }: Answer): Sendable | undefined {
  if ('error' in answer || answer.address === null || question.from.kind === 'address') return undefined
  const { protocol, port = 0 } = question
  const isFar = columns[column]?.place.kind === 'address'
  return { column, protocol, port, address: answer.address, outcome: answer.outcome, isFar }
}

/** Undefined: it has gone. */
function placeOf(
  end: ReachEnd | undefined,
  { containers }: ReachRequest,
  all: readonly FoundNetns[],
): FoundNetns | undefined {
  const place = end?.place
  if (place?.kind !== 'container') return all.find(({ isHost }) => isHost)
  const key = containers.find(({ id }) => id === place.id)?.key
  return key === undefined ? undefined : netnsOf(key, all)
}

/** By the file that it is mounted on; undefined: it has gone. */
function netnsOf(key: string, all: readonly FoundNetns[]): FoundNetns | undefined {
  const path = key.replace(/^\/var\/run\//, '/run/')
  return all.find(({ mounts }) => mounts.some((mount) => mount.replace(/^\/var\/run\//, '/run/') === path))
}
