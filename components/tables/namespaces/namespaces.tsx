'use client'

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Layers } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { type ComponentType, useMemo, useRef } from 'react'
import type { NamespaceView, TableCounts } from '@/server/observe/tables/rows'
import { useTRPC } from '../../trpc/client'
import { EmptyState } from '../../ui/empty-state'
import { Spinner } from '../../ui/spinner'
import { Tab, TabList, TabPanel, Tabs } from '../../ui/tabs'
import { useAddressState } from '../address-state'
import { useAmounts } from '../amount'
import { useAddressBook } from './address-book'
import { IptablesTable } from './iptables-table'
import { NamespaceList, NamespaceName } from './namespace-list'
import { findByRef, refOf } from './namespace-ref'
import type { TabName } from './row-links'
import { NftTable, SysctlTable } from './rule-tables'
import { AddressTable, FdbTable, NeighbourTable, RouteTable, RuleTable } from './state-tables'
import type { Place } from './table-spec'
import { FlowTable, SocketTable } from './traffic-tables'

const tables: readonly (readonly [TabName, ComponentType<{ place: Place }>])[] = [
  ['addresses', AddressTable],
  ['routes', RouteTable],
  ['rules', RuleTable],
  ['neighbours', NeighbourTable],
  ['fdb', FdbTable],
  ['sockets', SocketTable],
  ['flows', FlowTable],
  ['iptables', IptablesTable],
  ['nftables', NftTable],
  ['sysctls', SysctlTable],
]

const refreshMs = 3_000
/** What belongs to one table, and goes with it. */
const ofTable = { q: '', only: '', sort: '', in: '', chain: '', owner: '', counted: '', family: '', variant: '' }

/** The kernel's tables of any network namespace on this machine. */
export function Namespaces() {
  const t = useTranslations('namespaces')
  const { parameters, change } = useAddressState()
  const ref = parameters.get('ns') ?? 'host'
  const list = useQuery(useTRPC().namespace.list.queryOptions(undefined, { refetchInterval: refreshMs }))
  const last = useRef<{ ref: string; namespace: NamespaceView }>(undefined)
  const found = list.data === undefined ? undefined : findByRef(list.data, ref)
  if (found !== undefined) last.current = { ref, namespace: found }
  // What has gone stays in sight with its last rows until another one is chosen, or it is there again.
  const shown = found ?? (last.current?.ref === ref ? last.current.namespace : undefined)
  return (
    <div className="flex h-full min-h-0 bg-surface">
      <NamespaceList
        namespaces={list.data ?? []}
        current={shown === undefined ? ref : refOf(shown)}
        onChoose={(next) => change({ ...ofTable, ns: next }, { push: true })}
      />
      <section aria-label={t('tables')} className="flex min-w-0 flex-1 flex-col">
        {shown !== undefined && <NamespaceTablesView key={shown.id} namespace={shown} />}
        {shown === undefined && list.data === undefined && (
          <EmptyState icon={<Spinner />} title={list.error?.message ?? t('waiting')} />
        )}
        {shown === undefined && list.data !== undefined && (
          <EmptyState icon={<Layers />} title={t('unknown')}>
            {t('unknownHint')}
          </EmptyState>
        )}
      </section>
    </div>
  )
}

function NamespaceTablesView({ namespace }: { namespace: NamespaceView }) {
  const t = useTranslations('namespaces')
  const { parameters, change } = useAddressState()
  const amounts = useAmounts()
  const book = useAddressBook()
  const { id } = namespace
  const ref = refOf(namespace)
  const place = useMemo(() => ({ id, ref, book }), [id, ref, book])
  const counted = useTRPC().namespace.inspect.queryOptions(
    { namespace: id },
    { refetchInterval: refreshMs, placeholderData: keepPreviousData },
  )
  const counts: Partial<Record<TabName, number | null>> = useQuery(counted).data ?? ({} satisfies Partial<TableCounts>)
  const current = tables.find(([name]) => name === parameters.get('table'))?.[0] ?? 'addresses'
  return (
    <>
      <header className="flex shrink-0 flex-wrap items-baseline gap-x-3 px-4 pt-2.5 pb-1">
        <h1 className="truncate font-semibold text-lg">
          <NamespaceName namespace={namespace} />
        </h1>
        <span className="text-faint text-xs">{t(`kind.${namespace.kind}`)}</span>
        <span className="font-mono text-faint text-xs">{t('facts', { id })}</span>
        <Link href={`/wiring?select=${id}`} prefetch={false} className="text-accent text-sm hover:underline">
          {t('wiring')}
        </Link>
      </header>
      <Tabs
        value={current}
        onValueChange={(table) => change({ ...ofTable, table }, { push: true })}
        className="min-h-0 flex-1"
      >
        <TabList label={t('tables')}>
          {tables.map(([name]) => (
            <Tab key={name} value={name}>
              {t(`table.${name}`)}
              {typeof counts[name] === 'number' && (
                <span className="ml-1.5 font-normal text-2xs text-faint tabular-nums">
                  {amounts.count(counts[name])}
                </span>
              )}
            </Tab>
          ))}
        </TabList>
        {tables.map(([name, Table]) => (
          <TabPanel key={name} value={name} className="flex flex-col overflow-hidden! p-0!">
            <Table place={place} />
          </TabPanel>
        ))}
      </Tabs>
    </>
  )
}
