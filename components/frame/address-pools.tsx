'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { planError } from '../topology/plan-query'
import { useTRPC, useTRPCClient } from '../trpc/client'
import { Button } from '../ui/button'
import { IconButton } from '../ui/icon-button'
import { Input } from '../ui/input'
import { toast } from '../ui/toast'

interface Row {
  readonly base: string
  readonly size: string
}

/** The ranges that automatic subnets are cut from: those in effect, changed in place. */
export function AddressPools() {
  const trpc = useTRPC()
  const pools = useQuery(trpc.host.addressPools.queryOptions())
  if (!pools.data) return null
  const { inEffect, origin } = pools.data
  return <PoolForm key={JSON.stringify(pools.data)} inEffect={inEffect} origin={origin} />
}

interface PoolFormProps {
  inEffect: readonly { base: string; size: number }[]
  origin: 'builtin' | 'environment' | 'setting'
}

function PoolForm({ inEffect, origin }: PoolFormProps) {
  const t = useTranslations('frame.settings')
  const client = useTRPCClient()
  const queries = useQueryClient()
  const trpc = useTRPC()
  const [rows, setRows] = useState<readonly Row[]>(() => inEffect.map(({ base, size }) => ({ base, size: `${size}` })))
  const [error, setError] = useState<string | null>(null)
  const isChanged =
    JSON.stringify(rows) !== JSON.stringify(inEffect.map(({ base, size }) => ({ base, size: `${size}` })))
  const change = (at: number, part: Partial<Row>) =>
    setRows(rows.map((row, index) => (index === at ? { ...row, ...part } : row)))

  async function save(defaultPools: { base: string; size: number }[]) {
    setError(null)
    try {
      await client.host.update.mutate({ defaultPools })
      await queries.invalidateQueries(trpc.host.addressPools.queryFilter())
      toast.done(t('poolsSaved'))
    } catch (reason) {
      setError(planError(reason).message)
    }
  }

  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        void save(rows.map(({ base, size }) => ({ base: base.trim(), size: Number(size.replace('/', '')) })))
      }}
    >
      <p className="text-muted text-sm">{t('poolsHint')}</p>
      <p className="text-faint text-xs">{t(`poolsOrigin.${origin}`)}</p>
      <ul className="flex flex-col gap-1.5">
        {rows.map((row, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
          <li key={at} className="grid grid-cols-[minmax(0,1fr)_88px_120px_28px] items-center gap-2">
            <Input
              mono
              aria-label={`${t('poolBase')} ${at + 1}`}
              value={row.base}
              onChange={(event) => change(at, { base: event.target.value })}
            />
            <Input
              mono
              aria-label={`${t('poolSize')} ${at + 1}`}
              value={row.size}
              onChange={(event) => change(at, { size: event.target.value })}
            />
            <span className="text-faint text-xs">
              {countOf(row) !== null && t('poolCount', { count: countOf(row) ?? 0 })}
            </span>
            <IconButton
              label={t('removePool', { base: row.base })}
              size="small"
              onClick={() => setRows(rows.filter((_, index) => index !== at))}
            >
              <X />
            </IconButton>
          </li>
        ))}
      </ul>
      {error !== null && (
        <p role="alert" className="text-bad text-xs">
          {error}
        </p>
      )}
      <div className="flex gap-2">
        <Button size="small" onClick={() => setRows([...rows, { base: '', size: '24' }])}>
          <Plus aria-hidden="true" className="size-3.5" />
          {t('addPool')}
        </Button>
        <Button size="small" variant="primary" type="submit" disabled={!isChanged}>
          {t('savePools')}
        </Button>
        {origin === 'setting' && (
          <Button size="small" variant="ghost" onClick={() => void save([])}>
            {t('resetPools')}
          </Button>
        )}
      </div>
    </form>
  )
}

/** How many subnets a range gives. */
function countOf({ base, size }: Row): number | null {
  const prefix = Number(base.split('/')[1] ?? Number.NaN)
  const length = Number(size.replace('/', ''))
  return length >= prefix && size !== '' ? 2 ** (length - prefix) : null
}
