'use client'

import clsx from 'clsx'
import { Cable } from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { NamespaceView, WiredLink } from '@/server/observe/wiring/view'
import { type RowProps, VirtualTable } from '../tables/virtual-table'
import { formatBitRate } from '../topology/bit-rate'
import { groupBy } from '../topology/group-by'
import { EmptyState } from '../ui/empty-state'
import { StatusDot } from '../ui/status-dot'
import { holdersOf, kindOf, stateOf, useNamespaceName } from './link-words'
import { useLinkRate, useWiring } from './live-wiring'
import { plainText } from './plain-text'
import { useWiringState, useWiringStore } from './wiring-state'

type Item =
  | { readonly type: 'namespace'; readonly namespace: NamespaceView; readonly count: number }
  | { readonly type: 'link'; readonly link: WiredLink }

/** The same as the graph, as one list: each namespace with its interfaces. */
export function WiringTable() {
  const t = useTranslations('wiring.table')
  const items = useItems()
  return (
    <VirtualTable<Item>
      label={t('name')}
      className="h-full pb-14"
      columns={[
        { key: 'name', header: t('interface'), width: '190px' },
        { key: 'kind', header: t('kind'), width: '90px' },
        { key: 'state', header: t('state'), width: '110px' },
        { key: 'address', header: t('address') },
        { key: 'mac', header: t('mac'), width: '150px' },
        { key: 'mtu', header: t('mtu'), width: '70px', align: 'right' },
        { key: 'end', header: t('end'), width: '200px' },
        { key: 'rate', header: t('rate'), width: '100px', align: 'right' },
      ]}
      items={items}
      itemKey={(item) => (item.type === 'link' ? item.link.id : item.namespace.id)}
      estimateHeight={() => 33}
      empty={<EmptyState icon={<Cable />} title={t('noneFound')} />}
      renderItem={(item, rowProps) =>
        item.type === 'namespace' ? (
          <NamespaceRow key={item.namespace.id} item={item} rowProps={rowProps} />
        ) : (
          <LinkRow key={item.link.id} link={item.link} rowProps={rowProps} />
        )
      }
    />
  )
}

function useItems(): readonly Item[] {
  const { namespaces, links } = useWiring((wiring) => wiring)
  const found = useWiringState((state) => state.found)
  const of = groupBy(Object.values(links), ({ netnsId }) => netnsId)
  return Object.values(namespaces)
    .toSorted((a, b) => Number(b.kind === 'host') - Number(a.kind === 'host') || a.name.localeCompare(b.name))
    .flatMap((namespace) => {
      const own = of.get(namespace.id) ?? []
      const shown = found === null || found.has(namespace.id) ? own : own.filter(({ id }) => found.has(id))
      if (found !== null && shown.length === 0 && !found.has(namespace.id)) return []
      return [
        { type: 'namespace' as const, namespace, count: own.length },
        ...shown.map((link) => ({ type: 'link' as const, link })),
      ]
    })
}

function NamespaceRow({ item, rowProps }: { item: Extract<Item, { type: 'namespace' }>; rowProps: RowProps }) {
  const t = useTranslations('wiring')
  const nameOf = useNamespaceName()
  const store = useWiringStore()
  const { namespace, count } = item
  return (
    <tr {...rowProps}>
      <th scope="colgroup" colSpan={8} className="border-line border-b bg-ground px-3 py-1.5 text-left font-normal">
        <button
          type="button"
          onClick={() => store.set({ selected: namespace.id })}
          className="flex items-center gap-3 hover:text-accent"
        >
          <bdi className="font-medium text-sm">{nameOf(namespace)}</bdi>
          <span className="text-faint text-xs">
            {t(`namespace.${namespace.kind}`)} · {t('table.count', { count })}
          </span>
        </button>
      </th>
    </tr>
  )
}

const cell = 'h-8 border-line border-b px-3 truncate font-mono text-xs'

function LinkRow({ link, rowProps }: { link: WiredLink; rowProps: RowProps }) {
  const t = useTranslations('wiring')
  const store = useWiringStore()
  const isSelected = useWiringState(({ selected }) => selected === link.id)
  const rate = useLinkRate(link.id)
  const state = stateOf(link)
  return (
    <tr {...rowProps} className={clsx('hover:bg-hover', isSelected && 'bg-accent-soft')}>
      <td className={cell}>
        <button
          type="button"
          onClick={() => store.set({ selected: link.id })}
          className="max-w-full truncate hover:text-accent hover:underline"
        >
          <bdi>{plainText(link.name)}</bdi>
        </button>
      </td>
      <td className={clsx(cell, 'text-muted')}>{kindOf(link)}</td>
      <td className={cell}>
        <span className="flex items-center gap-1.5 text-muted">
          <StatusDot status={state === 'up' ? 'ok' : 'idle'} />
          {t(`state.${state}`)}
        </span>
      </td>
      <td className={cell} title={link.addresses.join('\n')}>
        {link.addresses.join(' · ')}
      </td>
      <td className={clsx(cell, 'text-muted')}>{link.mac}</td>
      <td className={clsx(cell, 'text-right text-muted')}>{link.mtu}</td>
      <td className={clsx(cell, 'text-muted')}>
        <FarEnd link={link} />
      </td>
      <td className={clsx(cell, 'text-right text-muted')}>{rate ? formatBitRate(rate.rx + rate.tx) : ''}</td>
    </tr>
  )
}

/** Its bridge, else the other end of its cable, else who has it open. */
function FarEnd({ link }: { link: WiredLink }) {
  const t = useTranslations('wiring')
  const nameOf = useNamespaceName()
  const cable = useCable(link.id)
  const id = link.masterId ?? (cable?.from === link.id ? cable.to : cable?.from) ?? ''
  const far = useWiring(({ links }) => links[id])
  const home = useWiring(({ namespaces }) => namespaces[far?.netnsId ?? ''])
  if (!far) return cable ? t('elsewhere') : <bdi>{holdersOf(link)}</bdi>
  const name = plainText(far.name)
  return <bdi>{home && far.netnsId !== link.netnsId ? `${name} · ${nameOf(home)}` : name}</bdi>
}

const byLink = new WeakMap<object, ReadonlyMap<string, { readonly from: string; readonly to: string | null }>>()

/** The first cable of a link, looked up in a list that is made once a picture. */
function useCable(linkId: string) {
  return useWiring(({ cables }) => {
    let known = byLink.get(cables)
    if (!known) {
      known = new Map(
        Object.values(cables).flatMap((cable) =>
          [cable.to, cable.from].flatMap((id) => (id === null ? [] : [[id, cable] as const])),
        ),
      )
      byLink.set(cables, known)
    }
    return known.get(linkId)
  })
}
