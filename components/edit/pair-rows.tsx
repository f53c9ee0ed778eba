'use client'

import { Plus, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { Button } from '@/components/ui/button'
import { IconButton } from '@/components/ui/icon-button'
import { Input } from '@/components/ui/input'

/** A label as it is being typed. */
export interface PairRow {
  readonly key: number
  readonly name: string
  readonly value: string
}

export function pairRows(pairs: Readonly<Record<string, string>>): readonly PairRow[] {
  return Object.entries(pairs).map(([name, value], key) => ({ key, name, value }))
}

/** Rows without a name are not meant yet. */
export function pairsOf(rows: readonly PairRow[]): Record<string, string> {
  return Object.fromEntries(
    rows.filter(({ name }) => name.trim() !== '').map(({ name, value }) => [name.trim(), value]),
  )
}

/** Labels: names with values. */
export function LabelRows({
  rows,
  onChange,
}: {
  rows: readonly PairRow[]
  onChange: (rows: readonly PairRow[]) => void
}) {
  const t = useTranslations('panel.edit')
  const set = (key: number, change: Partial<PairRow>) =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...change } : row)))
  return (
    <fieldset className="flex flex-col gap-2">
      <div className="flex items-center justify-between">
        <legend className="font-medium text-muted text-sm">{t('labels')}</legend>
        <Button
          size="small"
          variant="ghost"
          onClick={() => onChange([...rows, { key: (rows.at(-1)?.key ?? 0) + 1, name: '', value: '' }])}
        >
          <Plus className="size-3.5" aria-hidden="true" />
          {t('addLabel')}
        </Button>
      </div>
      {rows.map(({ key, name, value }) => (
        <div key={key} className="grid grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)_auto] items-center gap-2">
          <Input
            mono
            aria-label={t('labelName')}
            placeholder={t('labelName')}
            value={name}
            onChange={(event) => set(key, { name: event.target.value })}
          />
          <span aria-hidden="true" className="text-faint">
            =
          </span>
          <Input
            mono
            aria-label={t('labelValue')}
            value={value}
            onChange={(event) => set(key, { value: event.target.value })}
          />
          <IconButton label={t('removeLabel')} onClick={() => onChange(rows.filter((row) => row.key !== key))}>
            <X />
          </IconButton>
        </div>
      ))}
    </fieldset>
  )
}
