'use client'

import clsx from 'clsx'
import { X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useId } from 'react'
import { AutomaticInput } from '../topology/automatic-input'
import { Field } from '../ui/field'
import { IconButton } from '../ui/icon-button'
import { Input } from '../ui/input'
import type { PoolField, PoolRow } from './pool-input'

export interface PlannedPool {
  readonly subnet: string
  readonly gateway: string
  readonly ipRange?: string | undefined
}

export interface PoolCardProps {
  row: PoolRow
  /** The only one of a network that is being made: it cannot go, and has no frame. */
  isBare: boolean
  /** What it will be where nothing is typed. */
  planned: PlannedPool | undefined
  errorOf: (field: PoolField) => string | null
  onChange: (change: Partial<PoolRow>) => void
  onRemove: () => void
}

/** One subnet with what belongs to it. */
export function PoolCard({ row, isBare, planned, errorOf, onChange, onRemove }: PoolCardProps) {
  const t = useTranslations('panel.edit')
  const wrong = errorOf('subnet')
  const id = useId()
  const noteId = `${id}-note`
  const subnet = {
    id,
    'aria-label': t('subnet'),
    'aria-describedby': wrong === null ? undefined : noteId,
    'aria-invalid': wrong === null ? undefined : (true as const),
  }
  const set = (field: 'subnet' | 'gateway' | 'ipRange' | 'kept') => (value: string) => onChange({ [field]: value })
  return (
    <div className={clsx('flex flex-col gap-2', !isBare && 'rounded-lg border border-line p-2.5')}>
      <div className="flex items-center gap-2">
        {row.kind === 'automatic' ? (
          <div className="flex-1">
            <AutomaticInput control={subnet} value={row.subnet} onChange={set('subnet')} automatic={planned?.subnet} />
          </div>
        ) : (
          <Input
            {...subnet}
            mono
            className="flex-1 read-only:border-transparent read-only:bg-transparent read-only:px-0 read-only:font-medium"
            readOnly={row.kind === 'there'}
            autoFocus={row.kind === 'new'}
            placeholder={t('subnetExample')}
            value={row.subnet}
            onChange={(event) => set('subnet')(event.target.value)}
          />
        )}
        {!isBare && (
          <IconButton label={t('removeSubnet', { subnet: row.subnet || (planned?.subnet ?? '') })} onClick={onRemove}>
            <X />
          </IconButton>
        )}
      </div>
      {wrong !== null && (
        <p id={noteId} role="alert" className="text-bad text-xs">
          {wrong}
        </p>
      )}
      <div className="grid grid-cols-2 gap-2">
        <Field label={t('gateway')} error={errorOf('gateway')}>
          {(control) => (
            <AutomaticInput
              control={control}
              value={row.gateway}
              onChange={set('gateway')}
              automatic={planned?.gateway ?? t('gatewayFirst')}
            />
          )}
        </Field>
        <Field label={t('ipRange')} error={errorOf('ipRange')}>
          {(control) => (
            <AutomaticInput
              control={control}
              value={row.ipRange}
              onChange={set('ipRange')}
              automatic={planned?.ipRange ?? t('rangeWhole')}
            />
          )}
        </Field>
      </div>
      <Field label={t('kept')} error={errorOf('auxAddresses')}>
        {(control) => (
          <Input
            {...control}
            mono
            value={row.kept}
            placeholder={t('keptExample')}
            onChange={(event) => set('kept')(event.target.value)}
          />
        )}
      </Field>
    </div>
  )
}
