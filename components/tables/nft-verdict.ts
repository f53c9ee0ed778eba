import type { NftReading } from './explain-nft'
import type { NftToken } from './nft-tokens'

/** Reads what becomes of a packet, at the beginning of `tokens`. Gives how many of them that is; 0: something else. */
export function readNftAction(tokens: readonly NftToken[], { t, conditions, actions }: NftReading): number {
  const [head, next] = tokens
  const rest = untilComment(tokens)
  const behind = (word: string) => textOf(rest.slice(rest.findIndex(({ text }) => text === word) + 1))
  const act = (words: string, length = rest.length) => {
    actions.push(words)
    return length
  }
  switch (head?.text) {
    case 'counter':
      return next?.text === 'name' ? 3 : 1
    case 'comment':
      if (next && !next.value.startsWith('patchbay:')) conditions.comments.push(next.value)
      return 2
    case 'accept':
    case 'drop':
    case 'return':
      return act(t(`targets.${head.text}`), 1)
    case 'continue':
      return act(t('targets.pass'), 1)
    case 'jump':
    case 'goto':
      return act(t('targets.jump', { chain: next?.value ?? '' }), 2)
    case 'reject':
      return act(t('targets.reject', { answer: rest.length > 1 ? behind('with') : 'port-unreachable' }))
    case 'dnat':
    case 'snat':
      return act(t(`targets.${head.text}`, { address: behind('to') }))
    case 'masquerade':
    case 'notrack':
      return act(t(`targets.${head.text}`))
    case 'redirect':
      return act(
        next?.text === 'to'
          ? t('targets.redirect', { port: behind('to').replace(/^:/, '') })
          : t('targets.redirectHere'),
      )
    case 'log':
      return act(t('targets.logged'), 1 + 2 * countPairs(rest))
    case 'queue':
    case 'tproxy':
    case 'add':
    case 'update':
    case 'delete':
    case 'dup':
    case 'fwd':
    case 'synproxy':
    case 'flow':
      return act(t('targets.other', { target: textOf(rest) }))
    default:
      return 0
  }
}

export function textOf(tokens: readonly NftToken[]): string {
  return tokens.map(({ text }) => text).join(' ')
}

function untilComment(tokens: readonly NftToken[]): readonly NftToken[] {
  const end = tokens.findIndex(({ text }) => text === 'comment')
  return end < 0 ? tokens : tokens.slice(0, end)
}

const logOptions = new Set(['prefix', 'level', 'group', 'snaplen', 'queue-threshold', 'flags'])

function countPairs(log: readonly NftToken[]): number {
  let pairs = 0
  while (logOptions.has(log[1 + 2 * pairs]?.text ?? '')) pairs += 1
  return pairs
}
