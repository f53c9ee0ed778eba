import type { Command, FirewallProgram } from '../plan/plan'
import { createDialogue, DialogueEnded } from './dialogue'
import { ruleRemoverProgram } from './rule-remover-program'
import { start } from './run'

type FirewallCommand = Command & { program: FirewallProgram }

/**
 * Removes rules of the daemon's namespace by their handles: iptables fetches and reads every rule of a chain to find one,
 * which with 500 networks takes 60 ms; what is looked for here is the owner's mark alone.
 */
export interface RuleRemover {
  /**
   * True: all these rules are gone, in one transaction. False: nothing was done, as these are not all rules that their
   * owners have in those chains, or not kept by nf_tables; iptables can tell.
   */
  remove(commands: readonly FirewallCommand[]): Promise<boolean>
  close(): Promise<void>
}

const families: Readonly<Record<FirewallProgram, number>> = { iptables: 2, ip6tables: 10 }

export function createRuleRemover(): RuleRemover {
  const dialogue = createDialogue(() => start('perl', ['-e', ruleRemoverProgram]))
  const ask = async (question: string) =>
    (await dialogue.ask({ text: `${question}\n`, isLast: () => true })).lines[0] ?? ''

  /** Its process may have died before it did anything, or after all of it: another one sees which. */
  async function askAgain(question: string, error: unknown): Promise<boolean> {
    if (!(error instanceof DialogueEnded)) throw error
    const answer = await ask(question).catch(() => '')
    return answer === 'done' || answer === 'gone'
  }

  return {
    remove: async (commands) => {
      const question = questionOf(commands)
      if (question === undefined) return false
      const answer = ask(question)
      return answer.then(
        (said) => said === 'done',
        (error) => askAgain(question, error),
      )
    },
    close: () => dialogue.close(),
  }
}

/** Undefined where something else than marked rules is to go. */
function questionOf(commands: readonly FirewallCommand[]): string | undefined {
  const counts = new Map<string, number>()
  for (const { table, args } of commands) {
    const [verb, chain = ''] = args
    const mark = args[args.indexOf('--comment') + 1] ?? ''
    if (verb !== '-D' || !/^patchbay:[\w.-]+$/.test(mark) || !/^[\w.-]+$/.test(chain)) return undefined
    const group = [table, chain, mark].join('\t')
    counts.set(group, (counts.get(group) ?? 0) + 1)
  }
  const [first] = commands
  return first && [families[first.program], ...[...counts].map(([group, count]) => `${group}\t${count}`)].join('\t')
}
