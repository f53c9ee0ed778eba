'use client'

import { Plus, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Button } from '@/components/ui/button'
import { IconButton } from '@/components/ui/icon-button'
import { Input } from '@/components/ui/input'
import { Select } from '@/components/ui/select'
import type { PortRow } from './port-draft'

const protocols = (['tcp', 'udp', 'sctp'] as const).map((value) => ({ value, label: value }))

export interface PortRowsProps {
  rows: readonly PortRow[]
  onChange: (rows: readonly PortRow[]) => void
  error: string | null
}

/** Ports of the host that lead to ports of the container. */
export function PortRows({ rows, onChange, error }: PortRowsProps) {
  const t = useTranslations('panel.createContainer')
  const set = (key: number, change: Partial<PortRow>) =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...change } : row)))
  const digits = (text: string) => text.replace(/\D/g, '').slice(0, 5)
  return (
    <fieldset className="flex flex-col gap-2">
      <div className="flex items-center justify-between">
        <legend className="font-medium text-muted text-sm">{t('ports')}</legend>
        <Button
          size="small"
          variant="ghost"
          onClick={() =>
            onChange([
              ...rows,
              {
                key: (rows.at(-1)?.key ?? 0) + 1,
                host: '',
                containerPort: rows.length === 0 ? '80' : '',
                protocol: 'tcp',
              },
            ])
          }
        >
          <Plus className="size-3.5" aria-hidden="true" />
          {t('addPort')}
        </Button>
      </div>
      {rows.map((row) => (
        <div key={row.key} className="grid grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)_84px_auto] items-center gap-2">
          <Input
            mono
            aria-label={t('hostPort')}
            placeholder={row.automatic ?? t('hostPortAutomatic')}
            title={t('hostPortHint')}
            value={row.host}
            onChange={(event) => set(row.key, { host: event.target.value })}
          />
          <span aria-hidden="true" className="text-faint">
            →
          </span>
          <Input
            mono
            inputMode="numeric"
            aria-label={t('containerPort')}
            placeholder={t('containerPort')}
            value={row.containerPort}
            onChange={(event) => set(row.key, { containerPort: digits(event.target.value) })}
          />
          <Select
            aria-label={t('protocol')}
            value={row.protocol}
            onValueChange={(protocol) => set(row.key, { protocol })}
            options={protocols}
          />
          <IconButton label={t('removePort')} onClick={() => onChange(rows.filter(({ key }) => key !== row.key))}>
            <X />
          </IconButton>
        </div>
      ))}
      {error !== null && (
        <p role="alert" className="text-bad text-xs">
          {error}
        </p>
      )}
    </fieldset>
  )
}
