import { type ExplainTranslator, sentenceOf } from './explain-rule'
import { readNftCondition } from './nft-condition'
import { type NftToken, splitNft } from './nft-tokens'
import { readNftAction } from './nft-verdict'
import type { NetworkOfDevice, RuleConditions } from './rule-condition'

/** What has been read of a rule so far. */
export interface NftReading {
  readonly t: ExplainTranslator
  readonly networkOf: NetworkOfDevice
  readonly conditions: RuleConditions
  /** What becomes of the packet, in the rule's order: "are logged", "are dropped". */
  readonly actions: string[]
  /** Which address was asked for last: a port of the same side is told with it. */
  lastPlace: 'source' | 'destination' | null
}

/**
 * Says in one sentence what a rule does that nft prints, as `explainRule` does for those of iptables. Pure. What it does
 * not know it quotes, so that the sentence never leaves a condition out.
 */
export function explainNft(rule: string, t: ExplainTranslator, networkOf: NetworkOfDevice = () => undefined): string {
  const conditions: RuleConditions = { protocol: null, places: [], manners: [], comments: [] }
  const reading: NftReading = { t, networkOf, conditions, actions: [], lastPlace: null }
  let isCounted = false
  for (let rest: readonly NftToken[] = splitNft(rule); rest.length > 0; ) {
    isCounted ||= rest[0]?.text === 'counter'
    const read = readNftAction(rest, reading) || readNftCondition(rest, reading) || quote(rest, reading)
    rest = rest.slice(read)
  }
  const [last = t(isCounted ? 'targets.none' : 'targets.pass'), ...before] = reading.actions.reverse()
  return sentenceOf(
    conditions,
    before.reduce((right, left) => t('and', { left, right }), last),
    t,
  )
}

const begins = new Set(
  `counter comment accept drop return continue jump goto reject masquerade snat dnat redirect notrack queue log limit
  meta ct ip ip6 tcp udp iif iifname oif oifname`.split(/\s+/),
)

/** Up to what is known again. */
function quote(tokens: readonly NftToken[], { t, conditions, actions }: NftReading): number {
  const from = firstEnd(tokens)
  const end = tokens.findIndex(
    ({ text }, at) => at >= from && begins.has(text) && !joins.has(tokens[at - 1]?.text ?? ''),
  )
  const quoted = tokens.slice(0, end < 0 ? tokens.length : end)
  const text = quoted.map((token) => token.text).join(' ')
  if (quoted.some((token) => token.text === 'vmap' || token.text === 'set'))
    actions.push(t('targets.other', { target: text }))
  else conditions.manners.push(t('other', { text }))
  return quoted.length
}

/** Behind these the same thing goes on. */
const joins = new Set(['.', '&', '|', '^', '==', '!=', '<', '>', 'reply', 'original', 'set'])

/** `fib saddr . iif oif missing`: what is looked up names links, too. */
function firstEnd(tokens: readonly NftToken[]): number {
  if (tokens[0]?.text !== 'fib') return 1
  return 2 + tokens.findIndex(({ text }, at) => /^(oif|oifname|type)$/.test(text) && tokens[at - 1]?.text !== '.')
}
