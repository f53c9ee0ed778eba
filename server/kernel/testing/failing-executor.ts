import type { Command } from '../../plan/plan'
import type { Executor } from '../apply'
import { BatchError, outcomesAround } from '../batch-error'

/** `before`: the command fails without having run; `after`: it runs, and then nobody knows whether it did. */
export type Moment = 'before' | 'after'

export interface FailingExecutor extends Executor {
  /** Makes the n-th command from now (the first is 1) fail, once. */
  failAt(n: number, moment?: Moment): void
  /** Commands that were run or failed since `failAt`. */
  readonly count: number
}

/** Hands commands on to another executor until told to fail. */
export function createFailingExecutor(inner: Executor): FailingExecutor {
  let countdown = Number.POSITIVE_INFINITY
  let moment: Moment = 'before'
  let count = 0

  async function failWithin(commands: readonly Command[], index: number): Promise<never> {
    countdown = Number.POSITIVE_INFINITY
    const ran = commands.slice(0, moment === 'after' ? index + 1 : index)
    if (ran.length > 0) await inner.run(ran)
    const outcomes = outcomesAround(index, commands.length, moment === 'after' ? 'unknown' : 'not-run')
    throw new BatchError(index, outcomes, 'told to fail')
  }

  return {
    check: (command) => inner.check(command),
    run: (commands) => {
      count += commands.length
      if (countdown <= commands.length) return failWithin(commands, countdown - 1)
      countdown -= commands.length
      return inner.run(commands)
    },
    failAt: (n, when = 'before') => {
      countdown = n
      moment = when
      count = 0
    },
    get count() {
      return count
    },
  }
}
