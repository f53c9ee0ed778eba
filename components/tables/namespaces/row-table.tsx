'use client'

import clsx from 'clsx'
import { Rows3 } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { memo, useDeferredValue, useMemo } from 'react'
import type { TableName, TableRows } from '@/server/observe/tables/rows'
import { EmptyState } from '../../ui/empty-state'
import { Spinner } from '../../ui/spinner'
import { useAddressState } from '../address-state'
import { useClock } from '../clock'
import { FilterChips } from '../filter-chips'
import { LiveControl } from '../live-control'
import { glowOf } from '../rule-row'
import { SearchField } from '../search-field'
import { useSorting } from '../sorting'
import { type RowProps, VirtualTable } from '../virtual-table'
import { isolated } from './isolated'
import { createRowFilter } from './list-rows'
import type { LiveRow, RowFeed } from './row-feed'
import { TableNotice } from './table-notice'
import type { ColumnSpec, Place, TableSpec } from './table-spec'
import { useTableRows } from './use-table-rows'

/** A table of a namespace, live, with its filters. */
export function RowTable<Name extends TableName>(props: {
  table: Name
  place: Place
  spec: TableSpec<TableRows[Name]>
}) {
  const { table, place, spec } = props
  const name: TableName = table
  const t = useTranslations('namespaces')
  const { parameters, change } = useAddressState()
  const search = (parameters.get('q') ?? '').trim().toLowerCase()
  const { feed, searched, state, setPaused } = useTableRows({ namespace: place.id, table, search }, spec.sign)
  const chips = parameters.getAll('only')
  const isNarrowed = search !== '' || chips.length > 0
  return (
    <>
      <div className="flex shrink-0 flex-wrap items-center gap-2 px-4 py-2">
        {spec.chips.length > 0 && (
          <FilterChips label={t('filter')} chips={spec.chips} selected={chips} onChange={(only) => change({ only })} />
        )}
        <div className="ml-auto flex flex-wrap items-center gap-2">
          <SearchField label={t('search')} initial={parameters.get('q') ?? ''} onSearch={(q) => change({ q })} />
          {feed?.isGone !== true && <LiveControl state={state} onPause={setPaused} />}
        </div>
      </div>
      {feed && <TableNotice feed={feed} searched={searched} />}
      {feed === undefined || (feed.failure !== null && feed.rows.size === 0) ? (
        feed === undefined && <EmptyState icon={<Spinner />} title={t('waiting')} />
      ) : (
        <Rows
          label={t(`table.${name}`)}
          feed={feed}
          spec={spec}
          filter={{ search, chips }}
          isHeld={state === 'paused' || feed.isGone}
          empty={
            <EmptyState icon={<Rows3 />} title={isNarrowed ? t('noneFound') : t('none')}>
              {isNarrowed ? t('noneFoundHint') : t('noneHint')}
            </EmptyState>
          }
        />
      )}
    </>
  )
}

function Rows<Name extends TableName>(props: {
  label: string
  feed: RowFeed<TableRows[Name]>
  spec: TableSpec<TableRows[Name]>
  filter: { search: string; chips: readonly string[] }
  isHeld: boolean
  empty: React.ReactNode
}) {
  type Row = TableRows[Name]
  const { label, feed, spec, filter, isHeld, empty } = props
  const now = useClock(!isHeld)
  const values = useMemo(
    () =>
      Object.fromEntries(
        spec.columns.map(({ key, value, order }) => [key, ({ row }: LiveRow<Row>) => (order ?? value)(row)]),
      ),
    [spec],
  )
  const { sort, head, order } = useSorting<LiveRow<Row>, string>(values, spec.columns[0]?.key ?? '')
  const select = useMemo(() => createRowFilter(spec), [spec])
  const search = useDeferredValue(filter.search)
  const chips = filter.chips.join(' ')
  // biome-ignore lint/correctness/useExhaustiveDependencies: sort follows from order and values
  const items = useMemo(
    () => sort(select(feed.rows.values(), { search, chips: chips.split(' ') })),
    [feed.rows, select, search, chips, order, values],
  )
  return (
    <VirtualTable<LiveRow<Row>>
      label={label}
      className={clsx('min-h-0 flex-1', feed.isGone && 'opacity-60')}
      minWidth={spec.minWidth}
      columns={spec.columns.map(({ key, header, width, align }) => ({
        ...{ key, header, sort: head(key) },
        ...(width === undefined ? {} : { width }),
        ...(align === undefined ? {} : { align }),
      }))}
      items={items}
      itemKey={({ row }) => row.key}
      estimateHeight={() => spec.rowHeight}
      empty={empty}
      renderItem={(live, rowProps) => (
        <SpecRow
          key={live.row.key}
          row={live.row}
          columns={spec.columns as readonly ColumnSpec<never>[]}
          glow={glowOf(live, now)}
          now={spec.ticks === true ? now : 0}
          rowProps={rowProps}
        />
      )}
    />
  )
}

const SpecRow = memo(function SpecRow(props: {
  row: object
  columns: readonly ColumnSpec<never>[]
  glow: string | undefined
  /** Another one draws the row again. */
  now: number
  rowProps: RowProps
}) {
  const { row, columns, glow, rowProps } = props
  return (
    <tr {...rowProps} className={clsx('group hover:bg-hover', glow)}>
      {columns.map(({ key, align, value, cell }) => (
        <td
          key={key}
          className={clsx(
            'border-line border-b px-3 py-1.5 align-top font-mono text-xs leading-5 [overflow-wrap:anywhere]',
            align === 'right' && 'text-right',
          )}
        >
          {cell ? cell(row as never) : isolated(String(value(row as never)))}
        </td>
      ))}
    </tr>
  )
})
