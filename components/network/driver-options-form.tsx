'use client'

import { useTranslations } from 'next-intl'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Select } from '@/components/ui/select'
import { optionFields } from './driver-options'
import { useDriverWords } from './driver-words'
import { HostLinkField } from './host-link-field'

export interface DriverOptionsProps {
  driver: string
  schema: Readonly<Record<string, unknown>>
  values: Readonly<Record<string, string>>
  onChange: (values: Readonly<Record<string, string>>) => void
  /** A sentence that names its option itself. */
  error: string | null
  /** Options that cannot be changed any more, and are left out. */
  fixed?: readonly string[]
}

const unset = 'unset'

/** A form for whatever options a driver's schema has; no driver has a form of its own. */
export function DriverOptions({ driver, schema, values, onChange, error, fixed = [] }: DriverOptionsProps) {
  const t = useTranslations('panel.createNetwork')
  const words = useDriverWords()
  const fields = optionFields(schema).filter(({ key }) => !fixed.includes(key))
  if (fields.length === 0) return null
  const set = (key: string, value: string) => {
    const { [key]: _, ...rest } = values
    onChange(value === '' ? rest : { ...rest, [key]: value })
  }
  return (
    <fieldset className="flex flex-col gap-3 rounded-lg border border-line p-3 pt-2">
      <legend className="px-1 text-faint text-xs">{t('options')}</legend>
      {error !== null && (
        <p role="alert" className="text-bad text-xs">
          {error}
        </p>
      )}
      <div className="grid grid-cols-2 gap-3">
        {fields.map(({ key, label, description, choices, isHostLink }) => (
          <Field key={key} label={<span title={key}>{label}</span>} hint={words.option(driver, { label, description })}>
            {(control) =>
              isHostLink ? (
                <HostLinkField
                  control={control}
                  label={label}
                  value={values[key] ?? ''}
                  onChange={(value) => set(key, value)}
                />
              ) : choices.length > 0 ? (
                <Select
                  {...control}
                  value={values[key] ?? unset}
                  onValueChange={(value) => set(key, value === unset ? '' : value)}
                  options={[
                    { value: unset, label: t('optionUnset') },
                    ...choices.map((choice) => ({ value: choice, label: choice })),
                  ]}
                />
              ) : (
                <Input {...control} mono value={values[key] ?? ''} onChange={(event) => set(key, event.target.value)} />
              )
            }
          </Field>
        ))}
      </div>
    </fieldset>
  )
}
