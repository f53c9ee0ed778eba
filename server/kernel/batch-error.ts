import type { Said } from '../cnm/sentence'

/** What is known of one command of a batch that failed. */
export type Outcome = 'done' | 'unknown' | 'not-run'

/** A batch in which a command failed: which one, what it said, and how far each command got. */
export class BatchError extends Error {
  readonly failedIndex: number
  readonly outcomes: readonly Outcome[]
  readonly output: string
  /** The message as people read it. */
  readonly told: Said
  readonly exitCode: number | undefined

  constructor(failedIndex: number, outcomes: readonly Outcome[], output: Said, exitCode?: number) {
    const text = String(output)
    super(text.trim() || 'failed without a word')
    this.name = 'BatchError'
    this.failedIndex = failedIndex
    this.outcomes = outcomes
    this.output = text
    this.told = typeof output === 'string' ? this.message : output
    this.exitCode = exitCode
  }
}

/** The usual case: everything before the failed command is done, nothing after it was run. */
export function outcomesAround(failedIndex: number, length: number, ofFailed: Outcome): Outcome[] {
  return Array.from({ length }, (_, index) =>
    index < failedIndex ? 'done' : index === failedIndex ? ofFailed : 'not-run',
  )
}
