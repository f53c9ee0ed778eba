'use client'

import clsx from 'clsx'
import { Signpost } from 'lucide-react'
import Link from 'next/link'
import { useFormatter, useTranslations } from 'next-intl'
import type { QueryView } from '@/server/dns/contract'
import { clockTime } from '../i18n/clock-time'
import { AnswerText, Cause } from '../names/cause'
import { filterQueries, queryKey, shownCodes, shownTypes } from '../names/query-feed'
import { useQueries } from '../names/use-queries'
import { TraceLink } from '../trace/trace-link'
import { useSnapshot } from '../trpc/snapshot'
import { Badge } from '../ui/badge'
import { EmptyState } from '../ui/empty-state'
import { Select } from '../ui/select'
import { Spinner } from '../ui/spinner'
import { plainText } from '../wiring/plain-text'
import { useAddressState } from './address-state'
import { FilterChips } from './filter-chips'
import { LiveControl } from './live-control'
import { SearchField } from './search-field'
import { TablePage } from './table-page'
import { type RowProps, VirtualTable } from './virtual-table'

/** What containers ask the resolver, and what it answers. */
export function Dns() {
  const t = useTranslations('names')
  const { feed, state, setPaused } = useQueries()
  const { parameters, change } = useAddressState()
  const filter = {
    container: parameters.get('container') ?? '',
    types: parameters.getAll('type'),
    codes: parameters.getAll('code'),
    search: (parameters.get('q') ?? '').trim().toLowerCase(),
  }
  const queries = filterQueries(feed?.queries ?? [], filter)
  const isNarrowed = queries !== feed?.queries
  return (
    <TablePage
      title={t('title')}
      aside={
        feed !== undefined &&
        feed.missed > 0 && <span className="text-warn text-xs">{t('missed', { count: feed.missed })}</span>
      }
      tools={
        <>
          <AskerSelect value={filter.container} onChange={(container) => change({ container })} />
          <FilterChips
            label={t('types')}
            chips={[...shownTypes.map((value) => ({ value, label: value })), { value: 'other', label: t('otherType') }]}
            selected={filter.types}
            onChange={(type) => change({ type })}
          />
          <FilterChips
            label={t('codes')}
            chips={shownCodes.map((value) => ({ value, label: t(`code.${value}`) }))}
            selected={filter.codes}
            onChange={(code) => change({ code })}
          />
          <SearchField label={t('search')} initial={parameters.get('q') ?? ''} onSearch={(q) => change({ q })} />
          <LiveControl state={state} onPause={setPaused} />
        </>
      }
    >
      {feed === undefined ? (
        <EmptyState icon={<Spinner />} title={t('waiting')} />
      ) : (
        <VirtualTable<QueryView>
          label={t('table')}
          className="min-h-0 flex-1"
          minWidth={880}
          columns={[
            { key: 'time', header: t('time'), width: '84px' },
            { key: 'container', header: t('container'), width: '13%' },
            { key: 'name', header: t('question') },
            { key: 'type', header: t('type'), width: '84px' },
            { key: 'answer', header: t('answer'), width: '23%' },
            { key: 'from', header: t('from'), width: '22%' },
            { key: 'took', header: t('took'), width: '88px', align: 'right' },
          ]}
          items={queries}
          itemKey={queryKey}
          estimateHeight={() => 45}
          empty={
            <EmptyState icon={<Signpost />} title={isNarrowed ? t('noneFound') : t('none')}>
              {isNarrowed ? t('noneFoundHint') : t('noneHint')}
            </EmptyState>
          }
          renderItem={(query, rowProps) => <QueryRow key={queryKey(query)} query={query} rowProps={rowProps} />}
        />
      )}
    </TablePage>
  )
}

const everybody = '*'

function AskerSelect({ value, onChange }: { value: string; onChange: (container: string) => void }) {
  const t = useTranslations('names')
  const names = useSnapshot(({ containers }) =>
    Object.values(containers)
      .filter(({ origin }) => origin === 'patchbay')
      .map(({ name }) => name)
      .sort(),
  )
  const known = value === '' || names.includes(value) ? names : [value, ...names]
  return (
    <div className="w-44 shrink-0">
      <Select
        aria-label={t('asker')}
        className="h-7! text-sm"
        value={value === '' ? everybody : value}
        onValueChange={(name) => onChange(name === everybody ? '' : name)}
        options={[{ value: everybody, label: t('everybody') }, ...known.map((name) => ({ value: name, label: name }))]}
      />
    </div>
  )
}

const cellClass = 'min-h-8 border-line border-b px-3 py-1.5 align-top'

function QueryRow({ query, rowProps }: { query: QueryView; rowProps: RowProps }) {
  const t = useTranslations('names')
  const format = useFormatter()
  return (
    <tr {...rowProps} className="group hover:bg-hover">
      <td className={clsx(cellClass, 'whitespace-nowrap font-mono text-muted text-xs')}>
        {format.dateTime(new Date(query.at), clockTime)}
      </td>
      <td className={clsx(cellClass, 'truncate')}>
        {query.container === null ? (
          <span className="text-faint">{t('gone')}</span>
        ) : (
          <Link href={`/?select=${query.container.id}`} className="rounded hover:underline">
            {query.container.name}
          </Link>
        )}
        <bdi className="block truncate text-faint text-xs">{query.networks.join(', ')}</bdi>
      </td>
      <td className={clsx(cellClass, 'font-mono text-xs [overflow-wrap:anywhere]')}>
        {query.name === '' && query.type === '' ? (
          <span className="font-sans text-faint">{t('unread')}</span>
        ) : (
          <bdi dir="ltr">{query.name === '' ? '.' : plainText(query.name)}</bdi>
        )}
      </td>
      <td className={cellClass}>
        <span className="flex flex-wrap items-center gap-1 font-mono text-xs">
          {query.type}
          {query.transport === 'tcp' && <Badge>{t('tcp')}</Badge>}
        </span>
      </td>
      <td className={clsx(cellClass, 'break-words')}>
        <span className="flex items-start gap-1">
          <span className="min-w-0 flex-1">
            <AnswerText query={query} />
          </span>
          {query.container !== null && (query.type === 'A' || query.type === 'AAAA') && (
            <TraceLink
              draft={{ from: `container:${query.container.id}`, to: `name:${query.name}` }}
              what="name"
              look="icon"
              className="-my-1 opacity-0 focus-visible:opacity-100 group-hover:opacity-100"
            />
          )}
        </span>
      </td>
      <td className={clsx(cellClass, 'break-words text-xs')}>
        <Cause cause={query.cause} />
      </td>
      <td className={clsx(cellClass, 'whitespace-nowrap text-right font-mono text-muted text-xs')}>
        {t('ms', { ms: format.number(query.durationMs, { maximumFractionDigits: query.durationMs < 1 ? 2 : 0 }) })}
      </td>
    </tr>
  )
}
