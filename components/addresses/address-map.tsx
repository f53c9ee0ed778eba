'use client'

import clsx from 'clsx'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useSnapshot } from '@/components/trpc/snapshot'
import type { NetworkView } from '@/server/observe/snapshot'
import { useSay } from '../i18n/use-say'
import { useAmounts } from '../tables/amount'
import { networkColour } from '../ui/network-colour'
import { AddressGrid } from './address-grid'
import { type Block, countUse, formatBlock, parseBlock } from './blocks'
import { HeldAddresses } from './held-addresses'
import { type Holder, holdersOf, type Pool } from './holders'

export interface AddressMapProps {
  network: NetworkView
  /** An endpoint was chosen. */
  onSelect: (endpointId: string) => void
  /** Squares in a row. */
  columns?: 16 | 32
}

/** Who holds which address of a network: its pools, one below the other. */
export function AddressMap({ network, onSelect, columns = 16 }: AddressMapProps) {
  const say = useSay()
  const t = useTranslations('panel.addressMap')
  return (
    <div className="flex flex-col gap-5" style={{ '--net': networkColour(network.colour) } as React.CSSProperties}>
      {network.collisions?.map(say).map((sentence) => (
        <p key={sentence} className="rounded-md bg-warn-soft px-3 py-2 text-sm text-warn">
          {sentence}
        </p>
      ))}
      {network.pools.length === 0 && <p className="text-faint text-sm">{t('none')}</p>}
      {network.pools.map((pool) => (
        <PoolMap key={pool.subnet} network={network} pool={pool} columns={columns} onSelect={onSelect} />
      ))}
    </div>
  )
}

interface PoolMapProps extends Required<AddressMapProps> {
  pool: Pool
}

function PoolMap({ network, pool, columns, onSelect }: PoolMapProps) {
  const t = useTranslations('panel.addressMap')
  const endpoints = useSnapshot((snapshot) => snapshot.endpoints)
  const containers = useSnapshot((snapshot) => snapshot.containers)
  const host = useSnapshot((snapshot) => snapshot.host)
  const holders = holdersOf(network, pool, { endpoints, containers, host }, useSay())
  const subnet = parseBlock(pool.subnet)
  const range = parseBlock(pool.ipRange ?? pool.subnet)
  return (
    <section aria-label={t('title', { subnet: pool.subnet })} className="flex flex-col gap-2">
      {subnet && range ? (
        <Ipv4Map {...{ subnet, range, holders, columns, onSelect }} hasRange={pool.ipRange !== undefined} />
      ) : (
        <>
          <h4 className="font-mono text-ink text-xs">{pool.subnet}</h4>
          <p className="text-muted text-xs">
            {t('held', { count: holders.size })}
            {pool.ipRange !== undefined && ` · ${t('range', { range: pool.ipRange })}`}
          </p>
          <HeldAddresses holders={holders} onSelect={onSelect} />
        </>
      )}
    </section>
  )
}

interface Ipv4MapProps {
  subnet: Block
  range: Block
  hasRange: boolean
  holders: ReadonlyMap<string, Holder>
  columns: 16 | 32
  onSelect: (endpointId: string) => void
}

/** A block that is looked into is one of the last one's squares; the way back is in the line above. */
function Ipv4Map({ subnet, range, hasRange, holders, columns, onSelect }: Ipv4MapProps) {
  const t = useTranslations('panel.addressMap')
  const amounts = useAmounts()
  const [way, setWay] = useState<readonly Block[]>([])
  const view = way.at(-1) ?? subnet
  const use = countUse(subnet, range, holders)
  const figures = { used: amounts.count(use.used), size: amounts.count(use.size), share: shareOf(use.used, use.size) }
  return (
    <>
      <div className="flex flex-wrap items-baseline gap-x-1.5 font-mono text-xs">
        {[subnet, ...way].map((block, at) => (
          <span key={formatBlock(block)} className="flex items-baseline gap-1.5">
            {at > 0 && <span className="text-faint">›</span>}
            {at < way.length ? (
              <button
                type="button"
                className="rounded text-accent hover:underline"
                onClick={() => setWay(way.slice(0, at))}
              >
                {formatBlock(block)}
              </button>
            ) : (
              <span className="text-ink">{formatBlock(block)}</span>
            )}
          </span>
        ))}
      </div>
      <p className="text-muted text-xs tabular-nums">
        {t('use', figures)}
        {hasRange &&
          ` · ${t('useInRange', {
            range: formatBlock(range),
            used: amounts.count(use.usedInRange),
            size: amounts.count(use.rangeSize),
          })}`}
      </p>
      <AddressGrid
        key={formatBlock(view)}
        {...{ view, subnet, range, holders, columns, onSelect }}
        onOpen={(block) => setWay([...way, block])}
      />
      <Legend hasRange={hasRange} holders={holders} isZoomed={view.prefix >= 24} />
    </>
  )
}

const legends = ['container', 'gateway', 'aux', 'reserved', 'host'] as const

function Legend({
  hasRange,
  holders,
  isZoomed,
}: {
  hasRange: boolean
  holders: ReadonlyMap<string, Holder>
  isZoomed: boolean
}) {
  const t = useTranslations('panel.addressMap')
  const kinds = new Set([...holders.values()].map(({ kind }) => kind))
  return (
    <ul className="flex flex-wrap gap-x-3 gap-y-1 text-2xs text-faint">
      {legends
        .filter((kind) => isZoomed && kinds.has(kind))
        .map((kind) => (
          <li key={kind} className="flex items-center gap-1">
            <span aria-hidden="true" className={clsx('address-cell static', `address-${kind}`)} />
            {t(`kind.${kind}`)}
          </li>
        ))}
      {!isZoomed && (
        <li className="flex items-center gap-1">
          <span aria-hidden="true" className="address-cell static address-some" />
          {t('some')}
        </li>
      )}
      <li className="flex items-center gap-1">
        <span aria-hidden="true" className="address-cell static" />
        {t('free')}
      </li>
      {hasRange && (
        <li className="flex items-center gap-1">
          <span aria-hidden="true" className="address-cell static address-outside" />
          {t('outside')}
        </li>
      )}
    </ul>
  )
}

function shareOf(used: number, size: number): string {
  const share = (used / size) * 100
  return share > 0 && share < 0.1 ? '< 0.1 %' : `${share < 10 ? share.toFixed(1) : Math.round(share)} %`
}
