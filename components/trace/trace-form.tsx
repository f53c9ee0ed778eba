'use client'

import { ArrowLeftRight, ArrowRight } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { type KeyboardEvent, useId } from 'react'
import { Choice } from '../ui/choice'
import { IconButton } from '../ui/icon-button'
import { Input } from '../ui/input'
import { protocols, type TraceDraft } from './place'
import { PlaceField } from './place-field'

/** From where to where, and with what. */
export function TraceForm({ draft, onChange }: { draft: TraceDraft; onChange: (draft: Partial<TraceDraft>) => void }) {
  const t = useTranslations('probe.form')
  const portId = useId()
  const isPortWrong = draft.port !== '' && !(Number(draft.port) >= 1 && Number(draft.port) <= 65_535)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out with what is beside it
    <div role="group" aria-label={t('label')} className="contents" onKeyDown={keepEnter}>
      <PlaceField label={t('from')} value={draft.from} kinds={['address']} onChange={(from) => onChange({ from })} />
      <ArrowRight aria-hidden="true" className="size-3.5 text-faint" />
      <PlaceField label={t('to')} value={draft.to} kinds={['name', 'address']} onChange={(to) => onChange({ to })} />
      <IconButton label={t('swap')} onClick={() => onChange({ from: draft.to, to: draft.from })}>
        <ArrowLeftRight className="size-3.5" />
      </IconButton>
      <Choice
        label={t('protocol')}
        showLabel={false}
        value={draft.protocol}
        onValueChange={(protocol) => onChange({ protocol })}
        options={protocols.map((value) => ({ value, label: t(`protocols.${value}`) }))}
      />
      {draft.protocol !== 'icmp' && (
        <div className="flex items-center gap-1.5">
          <label htmlFor={portId} className="text-muted text-sm">
            {t('port')}
          </label>
          <Input
            id={portId}
            mono
            inputMode="numeric"
            aria-invalid={isPortWrong || undefined}
            className="h-7! w-16! text-xs!"
            maxLength={5}
            value={draft.port}
            onChange={({ target }) => onChange({ port: target.value.trim() })}
          />
        </div>
      )}
      {draft.protocol !== 'icmp' && (
        <Choice
          label={t('connection')}
          showLabel={false}
          value={draft.connection}
          onValueChange={(connection) => onChange({ connection })}
          options={connections.map((value) => ({ value, label: t(`connections.${value}`) }))}
        />
      )}
    </div>
  )
}

const connections = ['new', 'existing'] as const

/** It may stand in the form of something else, which is not to be sent by it. */
function keepEnter(event: KeyboardEvent) {
  if (event.key === 'Enter' && event.target instanceof HTMLInputElement) event.preventDefault()
}
