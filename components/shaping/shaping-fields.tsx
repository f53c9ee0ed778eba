'use client'

import { useTranslations } from 'next-intl'
import { useSay } from '../i18n/use-say'
import type { PlanError } from '../topology/plan-query'
import { Button } from '../ui/button'
import { Field } from '../ui/field'
import { Input } from '../ui/input'
import { type FlowDraft, type Preset, possible, presets, type ShapingBounds, type ShapingDraft } from './shaping-draft'

export interface ShapingFieldsProps {
  draft: ShapingDraft
  onChange: (draft: ShapingDraft) => void
  error: PlanError | null
  /** Undefined until it is known. */
  bounds: ShapingBounds | undefined
}

const directions = ['toContainer', 'fromContainer'] as const
const parts = [
  { name: 'rate', field: 'bitsPerSecond', lack: 'bitsPerSecond', placeholder: '10 Mbit' },
  { name: 'delay', field: 'delayMs', lack: 'delayMs', placeholder: '0' },
  { name: 'jitter', field: 'jitterMs', lack: 'delayMs', placeholder: '0' },
  { name: 'loss', field: 'lossPercent', lack: 'lossPercent', placeholder: '0' },
] as const

/** Both directions side by side; what this kernel cannot do is said before it is tried, and cannot be typed. */
export function ShapingFields({ draft, onChange, error, bounds }: ShapingFieldsProps) {
  const t = useTranslations('balance.shaping')
  const say = useSay()
  const missing = [...new Set(Object.values(bounds?.lacks ?? {}).flatMap((lack) => (lack === null ? [] : [say(lack)])))]
  return (
    <div className="flex flex-col gap-3">
      <fieldset aria-label={t('presets')} className="flex flex-wrap items-center gap-1.5">
        <span className="text-faint text-xs">{t('presets')}</span>
        {(Object.keys(presets) as Preset[]).map((preset) => (
          <Button
            key={preset}
            size="small"
            disabled={bounds === undefined}
            onClick={() => bounds && onChange(possible(presets[preset], bounds))}
          >
            {t(`preset.${preset}`)}
          </Button>
        ))}
      </fieldset>
      {missing.map((sentence) => (
        <p key={sentence} className="rounded-md bg-warn-soft px-2.5 py-1.5 text-warn text-xs">
          {t('lacks', { sentence })}
        </p>
      ))}
      <div className="grid grid-cols-2 gap-x-3 gap-y-2">
        {directions.map((direction) => (
          <h4 key={direction} className="font-medium text-muted text-xs">
            {t(direction)}
          </h4>
        ))}
        {parts.map(({ name, field, lack, placeholder }) =>
          directions.map((direction) => (
            <FlowField
              key={`${name} ${direction}`}
              label={t(name)}
              within={t(direction)}
              value={draft[direction][name]}
              placeholder={placeholder}
              isDisabled={bounds?.lacks[lack] != null}
              error={error?.field === `shaping.${direction}.${field}` ? error.message : null}
              onChange={(value) => onChange(withPart(draft, direction, name, value))}
            />
          )),
        )}
        <Field label={t('mtu')} error={error?.field === 'shaping.mtu' ? error.message : null}>
          {(control) => (
            <Input
              {...control}
              mono
              inputMode="numeric"
              placeholder={bounds?.mtu ? t('mtuOfNetwork', { mtu: String(bounds.mtu) }) : t('mtuAutomatic')}
              value={draft.mtu}
              onChange={(event) => onChange({ ...draft, mtu: event.target.value })}
            />
          )}
        </Field>
      </div>
    </div>
  )
}

function withPart(
  draft: ShapingDraft,
  direction: (typeof directions)[number],
  name: keyof FlowDraft,
  value: string,
): ShapingDraft {
  return { ...draft, [direction]: { ...draft[direction], [name]: value } }
}

interface FlowFieldProps {
  label: string
  /** Which direction, for who does not see the columns. */
  within: string
  value: string
  placeholder: string
  isDisabled: boolean
  error: string | null
  onChange: (value: string) => void
}

function FlowField({ label, within, value, placeholder, isDisabled, error, onChange }: FlowFieldProps) {
  return (
    <Field
      label={
        <>
          {label} <span className="sr-only">{within}</span>
        </>
      }
      error={error}
    >
      {(control) => (
        <Input
          {...control}
          mono
          value={value}
          placeholder={placeholder}
          disabled={isDisabled}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  )
}
