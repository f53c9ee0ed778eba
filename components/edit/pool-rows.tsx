'use client'

import { Plus, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { IconButton } from '@/components/ui/icon-button'
import { Input } from '@/components/ui/input'
import { freshRow, type PoolRow } from './pool-input'

export interface PoolRowsProps {
  rows: readonly PoolRow[]
  onChange: (rows: readonly PoolRow[]) => void
  error: string | null
}

export function PoolRows({ rows, onChange, error }: PoolRowsProps) {
  const t = useTranslations('panel.edit')
  const set = (key: number, change: Partial<PoolRow>) =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...change } : row)))
  return (
    <fieldset className="flex flex-col gap-2">
      <div className="flex items-center justify-between">
        <legend className="font-medium text-muted text-sm">{t('subnets')}</legend>
        <Button size="small" variant="ghost" onClick={() => onChange([...rows, freshRow(rows)])}>
          <Plus className="size-3.5" aria-hidden="true" />
          {t('addSubnet')}
        </Button>
      </div>
      {rows.map((row) => (
        <div key={row.key} className="flex flex-col gap-2 rounded-lg border border-line p-2.5">
          <div className="flex items-center gap-2">
            <Input
              mono
              className="flex-1 read-only:border-transparent read-only:bg-transparent read-only:px-0 read-only:font-medium"
              aria-label={t('subnet')}
              readOnly={row.isThere}
              placeholder={t('subnetExample')}
              value={row.subnet}
              onChange={(event) => set(row.key, { subnet: event.target.value })}
            />
            <IconButton
              label={t('removeSubnet', { subnet: row.subnet })}
              onClick={() => onChange(rows.filter(({ key }) => key !== row.key))}
            >
              <X />
            </IconButton>
          </div>
          <div className="grid grid-cols-2 gap-2">
            {(['gateway', 'ipRange'] as const).map((field) => (
              <Field key={field} label={t(field)}>
                {(control) => (
                  <Input
                    {...control}
                    mono
                    value={row[field]}
                    placeholder={field === 'gateway' ? t('gatewayFirst') : t('rangeWhole')}
                    onChange={(event) => set(row.key, { [field]: event.target.value })}
                  />
                )}
              </Field>
            ))}
          </div>
          <Field label={t('kept')}>
            {(control) => (
              <Input
                {...control}
                mono
                value={row.kept}
                placeholder={t('keptExample')}
                onChange={(event) => set(row.key, { kept: event.target.value })}
              />
            )}
          </Field>
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
