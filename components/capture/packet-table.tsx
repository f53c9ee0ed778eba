'use client'

import clsx from 'clsx'
import { useTranslations } from 'next-intl'
import { type KeyboardEvent, memo, useEffect, useRef } from 'react'
import type { PacketRow, PointView } from '@/server/observe/capture/contract'
import { type RowProps, VirtualTable } from '../tables/virtual-table'
import { EmptyState } from '../ui/empty-state'
import type { CaptureFeed } from './capture-feed'
import { LostPoints } from './capture-state'
import { endOf, protocolColour, secondsOf } from './packet-words'

interface Selection {
  readonly selected: number | null
  readonly onSelect: (number: number) => void
}

/** Packets of all points in the order of time. Arrow keys go from one to the next. */
export function PacketTable({
  feed,
  selected,
  onSelect,
  isFollowing,
}: { feed: CaptureFeed; isFollowing: boolean } & Selection) {
  const t = useTranslations('capture')
  const { rows, points } = feed
  const hasHops = points.length > 1

  function move(event: KeyboardEvent) {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step === 0 || selected === null) return
    const row = rows[selected - 1 + step]
    if (!row) return
    event.preventDefault()
    onSelect(row.number)
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the buttons in the rows take the focus, this hears their keys
    <div className="flex min-h-0 flex-1 flex-col" onKeyDown={move}>
      <LostPoints feed={feed} />
      <VirtualTable<PacketRow>
        label={t('table')}
        className="min-h-0 flex-1"
        minWidth={hasHops ? 920 : 800}
        followsEnd={isFollowing && selected === null}
        columns={[
          { key: 'number', header: t('column.number'), width: '68px', align: 'right' },
          { key: 'time', header: t('column.time'), width: '92px', align: 'right' },
          ...(hasHops ? [{ key: 'point', header: t('column.point'), width: '150px' }] : []),
          { key: 'source', header: t('column.source'), width: '14%' },
          { key: 'destination', header: t('column.destination'), width: '14%' },
          { key: 'protocol', header: t('column.protocol'), width: '92px' },
          { key: 'length', header: t('column.length'), width: '72px', align: 'right' as const },
          { key: 'info', header: t('column.info') },
        ]}
        items={rows}
        itemKey={rowKey}
        estimateHeight={rowHeight}
        empty={<EmptyState title={t('none')}>{t('noneHint')}</EmptyState>}
        renderItem={(row, rowProps) => (
          <Row
            key={row.number}
            row={row}
            rowProps={rowProps}
            point={hasHops ? points[row.point] : undefined}
            isSelected={row.number === selected}
            onSelect={onSelect}
          />
        )}
      />
    </div>
  )
}

const rowKey = ({ number }: PacketRow) => String(number)
const rowHeight = () => 25
const cell = 'h-[25px] truncate border-line border-b px-3 font-mono text-xs'

const Row = memo(function Row({
  row,
  rowProps,
  point,
  isSelected,
  onSelect,
}: {
  row: PacketRow
  rowProps: RowProps
  point: PointView | undefined
  isSelected: boolean
  onSelect: (number: number) => void
}) {
  const t = useTranslations('capture')
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (!isSelected) return
    button.current?.focus({ preventScroll: true })
    button.current?.closest('tr')?.scrollIntoView({ block: 'nearest' })
  }, [isSelected])
  return (
    <tr
      {...rowProps}
      aria-selected={isSelected}
      onClick={() => onSelect(row.number)}
      className={clsx('cursor-default', isSelected ? 'bg-accent-soft' : 'hover:bg-hover')}
    >
      <td className={clsx(cell, 'text-right text-faint')}>
        <button ref={button} type="button" aria-label={t('show', { number: row.number })} className="rounded">
          {row.number}
        </button>
      </td>
      <td className={clsx(cell, 'text-right text-muted')}>{secondsOf(row.atNs)}</td>
      {point && (
        <td className={cell} title={point.label}>
          <bdi>{point.label}</bdi>
        </td>
      )}
      <td className={cell} title={row.source}>
        {endOf(row.source, row.sourcePort)}
      </td>
      <td className={cell} title={row.destination}>
        {endOf(row.destination, row.destinationPort)}
      </td>
      <td className={cell}>
        <span
          aria-hidden="true"
          className="mr-1.5 inline-block size-2 rounded-xs"
          style={{ background: protocolColour(row.protocol) }}
        />
        {row.protocol}
      </td>
      <td className={clsx(cell, 'text-right text-muted')}>{row.length}</td>
      <td className={cell} title={row.info}>
        {row.tunnels > 0 && <span className="mr-1.5 text-faint">{t('inTunnel')}</span>}
        <bdi dir="ltr">{row.info}</bdi>
      </td>
    </tr>
  )
})
