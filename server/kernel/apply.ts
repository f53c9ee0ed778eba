import { PatchbayError, toldBy } from '../cnm/errors'
import { type Said, sentence } from '../cnm/sentence'
import { commandsOf } from '../plan/commands'
import { inversePlan } from '../plan/inverse'
import type { Command, Plan, Step } from '../plan/plan'
import { renderCommand } from '../plan/render'
import { isAlreadySo, missesLink } from './already-so'
import { BatchError, type Outcome } from './batch-error'
import type { Applied } from './contract'

/** What carries commands out: the real kernel's programs, or a picture of them in tests. */
export interface Executor {
  /** Throws where a program could not be given a command, before anything has run. */
  check(command: Command): void
  /**
   * Runs commands of one program in one namespace, in order. Gives back which of them found
   * nothing to do, so that they are not taken back. Throws BatchError.
   */
  run(commands: readonly Command[]): Promise<{ readonly untouched?: ReadonlySet<number> }>
}

/** A plan failed. Says which command, what it printed, and whether everything is as it was before. */
export class ApplyError extends PatchbayError {
  readonly command: string
  readonly output: string
  /** True: every step that was begun has been taken back. */
  readonly restored: boolean
  /** What went wrong on the way back. */
  readonly leftovers: readonly string[]

  constructor(command: string, output: Said, leftovers: readonly string[], cause: unknown) {
    const told =
      leftovers.length === 0
        ? sentence`${command} failed: ${output}`
        : sentence`${command} failed: ${output}; and not all could be taken back: ${leftovers.join('; ')}`
    super('system', told, { data: { command, output: String(output), leftovers }, cause })
    this.command = command
    this.output = String(output)
    this.restored = leftovers.length === 0
    this.leftovers = leftovers
  }
}

interface Task {
  readonly step: Step
  readonly command: Command
  outcome: Outcome | 'untouched'
}

interface Failure {
  readonly command: Command
  readonly error: BatchError
}

/** Runs a plan as the Kernel contract says. Rules of the host run beside everything else. */
export async function applyPlan(plan: Plan, executor: Executor): Promise<Applied> {
  const startedAt = performance.now()
  const tasks = plan.steps.flatMap(tasksOf)
  for (const { command } of tasks) executor.check(command)
  const failures: Failure[] = []
  await Promise.all(lanesOf(tasks).map((lane) => runLane(lane, executor, failures)))
  // What the rules let pass till now is forgotten only when they are gone: the next packet would be remembered anew.
  await runLane(tasks.filter(isAfterwards), executor, failures)
  const [failure] = failures
  if (failure !== undefined) {
    const leftovers = await takeBack(plan.steps, tasks, executor)
    throw new ApplyError(renderCommand(failure.command), reasonOf(failure), leftovers, failure.error)
  }
  return { commands: tasks.map(({ command }) => renderCommand(command)), durationMs: performance.now() - startedAt }
}

function reasonOf({ command, error }: Failure): Said {
  if (!missesLink(command, error)) return error.told
  return sentence`${error.told}; a link that this needs is not there: see what the drift says is missing, repair it, then try again`
}

function tasksOf(step: Step): Task[] {
  return commandsOf(step).map((command) => ({ step, command, outcome: 'not-run' }))
}

/** What runs side by side: the host's rules of either family, and everything else. */
function lanesOf(tasks: readonly Task[]): Task[][] {
  const atOnce = tasks.filter((task) => !isAfterwards(task))
  return ['links', 'iptables', 'ip6tables'].map((lane) => atOnce.filter((task) => laneOf(task) === lane))
}

function isAfterwards({ command }: Task): boolean {
  return command.program === 'conntrack' || command.program === 'ss'
}

function laneOf({ command }: Task): string {
  const isFirewall = command.program === 'iptables' || command.program === 'ip6tables'
  return isFirewall && command.netns === 'host' ? command.program : 'links'
}

async function runLane(tasks: readonly Task[], executor: Executor, failures: Failure[]): Promise<void> {
  for (const batch of inBatches(tasks)) {
    let left: readonly Task[] = batch
    while (left.length > 0) {
      if (failures.length > 0) return
      const failure = await runBatch(left, executor)
      if (failure === undefined) break
      const at = left.findIndex(({ command }) => command === failure.command)
      const task = left[at]
      if (task === undefined || !isGone(task, failure)) {
        failures.push(failure)
        return
      }
      task.outcome = 'untouched'
      left = left.slice(at + 1)
    }
  }
}

/** What is to be removed has gone already, by somebody else's hand or with what it stood on. */
function isGone({ step, command }: Task, { error }: Failure): boolean {
  const isOnLinks = command.program === 'ip' || command.program === 'tc' || command.program === 'sysctl'
  return step.verb === 'remove' && isOnLinks && isAlreadySo(command, error)
}

async function runBatch(batch: readonly Task[], executor: Executor): Promise<Failure | undefined> {
  try {
    const { untouched } = await executor.run(batch.map(({ command }) => command))
    for (const [index, task] of batch.entries()) task.outcome = untouched?.has(index) ? 'untouched' : 'done'
    return undefined
  } catch (error) {
    const failure = error instanceof BatchError ? error : unexpected(error, batch.length)
    for (const [index, task] of batch.entries()) task.outcome = failure.outcomes[index] ?? 'unknown'
    const task = batch[failure.failedIndex] ?? batch[0]
    return task === undefined ? undefined : { command: task.command, error: failure }
  }
}

function unexpected(error: unknown, length: number): BatchError {
  const outcomes = new Array<Outcome>(length).fill('unknown')
  return new BatchError(0, outcomes, toldBy(error))
}

/** Neighbours of one program and one namespace go in one batch. */
function inBatches(tasks: readonly Task[]): Task[][] {
  const batches: Task[][] = []
  let place: string | undefined
  for (const task of tasks) {
    const here = placeOf(task.command)
    if (here !== place) batches.push([])
    place = here
    batches.at(-1)?.push(task)
  }
  return batches
}

function placeOf(command: Command): string {
  switch (command.program) {
    case 'namespace':
      return `namespace ${command.verb}`
    case 'socket':
      return `socket ${command.verb} ${command.netns}`
    case 'lease':
      return `lease ${command.verb}`
    default:
      return `${command.program} ${command.netns}`
  }
}

/** Runs the inverse of every step that was begun, last one first. Gives what could not be taken back. */
async function takeBack(steps: readonly Step[], tasks: readonly Task[], executor: Executor): Promise<string[]> {
  const outcomes = new Map<Step, Task['outcome'][]>()
  for (const { step, outcome } of tasks) outcomes.set(step, [...(outcomes.get(step) ?? []), outcome])
  const way = inversePlan(steps.flatMap((step) => begunPart(step, outcomes.get(step) ?? []))).flatMap(tasksOf)
  const leftovers = await Promise.all(lanesOf(way).map((lane) => runLaneTolerantly(lane, executor)))
  return leftovers.flat()
}

function begunPart(step: Step, outcomes: readonly Task['outcome'][]): Step[] {
  const isUnknown = outcomes.includes('unknown')
  // A rule can be in a chain twice: where nobody knows whether it is still there, it is taken out before it is put back.
  if (isUnknown && step.verb === 'remove' && step.object.kind === 'rule') return [step, { ...step, verb: 'add' }]
  return isUnknown || outcomes.includes('done') ? [step] : []
}

/** Goes on after failures: a step may be half done, so what is already so counts as done. */
async function runLaneTolerantly(tasks: readonly Task[], executor: Executor): Promise<string[]> {
  const leftovers: string[] = []
  for (const batch of inBatches(tasks)) {
    let left: readonly Task[] = batch
    while (left.length > 0) {
      const failure = await runBatch(left, executor)
      if (failure === undefined) break
      const isFine = isAlreadySo(failure.command, failure.error)
      if (!isFine) leftovers.push(`${renderCommand(failure.command)}: ${failure.error.message}`)
      left = left.filter(({ command, outcome }) => command !== failure.command && outcome !== 'done')
    }
  }
  return leftovers
}
