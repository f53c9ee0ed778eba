'use client'

import { useTranslations } from 'next-intl'
import { Field } from '../ui/field'
import { Input } from '../ui/input'

export interface PriorityFieldProps {
  value: string
  onChange: (value: string) => void
  error: string | null
}

/** Which of a container's networks has the default route. */
export function PriorityField({ value, onChange, error }: PriorityFieldProps) {
  const t = useTranslations('panel.edit')
  return (
    <Field label={t('priority')} hint={t('priorityHint')} error={error}>
      {(control) => (
        <Input
          {...control}
          mono
          inputMode="numeric"
          value={value}
          onChange={(event) => onChange(event.target.value.replace(/[^\d-]/g, '').slice(0, 9))}
        />
      )}
    </Field>
  )
}
