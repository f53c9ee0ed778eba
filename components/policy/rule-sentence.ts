import { useTranslations } from 'next-intl'
import { hasPorts, type RuleDraft } from './policy-draft'

/** What a rule does, in one sentence. */
export function useRuleSentence(): (rule: RuleDraft) => string {
  const t = useTranslations('panel.policy')
  return ({ action, direction, kind, value, protocol, ports }) => {
    const who = t(`who.${kind}`, { value: value === '' ? '…' : value })
    const what =
      protocol === 'any'
        ? t('everything')
        : hasPorts(protocol) && ports.trim() !== ''
          ? t('protocolPorts', { protocol: protocol.toUpperCase(), ports })
          : t('protocolOnly', { protocol: protocol.toUpperCase() })
    return t(`sentence.${action}.${direction}`, { what, who })
  }
}
