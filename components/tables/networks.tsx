'use client'

import { Network, Pencil, Plus, Trash2 } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import type { NetworkView, Snapshot } from '@/server/observe/snapshot'
import { AddressMap } from '../addresses/address-map'
import { EditNetwork } from '../edit/edit-network'
import { useCreate } from '../frame/create-dialogs'
import { useSay } from '../i18n/use-say'
import { useSnapshot, useStream } from '../trpc/snapshot'
import { Badge } from '../ui/badge'
import { Button } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { EmptyState } from '../ui/empty-state'
import { IconButton } from '../ui/icon-button'
import { networkColour } from '../ui/network-colour'
import { Spinner } from '../ui/spinner'
import { type Status, StatusDot } from '../ui/status-dot'
import { plainText } from '../wiring/plain-text'
import { useAddressState } from './address-state'
import { countAddresses } from './address-use'
import { useAmounts } from './amount'
import { FilterChips } from './filter-chips'
import { RemoveDialog } from './remove-dialog'
import { SearchField } from './search-field'
import { useSorting } from './sorting'
import { TablePage } from './table-page'
import { type RowProps, VirtualTable } from './virtual-table'

interface NetworkRow {
  readonly network: NetworkView
  readonly endpoints: number
}

const filters = ['bridge', 'internal', 'docker'] as const
type Filter = (typeof filters)[number]

const passesFilter: Record<Filter, (network: NetworkView) => boolean> = {
  bridge: ({ driver }) => driver === 'bridge',
  internal: ({ internal }) => internal,
  docker: ({ origin }) => origin === 'docker',
}

/** Every network on the host as a list. */
export function Networks() {
  const t = useTranslations('tables.networks')
  const create = useCreate()
  const { hasPicture } = useStream()
  const { parameters, change } = useAddressState()
  const [removing, setRemoving] = useState<NetworkView | null>(null)
  const [editing, setEditing] = useState<NetworkView | null>(null)
  const rows = useNetworkRows()
  const { sort, head } = useSorting<NetworkRow, 'name' | 'driver' | 'subnet' | 'endpoints' | 'created'>(
    {
      name: ({ network }) => network.name,
      driver: ({ network }) => network.driver,
      subnet: ({ network }) => network.pools[0]?.subnet ?? '',
      endpoints: ({ endpoints }) => endpoints,
      created: ({ network }) => network.createdAt,
    },
    'created',
  )
  const selected = parameters.getAll('only')
  const search = (parameters.get('q') ?? '').trim().toLowerCase()
  const mapped = rows.find(({ network }) => network.id === parameters.get('map'))?.network ?? null
  const shown = rows.filter(({ network }) => passes(network, selected, search))

  return (
    <TablePage
      title={t('title')}
      tools={
        <>
          <FilterChips
            label={t('filter')}
            chips={filters.map((value) => ({ value, label: t(`filters.${value}`) }))}
            selected={selected}
            onChange={(only) => change({ only })}
          />
          <SearchField label={t('search')} initial={parameters.get('q') ?? ''} onSearch={(q) => change({ q })} />
          <Button variant="primary" size="small" onClick={() => create('network')}>
            <Plus aria-hidden="true" className="size-3.5" />
            {t('create')}
          </Button>
        </>
      }
    >
      <VirtualTable<NetworkRow>
        label={t('title')}
        className="min-h-0 flex-1"
        minWidth={900}
        columns={[
          { key: 'name', header: t('name'), sort: head('name') },
          { key: 'driver', header: t('driver'), width: '96px', sort: head('driver') },
          { key: 'subnet', header: t('subnet'), width: '156px', sort: head('subnet') },
          { key: 'gateway', header: t('gateway'), width: '128px' },
          { key: 'device', header: t('device'), width: '180px' },
          { key: 'endpoints', header: t('endpoints'), width: '148px', sort: head('endpoints') },
          { key: 'actions', header: <span className="sr-only">{t('actions')}</span>, width: '80px' },
        ]}
        items={sort(shown)}
        itemKey={({ network }) => network.id}
        estimateHeight={() => 41}
        empty={
          hasPicture ? (
            <EmptyState icon={<Network />} title={t('noneFound')}>
              {t('noneFoundHint')}
            </EmptyState>
          ) : (
            <EmptyState icon={<Spinner />} title={t('waiting')} />
          )
        }
        renderItem={(row, rowProps) => (
          <Row
            key={row.network.id}
            row={row}
            rowProps={rowProps}
            onEdit={() => setEditing(row.network)}
            onRemove={() => setRemoving(row.network)}
            onMap={() => change({ map: row.network.id }, { push: true })}
          />
        )}
      />
      {editing && <EditNetwork key={editing.id} network={editing} onClose={() => setEditing(null)} />}
      <MapDialog network={mapped} onClose={() => change({ map: '' })} />
      <RemoveDialog subject={removing && { type: 'network', view: removing }} onClose={() => setRemoving(null)} />
    </TablePage>
  )
}

/** Who holds which address of a network; who is chosen is shown on the panel. */
function MapDialog({ network, onClose }: { network: NetworkView | null; onClose: () => void }) {
  const t = useTranslations('panel.addressMap')
  const router = useRouter()
  if (network === null) return null
  return (
    <Dialog open size="large" onOpenChange={(open) => !open && onClose()} title={t('show', { name: network.name })}>
      <AddressMap network={network} columns={32} onSelect={(id) => router.push(`/?select=${id}`)} />
    </Dialog>
  )
}

function useNetworkRows(): NetworkRow[] {
  const networks = useSnapshot((snapshot) => snapshot.networks)
  const endpoints = useSnapshot((snapshot) => snapshot.endpoints)
  const counts = countEndpoints(endpoints)
  return Object.values(networks).map((network) => ({ network, endpoints: counts.get(network.id) ?? 0 }))
}

function countEndpoints(endpoints: Snapshot['endpoints']): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { networkId } of Object.values(endpoints)) counts.set(networkId, (counts.get(networkId) ?? 0) + 1)
  return counts
}

function passes(network: NetworkView, selected: readonly string[], search: string): boolean {
  if (filters.some((filter) => selected.includes(filter) && !passesFilter[filter](network))) return false
  const words = [
    network.name,
    network.driver,
    network.device,
    network.parent,
    network.id,
    ...network.pools.map(({ subnet }) => subnet),
  ]
  return search === '' || words.some((word) => word?.toLowerCase().includes(search))
}

const cellClass = 'h-10 border-line border-b px-3'
const deviceStatuses: Record<NetworkView['deviceState'], Status> = {
  up: 'ok',
  down: 'warn',
  missing: 'bad',
  none: 'idle',
}

interface NetworkRowProps {
  row: NetworkRow
  rowProps: RowProps
  onEdit: () => void
  onRemove: () => void
  onMap: () => void
}

function Row({ row, rowProps, onEdit, onRemove, onMap }: NetworkRowProps) {
  const t = useTranslations('tables.networks')
  const tCommon = useTranslations('common')
  const tNetwork = useTranslations('panel.network')
  const tConfiguration = useTranslations('panel.configuration')
  const say = useSay()
  const tMap = useTranslations('panel.addressMap')
  const { network, endpoints } = row
  const pool = network.pools[0]
  const place = network.device ?? network.parent
  return (
    <tr {...rowProps} className="group hover:bg-hover">
      <td className={cellClass}>
        <div className="flex min-w-0 items-center gap-2">
          <span
            aria-hidden="true"
            className="size-2.5 shrink-0 rounded-full"
            style={{ background: networkColour(network.colour) }}
          />
          <Link href={`/?select=${network.id}`} className="truncate rounded font-medium text-ink hover:underline">
            {network.name}
          </Link>
          {network.predefined && <Badge>{t('predefined')}</Badge>}
          {network.configuration && <Badge title={tConfiguration('hint')}>{tConfiguration('badge')}</Badge>}
          {network.configFrom !== undefined && (
            <Badge className="max-w-40" title={tConfiguration('fromHint', { name: network.configFrom })}>
              <bdi className="truncate">{tConfiguration('from', { name: network.configFrom })}</bdi>
            </Badge>
          )}
          {network.internal && <Badge>{t('internal')}</Badge>}
          {network.collisions !== undefined && (
            <Badge tone="warn" title={network.collisions.map(say).join('\n')}>
              {tNetwork('collides')}
            </Badge>
          )}
          {network.origin !== 'patchbay' && <Badge>{tCommon(`origin.${network.origin}`)}</Badge>}
        </div>
      </td>
      <td className={`${cellClass} text-muted`}>{network.configuration ? '–' : network.driver}</td>
      <td className={`${cellClass} font-mono text-xs`}>{pool?.subnet}</td>
      <td className={`${cellClass} font-mono text-muted text-xs`}>{pool?.gateway}</td>
      <td className={cellClass}>
        {place !== null && (
          <span className="flex items-center gap-2">
            <StatusDot status={deviceStatuses[network.deviceState]} />
            <span className="truncate font-mono text-muted text-xs">{plainText(place)}</span>
            {network.deviceState !== 'up' && <span className="text-xs">{t(`deviceState.${network.deviceState}`)}</span>}
          </span>
        )}
      </td>
      <td className={cellClass}>
        {network.configuration ? null : pool === undefined ? (
          <Use endpoints={endpoints} subnet={undefined} />
        ) : (
          <button type="button" onClick={onMap} aria-label={tMap('show', { name: network.name })} className="rounded">
            <Use endpoints={endpoints} subnet={pool.subnet} />
          </button>
        )}
      </td>
      <td className={`${cellClass} px-2`}>
        <span className="flex justify-end">
          {network.origin === 'patchbay' &&
            network.driver !== 'host' &&
            (network.driver !== 'null' || network.configuration) && (
              <IconButton label={t('edit', { name: network.name })} size="small" onClick={onEdit}>
                <Pencil />
              </IconButton>
            )}
          {network.origin === 'patchbay' && !network.predefined && (
            <IconButton label={t('remove', { name: network.name })} size="small" onClick={onRemove}>
              <Trash2 />
            </IconButton>
          )}
        </span>
      </td>
    </tr>
  )
}

/** Endpoints, and how full the subnet is. */
function Use({ endpoints, subnet }: { endpoints: number; subnet: string | undefined }) {
  const t = useTranslations('tables.networks')
  const amounts = useAmounts()
  if (subnet === undefined)
    return <span className="block w-6 text-right font-mono text-muted text-xs">{endpoints}</span>
  const { used, size } = countAddresses(subnet, endpoints)
  const share = used / size
  return (
    <div className="flex items-center gap-2" title={t('use', { used: amounts.count(used), size: amounts.count(size) })}>
      <span className="w-6 text-right font-mono text-ink text-xs">{endpoints}</span>
      <span aria-hidden="true" className="h-1 w-14 overflow-hidden rounded-full bg-line">
        <span
          className={`block h-full rounded-full ${share > 0.9 ? 'bg-warn' : 'bg-accent'}`}
          style={{ width: `max(2px, ${share * 100}%)` }}
        />
      </span>
    </div>
  )
}
