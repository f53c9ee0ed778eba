'use client'

import { useTranslations } from 'next-intl'
import type { ControlProps } from '@/components/ui/field'
import { Input } from '@/components/ui/input'

export interface AutomaticInputProps {
  control: ControlProps
  value: string
  onChange: (value: string) => void
  /** What it will be where nothing is typed. */
  automatic: string | undefined
  autoFocus?: boolean
}

/** A field that need not be filled in: what will be chosen stands in it, and that it is automatic. */
export function AutomaticInput({ control, value, onChange, automatic, autoFocus }: AutomaticInputProps) {
  const t = useTranslations('common')
  return (
    <div className="relative">
      <Input
        {...control}
        mono
        autoFocus={autoFocus ?? false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        placeholder={automatic ?? ''}
      />
      {value === '' && (
        <span className="pointer-events-none absolute inset-y-0 right-2.5 flex items-center text-faint text-xs">
          {t('automatic')}
        </span>
      )}
    </div>
  )
}
