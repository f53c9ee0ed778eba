'use client'

import { useSubscription } from '@trpc/tanstack-react-query'
import clsx from 'clsx'
import { Rows3 } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useTRPC } from '../trpc/client'
import { Badge } from '../ui/badge'
import { CopyButton } from '../ui/copy-button'
import { EmptyState } from '../ui/empty-state'
import { Spinner } from '../ui/spinner'
import { plainText } from '../wiring/plain-text'
import { useAddressState } from './address-state'
import { useClock } from './clock'
import { ageOf, type FdbFeed, type LiveFdbEntry, lifeLeft, mergeFdbEvent } from './fdb-feed'
import { entryTypes, type FdbItem, listFdbItems } from './fdb-list'
import { FilterChips } from './filter-chips'
import { useHeldFeed } from './held-feed'
import { LiveControl } from './live-control'
import { OwnerLink } from './owner-link'
import { glowOf } from './rule-row'
import { SearchField } from './search-field'
import { TablePage } from './table-page'
import { type RowProps, VirtualTable } from './virtual-table'

/** The MAC table of every bridge on the host. */
export function Fdb() {
  const t = useTranslations('tables.fdb')
  const { feed, state, setPaused } = useFdb()
  const { parameters, change } = useAddressState()
  const now = useClock(state !== 'paused')
  const filter = { types: parameters.getAll('type'), search: (parameters.get('q') ?? '').trim().toLowerCase() }
  const isNarrowed = filter.types.length > 0 || filter.search !== ''
  return (
    <TablePage
      title={t('title')}
      tools={
        <>
          <FilterChips
            label={t('filter')}
            chips={entryTypes.map((value) => ({ value, label: t(`types.${value}`) }))}
            selected={filter.types}
            onChange={(type) => change({ type })}
          />
          <SearchField label={t('search')} initial={parameters.get('q') ?? ''} onSearch={(q) => change({ q })} />
          <LiveControl state={state} onPause={setPaused} />
        </>
      }
    >
      {feed === undefined ? (
        <EmptyState icon={<Spinner />} title={t('waiting')} />
      ) : (
        <VirtualTable<FdbItem>
          label={t('name')}
          className="min-h-0 flex-1"
          columns={[
            { key: 'port', header: t('port'), width: '160px' },
            { key: 'mac', header: t('mac'), width: '196px' },
            { key: 'owner', header: t('container') },
            { key: 'type', header: t('type'), width: '104px' },
            { key: 'age', header: t('age'), width: '200px' },
          ]}
          items={listFdbItems(feed, filter)}
          itemKey={(item) => `${item.type} ${item.key}`}
          estimateHeight={() => 33}
          empty={
            <EmptyState icon={<Rows3 />} title={isNarrowed ? t('noneFound') : t('none')}>
              {isNarrowed ? t('noneFoundHint') : t('noneHint')}
            </EmptyState>
          }
          renderItem={(item, rowProps) =>
            item.type === 'bridge' ? (
              <BridgeRow key={`bridge ${item.key}`} item={item} rowProps={rowProps} />
            ) : (
              <EntryRow
                key={`entry ${item.key}`}
                live={item.live}
                ageingSeconds={item.bridge.ageingSeconds}
                now={now}
                rowProps={rowProps}
              />
            )
          }
        />
      )}
    </TablePage>
  )
}

function useFdb() {
  const { take, live } = useHeldFeed<FdbFeed>()
  const subscription = useTRPC().fdb.watch.subscriptionOptions(undefined, {
    onData: (event) => take((feed) => mergeFdbEvent(feed, event, Date.now())),
  })
  return live(useSubscription(subscription).status)
}

function BridgeRow({ item, rowProps }: { item: Extract<FdbItem, { type: 'bridge' }>; rowProps: RowProps }) {
  const t = useTranslations('tables.fdb')
  const { bridge } = item
  return (
    <tr {...rowProps}>
      <th scope="colgroup" colSpan={5} className="border-line border-b bg-ground px-3 py-1.5 text-left font-normal">
        <div className="flex items-center gap-3">
          <span className="font-medium font-mono text-ink text-sm">{plainText(bridge.name)}</span>
          <OwnerLink owner={bridge.owner} />
          <span className="text-faint text-xs">
            {t('bridgeFacts', { ports: bridge.ports.length, seconds: bridge.ageingSeconds })}
          </span>
        </div>
      </th>
    </tr>
  )
}

const cellClass = 'h-8 border-line border-b px-3'

function EntryRow({
  live,
  ageingSeconds,
  now,
  rowProps,
}: {
  live: LiveFdbEntry
  ageingSeconds: number
  now: number
  rowProps: RowProps
}) {
  const t = useTranslations('tables.fdb')
  const { entry } = live
  return (
    <tr {...rowProps} className={clsx('group hover:bg-hover', glowOf(live, now))}>
      <td className={clsx(cellClass, 'truncate font-mono text-muted text-xs')}>{plainText(entry.port)}</td>
      <td className={clsx(cellClass, 'font-mono text-xs')}>
        <span className="flex items-center gap-1">
          <span className={entry.type === 'local' ? 'text-muted' : 'text-ink'}>{entry.mac}</span>
          {entry.vlan !== null && <Badge mono>{t('vlan', { id: entry.vlan })}</Badge>}
          <CopyButton
            text={entry.mac}
            what={entry.mac}
            className="opacity-0 focus-visible:opacity-100 group-hover:opacity-100"
          />
        </span>
      </td>
      <td className={clsx(cellClass, 'truncate')}>
        <OwnerLink owner={entry.owner} />
      </td>
      <td className={cellClass}>
        <Badge tone={entry.type === 'learned' ? 'accent' : 'neutral'}>{t(`types.${entry.type}`)}</Badge>
      </td>
      <td className={cellClass}>
        <Age seconds={ageOf(live, now)} left={lifeLeft(live, ageingSeconds, now)} />
      </td>
    </tr>
  )
}

/** Runs out as the entry ages; what stays says so. */
function Age({ seconds, left }: { seconds: number | null; left: number | null }) {
  const t = useTranslations('tables.fdb')
  if (seconds === null || left === null) return <span className="text-faint text-xs">{t('permanent')}</span>
  return (
    <span className="flex items-center gap-2.5">
      <span aria-hidden="true" className="h-1 flex-1 overflow-hidden rounded-full bg-line">
        <span
          className={clsx(
            'block h-full origin-left rounded-full transition-transform duration-1000 ease-linear',
            left < 0.15 ? 'bg-warn' : 'bg-accent',
          )}
          style={{ transform: `scaleX(${left})` }}
        />
      </span>
      <span className="w-12 text-right font-mono text-muted text-xs">
        {t('seconds', { seconds: Math.round(seconds) })}
      </span>
    </span>
  )
}
