import type { createTranslator } from 'next-intl'
import type { RuleView } from '@/server/observe/snapshot'
import type { Messages } from '../i18n/messages'
import { type NetworkOfDevice, type RuleConditions, readConditions } from './rule-condition'
import { explainVerdict } from './rule-verdict'

/** `useTranslations('tables.explain')`, or `createTranslator` with that namespace. */
export type ExplainTranslator = ReturnType<typeof createTranslator<Messages, 'tables.explain'>>

export type ExplainedRule = Pick<RuleView, 'match' | 'target' | 'targetArgs' | 'isJump'>

/**
 * Says in one sentence what a rule does, in the translator's language. Pure. What it does not know
 * it quotes as iptables prints it, so that the sentence never leaves a condition out.
 */
export function explainRule(
  rule: ExplainedRule,
  t: ExplainTranslator,
  networkOf: NetworkOfDevice = () => undefined,
): string {
  return sentenceOf(readConditions(rule.match, t, networkOf), explainVerdict(rule, t), t)
}

export function sentenceOf(conditions: RuleConditions, verdict: string, t: ExplainTranslator): string {
  const { protocol, places, manners, comments } = conditions
  const who = protocol === null ? t('packets') : t('protocolPackets', { protocol })
  const asked = [places.reduce(pairWith(t, 'beside'), ''), manners.reduce(pairWith(t, 'and'), '')]
    .filter((part) => part !== '')
    .reduce(pairWith(t, 'beside'), '')
  const sentence =
    asked === '' && protocol === null
      ? t('everyPacket', { verdict })
      : asked === ''
        ? t('unconditional', { who, verdict })
        : t('sentence', { who, conditions: asked, verdict })
  return beautify(comments.length === 0 ? sentence : t('commented', { sentence, comment: comments.join(', ') }))
}

/** A capital at the start, and the thin gap that Chinese typography keeps between Han and Latin. */
function beautify(sentence: string): string {
  const spaced = sentence
    .replace(/(\p{Script=Han})([\p{Script=Latin}\d!-])/gu, '$1 $2')
    .replace(/([\p{Script=Latin}\d+*}])(\p{Script=Han})/gu, '$1 $2')
  return spaced.charAt(0).toUpperCase() + spaced.slice(1)
}

function pairWith(t: ExplainTranslator, key: 'beside' | 'and') {
  return (left: string, right: string) => (left === '' ? right : t(key, { left, right }))
}
