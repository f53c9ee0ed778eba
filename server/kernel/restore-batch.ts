import { PatchbayError } from '../cnm/errors'
import { shown } from '../cnm/names'
import { sentence } from '../cnm/sentence'
import type { Netns, Table } from '../plan/object'
import type { FirewallProgram } from '../plan/plan'
import { BatchError, type Outcome } from './batch-error'
import { createDialogue, type Dialogue, DialogueEnded } from './dialogue'
import { CommandError, run, start } from './run'

/** One line for a table: ['-A', 'CHAIN', …]. */
export interface RestoreLine {
  readonly table: Table
  readonly args: readonly string[]
}

/**
 * Firewall transactions. All lines of one table are one transaction, whatever stands between them;
 * tables commit one after the other, in the order of their first line. Throws BatchError: a table that
 * failed is as before, one that committed before it is done.
 */
export interface RestoreBatch {
  run(lines: readonly RestoreLine[]): Promise<void>
  /** Makes sure that the process runs. */
  warm(): Promise<void>
  close(): Promise<void>
}

const args = ['--noflush', '--wait', '-v']
const sign = '# patchbay'
/** A transaction says nothing before its end, and a rule may be looked for behind thousands of others. */
const patienceMs = 20_000
const patiencePerLineMs = 20
const longestArgument = 1023
const longestLine = 8000

/** A long-lived iptables-restore or ip6tables-restore in the daemon's namespace, started at its first use. */
export function createRestoreBatch(program: FirewallProgram): RestoreBatch {
  // Comments are echoed once everything before them has committed: line by line thanks to stdbuf.
  const dialogue = createDialogue(() => start('stdbuf', ['-oL', `${program}-restore`, ...args]))
  return {
    run: async (lines) => {
      const transactions = encodeTransactions(lines)
      const first = await converse(dialogue, transactions)
      // It died before it had read anything: another can do it.
      const isIdleDeath = first?.ended.exitCode === null && !first.wasHeard
      const failure = isIdleDeath ? await converse(dialogue, transactions) : first
      if (failure === undefined) return
      const { ended, committed } = failure
      const output = ended.stderr || ended.message
      throw failureOf(lines.length, transactions, committed, output, ended.exitCode, ended.linesBefore)
    },
    warm: async () => {
      await dialogue.ask({ text: `${sign}\n`, isLast: (line) => line.startsWith(sign) })
    },
    close: () => dialogue.close(),
  }
}

interface Failure {
  readonly ended: DialogueEnded
  /** Tables that committed. */
  readonly committed: number
  /** False: the process had not begun to read. */
  readonly wasHeard: boolean
}

async function converse(dialogue: Dialogue, transactions: readonly Transaction[]): Promise<Failure | undefined> {
  let signs = 0
  try {
    const isLast = (line: string) => line.startsWith(sign) && ++signs > transactions.length
    const lines = transactions.reduce((sum, transaction) => sum + transaction.lines.length, 0)
    await dialogue.ask({ text: textOf(transactions), isLast, patienceMs: patienceMs + lines * patiencePerLineMs })
    return undefined
  } catch (error) {
    if (!(error instanceof DialogueEnded)) throw error
    return { ended: error, committed: Math.max(signs - 1, 0), wasHeard: signs > 0 }
  }
}

/** The same in another namespace: one process for each call. */
export async function restoreIn(netns: Netns, program: FirewallProgram, lines: readonly RestoreLine[]): Promise<void> {
  const transactions = encodeTransactions(lines)
  try {
    await run(`${program}-restore`, args, { netns, input: textOf(transactions) })
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    const stdout = stdoutOf(error.cause)
    const signs = stdout.split('\n').filter((line) => line.startsWith(sign)).length
    throw failureOf(lines.length, transactions, Math.max(signs - 1, 0), error.stderr, error.exitCode ?? null, 0)
  }
}

function stdoutOf(cause: unknown): string {
  const isResult = typeof cause === 'object' && cause !== null && 'stdout' in cause
  return isResult && typeof cause.stdout === 'string' ? cause.stdout : ''
}

interface Transaction {
  readonly table: Table
  readonly lines: readonly string[]
  /** Places of the lines in what was asked for. */
  readonly indexes: readonly number[]
}

/**
 * A chain is deleted in a transaction of its own, after the one that deletes the jumps to it: the
 * nf_tables kernel still counts those until they are committed, and calls the chain busy.
 */
function encodeTransactions(lines: readonly RestoreLine[]): Transaction[] {
  const numbered = lines.map((line, index) => ({ ...line, index }))
  const deletesChain = ({ args: [verb] }: RestoreLine) => verb === '-X'
  const phases = [numbered.filter((line) => !deletesChain(line)), numbered.filter(deletesChain)]
  return phases.flatMap((phase) => {
    const tables = [...new Set(phase.map(({ table }) => table))]
    return tables.map((table) => {
      const own = removalsInOrder(phase.filter((line) => line.table === table))
      return { table, lines: own.map((line) => encodeRestoreLine(line.args)), indexes: own.map(({ index }) => index) }
    })
  })
}

/**
 * Plans take the last rule out first, so that the way back puts them in their order again. iptables looks for each from
 * the chain's beginning: 5,000 rules go in 0.3 s first one first, and in 34 s last one first.
 */
function removalsInOrder<Line extends RestoreLine>(lines: readonly Line[]): Line[] {
  const ordered: Line[] = []
  let removals: Line[] = []
  for (const line of lines) {
    if (line.args[0] === '-D') removals.push(line)
    else {
      ordered.push(...removals.reverse(), line)
      removals = []
    }
  }
  return [...ordered, ...removals.reverse()]
}

function textOf(transactions: readonly Transaction[]): string {
  const tables = transactions.map(({ table, lines }) => `*${table}\n${lines.join('\n')}\nCOMMIT\n${sign}\n`)
  return [`${sign}\n`, ...tables].join('')
}

function failureOf(
  length: number,
  transactions: readonly Transaction[],
  committed: number,
  stderr: string,
  exitCode: number | null,
  linesBefore: number,
): BatchError {
  const outcomes: Outcome[] = new Array<Outcome>(length).fill('not-run')
  let line = linesBefore + 2
  let failed: number | undefined
  for (const [at, transaction] of transactions.entries()) {
    if (at === committed) failed = findFailed(transaction, stderr, line)
    // Killed by a signal: the table may or may not have been committed, and the ones after it too.
    const outcome = at < committed ? 'done' : exitCode === null ? 'unknown' : 'not-run'
    for (const index of transaction.indexes) outcomes[index] = outcome
    line += transaction.lines.length + 3
  }
  return new BatchError(failed ?? length - 1, outcomes, readOutput(stderr), exitCode ?? undefined)
}

/** Which line of the table is meant; a failure at COMMIT may name any of them, or the COMMIT itself. */
function findFailed({ indexes }: Transaction, stderr: string, firstLine: number): number | undefined {
  const named = /(?:at line:|line) (\d+)/.exec(stderr)?.[1]
  const place = named === undefined ? 0 : Number(named) - firstLine - 1
  return indexes[Math.min(Math.max(place, 0), indexes.length - 1)]
}

function readOutput(stderr: string): string {
  return stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('Try `'))
    .join(' ')
    .trim()
}

/** One line of iptables-restore's input, split by its own parser: what it cannot carry is refused. */
export function encodeRestoreLine(args: readonly string[]): string {
  const line = args.map(encodeArgument).join(' ')
  if (Buffer.byteLength(line) > longestLine) {
    throw new PatchbayError('invalid-parameter', sentence`a rule of ${line.length} characters is too long for iptables`)
  }
  return line
}

function encodeArgument(arg: string): string {
  if (/\p{Cc}/u.test(arg) || arg === '' || Buffer.byteLength(arg) > longestArgument) {
    throw new PatchbayError('invalid-parameter', sentence`iptables cannot be given the argument ${shown(arg)}`)
  }
  return /^[\w.:/@%+=,!-]+$/.test(arg) ? arg : `"${arg.replace(/["\\]/g, '\\$&')}"`
}
