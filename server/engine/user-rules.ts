import { isDeepStrictEqual } from 'node:util'
import { type Family, familyNames } from '../cnm/address'
import { PatchbayError } from '../cnm/errors'
import { shown } from '../cnm/names'
import { type Said, sentence } from '../cnm/sentence'
import { chains } from '../firewall/base'
import { splitArguments } from '../kernel/firewall-save'
import type { KernelObject } from '../plan/object'
import type { Plan, Step } from '../plan/plan'
import { perform, preview } from './change'
import type { EngineContext } from './context'
import type { Change, ChangeOptions, UserRules, UserRulesInput } from './contract'

const mostRules = 500

/** What stands in the administrator's chain now, whoever put it there. */
export async function readUserRules(ctx: EngineContext, family: Family): Promise<UserRules> {
  return { family, rules: (await current(ctx, family)).map(textOf) }
}

/**
 * Puts these rules in the place of those that are there. Nothing is recorded: the chain is the administrator's, by
 * whatever hand, and what it holds is what the kernel says.
 */
export async function updateUserRules(
  ctx: EngineContext,
  { family, rules, former }: UserRulesInput,
  options: ChangeOptions,
): Promise<Change<UserRules>> {
  if (rules.length > mostRules)
    throw invalid(sentence`${rules.length} rules are too many for one chain; at most ${mostRules} fit`)
  const wanted = rules.map((text, at) => parseRule(text, at + 1))
  return ctx.locks.run(['user rules'], async () => {
    const present = await current(ctx, family)
    if (former !== undefined && !isDeepStrictEqual(present.map(textOf), former)) {
      throw new PatchbayError(
        'conflict',
        sentence`${chains.user} was changed by somebody else meanwhile; look at it again, then save`,
        { field: 'rules' },
      )
    }
    await ctx.kernel.checkRules(chains.user, wanted, programFamily(family).family)
    const change = {
      result: { family, rules: wanted.map(textOf) },
      intent: { verb: 'firewall.update' as const, subjects: [chains.user, familyNames[family]], records: {} },
      plan: planOf(family, wanted, present),
    }
    const whole = { ...change, intent: { ...change.intent, actor: options.actor } }
    if (options.dryRun) return preview(ctx, whole)
    // As the kernel has them: a rule typed in short is read back in full.
    return { ...(await perform(ctx, whole)), result: await readUserRules(ctx, family) }
  })
}

async function current(ctx: EngineContext, family: Family): Promise<readonly string[][]> {
  const isThere = family === 'ipv4' || ctx.host.before().ipv6 !== undefined
  const rules = isThere ? await ctx.kernel.readChain(chains.user, programFamily(family).family) : undefined
  if (rules) return rules
  throw new PatchbayError(
    'unavailable',
    family === 'ipv6'
      ? sentence`there is no ${chains.user} for IPv6 yet; it comes with the first network that has IPv6`
      : sentence`there is no ${chains.user} in this host's firewall; repair the drift first`,
    { field: 'family' },
  )
}

/** What begins alike stays, with its counters; the rest is taken out and put anew. iptables finds a rule by its words, and of two alike the first. */
function planOf(family: Family, wanted: readonly string[][], present: readonly string[][]): Plan {
  const hasTwins = new Set(present.map(textOf)).size < present.length
  const firstOther = present.findIndex((args, at) => !isDeepStrictEqual(args, wanted[at]))
  const alike = hasTwins ? 0 : firstOther < 0 ? present.length : firstOther
  const objectOf = (args: readonly string[]): KernelObject => ({
    ...{ kind: 'rule', netns: 'host', table: 'filter', chain: chains.user, args },
    ...programFamily(family),
  })
  if (isDeepStrictEqual(wanted, present)) return { steps: [] }
  return {
    steps: [
      ...present.slice(alike).map((args): Step => ({ verb: 'remove', object: objectOf(args) })),
      ...wanted.slice(alike).map((args): Step => ({ verb: 'add', object: objectOf(args) })),
    ],
  }
}

function programFamily(family: Family): { family?: 'ipv6' } {
  return family === 'ipv6' ? { family } : {}
}

/** As one would type it, and as `parseRule` reads it. */
function textOf(args: readonly string[]): string {
  return args.map((arg) => (/[\s"\\]/.test(arg) || arg === '' ? `"${arg.replace(/["\\]/g, '\\$&')}"` : arg)).join(' ')
}

/** Options whose value may look like an option. */
const freeText = new Set(['--comment', '--log-prefix', '--nflog-prefix', '--string', '--hex-string'])
const shortOptions = /^-[psdjgiofm]/
/** iptables understands these, and any beginning of them, as commands of its own rather than as parts of a rule. */
const commands = [
  ...['append', 'delete', 'insert', 'replace', 'list', 'list-rules', 'flush', 'zero', 'new-chain', 'delete-chain'],
  ...['policy', 'rename-chain', 'check', 'table', 'modprobe', 'wait', 'version', 'help', 'verbose', 'numeric', 'exact'],
]

/** "-s 10.0.0.0/8 -p tcp --dport 22 -j DROP". Throws for what is no rule, or more than one. */
export function parseRule(text: string, number: number): string[] {
  const rule = sentence`rule ${number}`
  if (/\p{Cc}/u.test(text)) throw invalid(sentence`${rule} holds a line break or another control character`)
  const args = splitArguments(text.trim())
  if (args.length === 0) throw invalid(sentence`${rule} is empty; remove it, or say what it matches and where it leads`)
  for (const [at, arg] of args.entries()) {
    if (!arg.startsWith('-') || freeText.has(args[at - 1] ?? '')) continue
    if (isPartOfRule(arg)) continue
    throw invalid(
      sentence`${rule} has ${shown(arg)}, which is no part of a rule; it is to be like -s 10.0.0.0/8 -p tcp --dport 22 -j DROP`,
    )
  }
  return args
}

function isPartOfRule(arg: string): boolean {
  if (!arg.startsWith('--')) return shortOptions.test(arg)
  const name = arg.slice(2).split('=')[0] ?? ''
  return name.length > 1 && !commands.some((command) => command.startsWith(name))
}

function invalid(message: Said): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field: 'rules' })
}
