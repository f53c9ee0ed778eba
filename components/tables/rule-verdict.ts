import type { ExplainedRule, ExplainTranslator } from './explain-rule'
import { parseOptions } from './rule-arguments'

/** Chains of policies are known by their names. */
function jumpWord(chain: string) {
  if (chain === 'PATCHBAY-POLICY') return 'policies'
  if (chain.startsWith('PATCHBAY-IN-')) return 'policyIn'
  return chain.startsWith('PATCHBAY-OUT-') ? 'policyOut' : 'jump'
}

/** What becomes of a packet that a rule matches: "are accepted", "go on to chain PATCHBAY". */
export function explainVerdict({ target, targetArgs, isJump }: ExplainedRule, t: ExplainTranslator): string {
  if (target === '') return t('targets.none')
  if (isJump) return t(`targets.${jumpWord(target)}`, { chain: target })
  const options = new Map(parseOptions(targetArgs).map((option) => [option.name, option.values.join(' ')]))
  switch (target) {
    case 'ACCEPT':
      return t('targets.accept')
    case 'DROP':
      return t('targets.drop')
    case 'RETURN':
      return t('targets.return')
    case 'REJECT':
      return t('targets.reject', { answer: options.get('--reject-with') ?? 'icmp-port-unreachable' })
    case 'DNAT':
      return t('targets.dnat', { address: options.get('--to-destination') ?? targetArgs })
    case 'SNAT':
      return t('targets.snat', { address: options.get('--to-source') ?? targetArgs })
    case 'MASQUERADE':
      return t('targets.masquerade')
    case 'REDIRECT':
      return t('targets.redirect', { port: options.get('--to-ports') ?? targetArgs })
    case 'LOG':
    case 'NFLOG':
      return t('targets.log')
    case 'MARK':
      return t('targets.mark', { mark: options.get('--set-xmark') ?? options.get('--set-mark') ?? targetArgs })
    case 'NOTRACK':
      return t('targets.notrack')
    default:
      return t('targets.other', { target: [target, targetArgs].filter((part) => part !== '').join(' ') })
  }
}
