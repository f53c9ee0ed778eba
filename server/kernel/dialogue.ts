import type { ChildProcess } from 'node:child_process'

/** The program ended, or took too long, before it had answered. */
export class DialogueEnded extends Error {
  /** What it had answered to this question. */
  readonly lines: readonly string[]
  readonly stderr: string
  /** Lines written to this process before this question. */
  readonly linesBefore: number
  readonly exitCode: number | null

  constructor(lines: readonly string[], stderr: string, linesBefore: number, exitCode: number | null, reason: string) {
    super(stderr.trim() || reason)
    this.name = 'DialogueEnded'
    this.lines = lines
    this.stderr = stderr
    this.linesBefore = linesBefore
    this.exitCode = exitCode
  }
}

export interface Reply {
  readonly lines: readonly string[]
  readonly stderr: string
}

export interface Question {
  /** Whole lines. */
  readonly text: string
  /** Told every line of the answer; true at the last one. */
  isLast(line: string): boolean
  /** So long it may say nothing; absent: as long as the dialogue allows. */
  readonly patienceMs?: number
}

/**
 * A program kept open: whole lines go in, whole lines come out. Starts at the first question, and anew
 * at the next one after it has ended. One question at a time; others wait.
 */
export interface Dialogue {
  ask(question: Question): Promise<Reply>
  /** Ends the process once the question under way has been answered. It may be asked again. */
  recycle(): Promise<void>
  /** Ends the process for good. */
  close(): Promise<void>
  readonly pid: number | undefined
}

interface Partner {
  readonly child: ChildProcess
  linesWritten: number
  stdout: string
  stderr: string
  exitCode: number | null
  hasEnded: boolean
  readonly ended: Promise<void>
  notify: () => void
}

/** What a shell says of a program that it cannot start. */
const notStarted = 127

/** A program that says nothing for so long hangs, and is ended; however long all takes that it says on the way. */
export function createDialogue(startProcess: () => ChildProcess, timeoutMs = 20_000): Dialogue {
  let partner: Partner | undefined
  let tail: Promise<unknown> = Promise.resolve()
  let isClosed = false

  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = tail.then(work)
    tail = result.catch(() => undefined)
    return result
  }

  async function end(): Promise<void> {
    const leaving = partner
    partner = undefined
    if (leaving === undefined || leaving.hasEnded) return
    leaving.child.stdin?.end()
    const timer = setTimeout(() => leaving.child.kill('SIGKILL'), 1000)
    await leaving.ended
    clearTimeout(timer)
  }

  return {
    get pid() {
      return partner?.child.pid
    },
    ask: (question) =>
      inTurn(async () => {
        if (isClosed) throw new DialogueEnded([], '', 0, null, 'is closed')
        if (partner === undefined || partner.hasEnded) partner = meet(startProcess())
        return converse(partner, question, question.patienceMs ?? timeoutMs)
      }),
    recycle: () => inTurn(end),
    close: () => {
      isClosed = true
      return inTurn(end)
    },
  }
}

function meet(child: ChildProcess): Partner {
  let finish: () => void = () => undefined
  const partner: Partner = {
    child,
    linesWritten: 0,
    stdout: '',
    stderr: '',
    exitCode: null,
    hasEnded: false,
    ended: new Promise((resolve) => {
      finish = resolve
    }),
    notify: () => undefined,
  }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    partner.stdout += text
    partner.notify()
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    partner.stderr += text
  })
  // A process that ends does not read what is still written to it: how it ended tells more than EPIPE.
  child.stdin?.on('error', () => undefined)
  const end = (exitCode: number | null) => {
    partner.hasEnded = true
    partner.exitCode = exitCode
    partner.notify()
    finish()
  }
  child.on('error', (error) => {
    partner.stderr += error.message
    end(notStarted)
  })
  child.on('close', end)
  return partner
}

function converse(partner: Partner, question: Question, timeoutMs: number): Promise<Reply> {
  const linesBefore = partner.linesWritten
  const lines: string[] = []
  partner.stderr = ''
  return new Promise((resolve, reject) => {
    let reason = 'ended without an answer'
    const timer = setTimeout(() => {
      reason = `said nothing for ${timeoutMs} ms`
      partner.child.kill('SIGKILL')
    }, timeoutMs)
    const settle = (act: () => void) => {
      clearTimeout(timer)
      partner.notify = () => undefined
      act()
    }
    partner.notify = () => {
      for (const line of takeLines(partner)) {
        lines.push(line)
        timer.refresh()
        if (question.isLast(line)) {
          settle(() => resolve({ lines, stderr: partner.stderr }))
          return
        }
      }
      if (!partner.hasEnded) return
      settle(() => reject(new DialogueEnded(lines, partner.stderr, linesBefore, partner.exitCode, reason)))
    }
    partner.linesWritten += question.text.split('\n').length - 1
    partner.child.stdin?.write(question.text)
    partner.notify()
  })
}

function* takeLines(partner: Partner): Generator<string> {
  for (;;) {
    const end = partner.stdout.indexOf('\n')
    if (end < 0) return
    const line = partner.stdout.slice(0, end)
    partner.stdout = partner.stdout.slice(end + 1)
    yield line
  }
}
