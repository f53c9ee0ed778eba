'use client'

import { Box, Ellipsis, Plus, SquareTerminal, Trash2 } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import type { ContainerView, EndpointView, NetworkView } from '@/server/observe/snapshot'
import { type ContainerAction, possibleActions, useContainerAction } from '../frame/container-action'
import { actionIcons } from '../frame/container-action-icons'
import { useCreate } from '../frame/create-dialogs'
import { useSay } from '../i18n/use-say'
import { isUp, statusDots } from '../sandbox/container-status'
import { canHaveTerminal } from '../terminal/new-terminal'
import { useTerminals } from '../terminal/terminals'
import { groupBy } from '../topology/group-by'
import { mergeFamilies } from '../topology/ports'
import { useSnapshot, useStream } from '../trpc/snapshot'
import { Badge } from '../ui/badge'
import { Button } from '../ui/button'
import { EmptyState } from '../ui/empty-state'
import { IconButton } from '../ui/icon-button'
import { Menu, MenuItem, MenuSeparator } from '../ui/menu'
import { networkColour } from '../ui/network-colour'
import { Spinner } from '../ui/spinner'
import { StatusDot } from '../ui/status-dot'
import { useAddressState } from './address-state'
import { FilterChips } from './filter-chips'
import { RemoveDialog } from './remove-dialog'
import { SearchField } from './search-field'
import { useSorting } from './sorting'
import { TablePage } from './table-page'
import { type RowProps, VirtualTable } from './virtual-table'

interface ContainerRow {
  readonly container: ContainerView
  readonly joints: readonly { readonly endpoint: EndpointView; readonly network: NetworkView | undefined }[]
}

const filters = ['running', 'stopped', 'docker'] as const
type Filter = (typeof filters)[number]

const passesFilter: Record<Filter, (container: ContainerView) => boolean> = {
  running: ({ status }) => isUp(status),
  stopped: ({ status }) => !isUp(status),
  docker: ({ origin }) => origin === 'docker',
}

/** Every container on the host as a list. */
export function Containers() {
  const t = useTranslations('tables.containers')
  const create = useCreate()
  const run = useContainerAction()
  const { hasPicture } = useStream()
  const { parameters, change } = useAddressState()
  const [removing, setRemoving] = useState<ContainerView | null>(null)
  const rows = useContainerRows()
  const { sort, head } = useSorting<ContainerRow, 'name' | 'image' | 'state' | 'address' | 'created'>(
    {
      name: ({ container }) => container.name,
      image: ({ container }) => container.image,
      state: ({ container }) => container.status,
      address: ({ joints }) => joints[0]?.endpoint.ipv4Address ?? '',
      created: ({ container }) => container.createdAt,
    },
    'created',
  )
  const selected = parameters.getAll('only')
  const search = (parameters.get('q') ?? '').trim().toLowerCase()
  const shown = rows.filter((row) => passes(row, selected, search))
  const isEmpty = hasPicture && rows.length === 0

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
          <Button variant="primary" size="small" onClick={() => create('container')}>
            <Plus aria-hidden="true" className="size-3.5" />
            {t('create')}
          </Button>
        </>
      }
    >
      <VirtualTable<ContainerRow>
        label={t('title')}
        className="min-h-0 flex-1"
        minWidth={900}
        columns={[
          { key: 'name', header: t('name'), sort: head('name') },
          { key: 'image', header: t('image'), width: '18%', sort: head('image') },
          { key: 'state', header: t('state'), width: '112px', sort: head('state') },
          { key: 'address', header: t('addresses'), width: '232px', sort: head('address') },
          { key: 'ports', header: t('ports'), width: '132px' },
          { key: 'pid', header: t('pid'), width: '72px', align: 'right' },
          { key: 'actions', header: <span className="sr-only">{t('actions')}</span>, width: '84px' },
        ]}
        items={sort(shown)}
        itemKey={({ container }) => container.id}
        estimateHeight={({ joints }) => 23 + Math.max(1, joints.length) * 18}
        empty={
          hasPicture ? (
            <EmptyState
              icon={<Box />}
              title={isEmpty ? t('none') : t('noneFound')}
              actions={
                isEmpty && (
                  <Button variant="primary" onClick={() => create('container')}>
                    {t('createFirst')}
                  </Button>
                )
              }
            >
              {isEmpty ? t('noneHint') : t('noneFoundHint')}
            </EmptyState>
          ) : (
            <EmptyState icon={<Spinner />} title={t('waiting')} />
          )
        }
        renderItem={(row, rowProps) => (
          <Row
            key={row.container.id}
            row={row}
            rowProps={rowProps}
            onAction={(action) => run(action, row.container)}
            onRemove={() => setRemoving(row.container)}
          />
        )}
      />
      <RemoveDialog subject={removing && { type: 'container', view: removing }} onClose={() => setRemoving(null)} />
    </TablePage>
  )
}

function useContainerRows(): ContainerRow[] {
  const containers = useSnapshot((snapshot) => snapshot.containers)
  const endpoints = useSnapshot((snapshot) => snapshot.endpoints)
  const networks = useSnapshot((snapshot) => snapshot.networks)
  const byContainer = groupBy(Object.values(endpoints), ({ containerId }) => containerId)
  return Object.values(containers).map((container) => ({
    container,
    joints: (byContainer.get(container.id) ?? [])
      .map((endpoint) => ({ endpoint, network: networks[endpoint.networkId] }))
      .sort((a, b) => (a.endpoint.ifname ?? '').localeCompare(b.endpoint.ifname ?? '')),
  }))
}

function passes({ container, joints }: ContainerRow, selected: readonly string[], search: string): boolean {
  if (filters.some((filter) => selected.includes(filter) && !passesFilter[filter](container))) return false
  const words = [
    container.name,
    container.image,
    container.id,
    ...joints.flatMap(({ endpoint, network }) => [
      endpoint.ipv4Address,
      endpoint.ipv6Address,
      endpoint.macAddress,
      network?.name,
    ]),
  ]
  return search === '' || words.some((word) => word?.toLowerCase().includes(search))
}

const cellClass = 'border-line border-b px-3 py-2 align-top leading-[22px]'
interface RowActions {
  onAction: (action: ContainerAction) => void
  onRemove: () => void
}

function Row({ row, rowProps, onAction, onRemove }: { row: ContainerRow; rowProps: RowProps } & RowActions) {
  const t = useTranslations('tables.containers')
  const tCommon = useTranslations('common')
  const say = useSay()
  const { container, joints } = row
  return (
    <tr {...rowProps} className="group hover:bg-hover">
      <td className={cellClass}>
        <div className="flex min-w-0 items-center gap-2">
          <Link href={`/?select=${container.id}`} className="truncate rounded font-medium text-ink hover:underline">
            {container.name}
          </Link>
          {container.origin !== 'patchbay' && <Badge>{tCommon(`origin.${container.origin}`)}</Badge>}
        </div>
        {container.error !== '' && <p className="text-bad text-xs">{say(container.error)}</p>}
      </td>
      <td className={`${cellClass} truncate font-mono text-muted text-xs`}>{container.image}</td>
      <td className={cellClass}>
        <span className="flex items-center gap-2 text-muted">
          <StatusDot status={statusDots[container.status]} />
          {tCommon(`status.${container.status}`)}
          {container.exitCode !== null && !isUp(container.status) && (
            <Badge mono tone={container.exitCode === 0 ? 'neutral' : 'bad'}>
              {container.oomKilled ? t('oomKilled') : container.exitCode}
            </Badge>
          )}
        </span>
      </td>
      <td className={`${cellClass} font-mono text-xs`}>
        {joints.map(({ endpoint, network }) => (
          <Joint key={endpoint.id} endpoint={endpoint} network={network} />
        ))}
      </td>
      <td className={`${cellClass} font-mono text-muted text-xs`}>
        {mergeFamilies(container.ports).map(({ protocol, hostIp, hostPort, containerPort }) => (
          <span key={`${protocol} ${hostIp}:${hostPort}`} className="block">
            {t('port', { hostPort: String(hostPort), containerPort: String(containerPort), protocol })}
          </span>
        ))}
      </td>
      <td className={`${cellClass} text-right font-mono text-muted text-xs`}>{container.pid}</td>
      <td className={`${cellClass} px-2`}>
        {container.origin === 'patchbay' && <Actions container={container} onAction={onAction} onRemove={onRemove} />}
        {container.origin === 'docker' && canHaveTerminal(container) && <OpenTerminal container={container} />}
      </td>
    </tr>
  )
}

function Joint({ endpoint, network }: { endpoint: EndpointView; network: NetworkView | undefined }) {
  if (!network) return null
  return (
    <Link href={`/?select=${endpoint.id}`} className="flex min-w-0 items-center gap-1.5 rounded hover:underline">
      <span
        aria-hidden="true"
        className="size-2 shrink-0 rounded-full"
        style={{ background: networkColour(network.colour) }}
      />
      {endpoint.ipv4Address !== null && <span className="shrink-0 text-ink">{endpoint.ipv4Address.split('/')[0]}</span>}
      <span className="truncate text-faint">{network.name}</span>
    </Link>
  )
}

/** All that is done with what Docker made. */
function OpenTerminal({ container: { id, name } }: { container: ContainerView }) {
  const t = useTranslations('terminal')
  const terminals = useTerminals()
  return (
    <div className="flex justify-end">
      <IconButton label={t('openIn', { name })} size="small" onClick={() => terminals.open({ id, name })}>
        <SquareTerminal />
      </IconButton>
    </div>
  )
}

function Actions({ container, onAction, onRemove }: { container: ContainerView } & RowActions) {
  const t = useTranslations('tables.containers')
  const tTerminal = useTranslations('terminal')
  const terminals = useTerminals()
  const actions = possibleActions(container)
  const [first] = actions
  const FirstIcon = first && actionIcons[first]
  return (
    <div className="flex justify-end gap-0.5">
      {first && FirstIcon && (
        <IconButton label={t(first, { name: container.name })} size="small" onClick={() => onAction(first)}>
          <FirstIcon />
        </IconButton>
      )}
      <Menu
        trigger={
          <IconButton label={t('more', { name: container.name })} size="small">
            <Ellipsis />
          </IconButton>
        }
      >
        {actions.map((action) => {
          const Icon = actionIcons[action]
          return (
            <MenuItem key={action} icon={<Icon />} onSelect={() => onAction(action)}>
              {t(action, { name: container.name })}
            </MenuItem>
          )
        })}
        <MenuItem
          icon={<SquareTerminal />}
          disabled={!canHaveTerminal(container)}
          onSelect={() => terminals.open({ id: container.id, name: container.name })}
        >
          {canHaveTerminal(container) ? tTerminal('openIn', { name: container.name }) : tTerminal('notRunning')}
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger icon={<Trash2 />} onSelect={onRemove}>
          {t('remove', { name: container.name })}
        </MenuItem>
      </Menu>
    </div>
  )
}
