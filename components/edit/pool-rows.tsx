'use client'

import { Plus } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useRef } from 'react'
import { Button } from '@/components/ui/button'
import { errorAt, type PlanError } from '../topology/plan-query'
import { type PlannedPool, PoolCard } from './pool-card'
import { freshRow, type PoolRow, plannedPool, poolErrorAt, poolFields } from './pool-input'

/** Inputs whose errors are told here. */
export const ofPools = ['pools', ...poolFields, 'ipv4', 'ipv6'] as const

export interface PoolRowsProps {
  rows: readonly PoolRow[]
  onChange: (rows: readonly PoolRow[]) => void
  error: PlanError | null
  /** What will be chosen where nothing is typed. */
  planned?: readonly PlannedPool[] | undefined
}

/** The subnets of a network, one a card; the only one of a network that is being made stands by itself. */
export function PoolRows({ rows, onChange, error, planned = [] }: PoolRowsProps) {
  const t = useTranslations('panel.edit')
  const add = useRef<HTMLButtonElement>(null)
  const errorOf = poolErrorAt(error, rows)
  const isElsewhere = rows.every(({ key }) => poolFields.every((field) => errorOf(key, field) === null))
  const isAlone = rows.length === 1 && rows[0]?.kind === 'automatic'
  const remove = (gone: number) => {
    onChange(rows.filter(({ key }) => key !== gone))
    add.current?.focus()
  }
  return (
    <fieldset className="flex flex-col gap-2">
      <div className="flex items-center justify-between">
        <legend className="font-medium text-muted text-sm">{t('subnets')}</legend>
        <Button ref={add} size="small" variant="ghost" onClick={() => onChange([...rows, freshRow(rows)])}>
          <Plus className="size-3.5" aria-hidden="true" />
          {t('addSubnet')}
        </Button>
      </div>
      {rows.map((row) => (
        <PoolCard
          key={row.key}
          row={row}
          isBare={isAlone}
          planned={plannedPool(row, rows, planned)}
          errorOf={(field) => errorOf(row.key, field)}
          onChange={(change) => onChange(rows.map((other) => (other === row ? { ...row, ...change } : other)))}
          onRemove={() => remove(row.key)}
        />
      ))}
      {isElsewhere && errorAt(error, ...ofPools) && (
        <p role="alert" className="text-bad text-xs">
          {error?.message}
        </p>
      )}
    </fieldset>
  )
}
