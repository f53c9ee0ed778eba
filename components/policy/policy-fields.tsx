'use client'

import { Plus } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Fold } from '../topology/fold'
import { Button } from '../ui/button'
import { Checkbox } from '../ui/checkbox'
import { addRule, moveRule, type PolicyDraft } from './policy-draft'
import { RuleFields } from './rule-fields'

export interface PolicyFieldsProps {
  draft: PolicyDraft
  onChange: (draft: PolicyDraft) => void
  /** The network that is being made, which its rules may name already. */
  self?: string
}

/** A switch each way and the rules in their order, one a row. */
export function PolicyFields({ draft, onChange, self }: PolicyFieldsProps) {
  const t = useTranslations('panel.policy')
  const { rules } = draft
  return (
    <>
      {(['ingress', 'egress'] as const).map((direction) => (
        <Checkbox
          key={direction}
          label={t(`deny.${direction}`)}
          checked={draft[direction] === 'deny'}
          onCheckedChange={(denies) => onChange({ ...draft, [direction]: denies ? 'deny' : 'allow' })}
        />
      ))}
      <ol className="flex flex-col gap-2">
        {rules.map((rule, at) => (
          <RuleFields
            key={rule.key}
            rule={rule}
            number={at + 1}
            count={rules.length}
            {...(self === undefined ? {} : { self })}
            onChange={(next) => onChange({ ...draft, rules: rules.map((one) => (one.key === rule.key ? next : one)) })}
            onMove={(by) => onChange(moveRule(draft, rule.key, by))}
            onRemove={() => onChange({ ...draft, rules: rules.filter(({ key }) => key !== rule.key) })}
          />
        ))}
      </ol>
      <Button size="small" className="self-start" onClick={() => onChange(addRule(draft))}>
        <Plus className="size-3.5" aria-hidden="true" />
        {t('addRule')}
      </Button>
      <p className="text-faint text-xs">{t('orderHint')}</p>
    </>
  )
}

interface PolicyFoldProps extends PolicyFieldsProps {
  holder: 'network' | 'container'
  error: string | null
}

/** The policy of something that is being made: most have none. */
export function PolicyFold({ holder, error, ...fields }: PolicyFoldProps) {
  const t = useTranslations('panel.policy')
  return (
    <Fold title={t('title')} forced={error !== null}>
      <fieldset className="flex flex-col gap-3 rounded-lg border border-line p-3 pt-2">
        <legend className="px-1 text-faint text-xs">{t(`legend.${holder}`)}</legend>
        {error !== null && (
          <p role="alert" className="text-bad text-xs">
            {error}
          </p>
        )}
        <PolicyFields {...fields} />
      </fieldset>
    </Fold>
  )
}
