import type { ChildProcess } from 'node:child_process'
import { PatchbayError } from '../cnm/errors'
import type { Netns } from '../plan/object'
import { saysNoDevice } from './already-so'
import { BatchError, outcomesAround } from './batch-error'
import { createDialogue, type Dialogue, DialogueEnded } from './dialogue'
import { start } from './run'

/** The programs of iproute2 that are kept open. Both know no escapes, and both remember which index a link's name had. */
export type BatchProgram = 'ip' | 'tc'

/**
 * A long-lived `ip -batch -` or `tc -batch -` in one namespace. It stops at the first line that fails and is started
 * anew at the next use; after every command a question about `lo` tells how far it got.
 */
export interface IpBatch {
  /** Runs commands in order. Throws BatchError. */
  run(commands: readonly (readonly string[])[]): Promise<void>
  /** Makes sure that the process runs, so that the next command need not wait for it. */
  warm(): Promise<void>
  /** Ends the process; the next use starts another. To be called when somebody else may have renamed links. */
  recycle(): Promise<void>
  close(): Promise<void>
}

interface Marker {
  readonly question: string
  isAnswer(line: string): boolean
}

/** Changes answer nothing, so that every line of tc's about a queue is the marker's. */
const markers: Readonly<Record<BatchProgram, Marker>> = {
  ip: { question: 'link show dev lo\n', isAnswer: (line) => line.startsWith('1: lo:') },
  tc: { question: 'qdisc show dev lo\n', isAnswer: (line) => line.startsWith('qdisc ') },
}

/** With `startProcess`, the process is started in another way (in a namespace that it makes). */
export function createIpBatch(
  netns: Netns,
  startProcess: () => ChildProcess = () => start('ip', ipBatchArgs, { netns }),
): IpBatch {
  return createBatch(markers.ip, startProcess)
}

/** The same for queues and filters. */
export function createTcBatch(netns: Netns): IpBatch {
  return createBatch(markers.tc, () => start('tc', ['-batch', '-'], { netns }))
}

function createBatch(marker: Marker, startProcess: () => ChildProcess): IpBatch {
  const dialogue = createDialogue(startProcess)
  return {
    run: (commands) => runBatch(dialogue, marker, commands),
    warm: async () => {
      await dialogue.ask({ text: marker.question, isLast: marker.isAnswer })
    },
    recycle: () => dialogue.recycle(),
    close: () => dialogue.close(),
  }
}

export const ipBatchArgs = ['-o', '-batch', '-'] as const

async function runBatch(dialogue: Dialogue, marker: Marker, commands: readonly (readonly string[])[]): Promise<void> {
  const lines = commands.map(encodeIpLine)
  let from = 0
  let hasDiedIdle = false
  while (from < lines.length) {
    const { done, wasHeard, ended } = await ask(dialogue, marker, lines.slice(from))
    from += done
    if (ended === undefined) return
    // It died before it had read anything: another can do it.
    const isIdleDeath: boolean = !wasHeard && ended.exitCode === null && !hasDiedIdle
    hasDiedIdle ||= isIdleDeath
    // ip remembers the index of a name; where somebody else made the link anew, a fresh process finds it.
    const isStale = ended.linesBefore + done > 0 && mayMeanNoDevice(ended)
    if (!isIdleDeath && !isStale) throw failureOf(ended, from, lines.length)
  }
}

function failureOf(ended: DialogueEnded, failedIndex: number, length: number): BatchError {
  // Killed by a signal: whether the line still ran, nobody knows.
  const outcomes = outcomesAround(failedIndex, length, ended.exitCode === null ? 'unknown' : 'not-run')
  const output = ended.message.replace(/^Command failed -:\d+$/m, '').trim()
  return new BatchError(failedIndex, outcomes, output, ended.exitCode ?? undefined)
}

interface Answer {
  /** Commands that ran. */
  readonly done: number
  /** False: the process had not begun to read. */
  readonly wasHeard: boolean
  readonly ended?: DialogueEnded
}

async function ask(dialogue: Dialogue, marker: Marker, lines: readonly string[]): Promise<Answer> {
  let answers = 0
  const progress = () => ({ done: Math.max(answers - 1, 0), wasHeard: answers > 0 })
  try {
    const text = [marker.question, ...lines.map((line) => `${line}\n${marker.question}`)].join('')
    await dialogue.ask({ text, isLast: (line) => marker.isAnswer(line) && ++answers > lines.length })
    return progress()
  } catch (error) {
    if (error instanceof DialogueEnded) return { ...progress(), ended: error }
    throw error
  }
}

/** The kernel's word for an index that is nobody's, as of a master, is "Invalid argument". */
function mayMeanNoDevice(ended: DialogueEnded): boolean {
  return ended.exitCode !== null && (saysNoDevice.test(ended.stderr) || /invalid argument/i.test(ended.stderr))
}

/**
 * One line of a batch. ip splits at white space outside of quotes, knows no escapes, and takes everything
 * from a hash on for a comment: what it cannot carry is refused.
 */
export function encodeIpLine(args: readonly string[]): string {
  return args.map(encodeArgument).join(' ')
}

function encodeArgument(arg: string): string {
  if (/^[\w.:/@%+=,-]+$/.test(arg)) return arg
  const quote = arg.includes('"') ? "'" : '"'
  if (arg === '' || /[\p{Cc}#\\]/u.test(arg) || arg.includes(quote)) {
    throw new PatchbayError('invalid-parameter', `ip cannot be given the argument ${JSON.stringify(arg)}`)
  }
  return `${quote}${arg}${quote}`
}
