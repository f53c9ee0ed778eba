'use client'

import { Plus, Trash2, Unplug } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { possibleActions, useContainerAction } from '@/components/frame/container-action'
import { actionIcons } from '@/components/frame/container-action-icons'
import { useSnapshot } from '@/components/trpc/snapshot'
import { Badge } from '@/components/ui/badge'
import { IconButton } from '@/components/ui/icon-button'
import { StatusDot } from '@/components/ui/status-dot'
import type { ContainerView, EndpointView, NetworkView } from '@/server/observe/snapshot'
import { useEndpointChanges } from '../endpoint/endpoint-changes'
import { takersOf } from '../network/configuration'
import { statusDots } from '../sandbox/container-status'
import { isHost } from './arrangement'
import { ConnectMenu } from './connect-menu'
import { EmptyPanel } from './empty-panel'
import { groupBy } from './group-by'
import { NetworkBadges } from './nodes/network-badges'
import { ObjectLink } from './object-link'
import { usePanel, usePanelStore } from './panel-state'

const noEndpoints: readonly EndpointView[] = []

/** The same as the graph, as lists: each network with its endpoints, with the same actions. */
export function PanelTable() {
  const t = useTranslations('panel.table')
  const networks = useSnapshot((snapshot) => Object.values(snapshot.networks))
  const containers = useSnapshot((snapshot) => snapshot.containers)
  const endpoints = useSnapshot((snapshot) => Object.values(snapshot.endpoints))
  const byNetwork = groupBy(endpoints, ({ networkId }) => networkId)
  const joined = new Set(endpoints.map(({ containerId }) => containerId))
  const loose = Object.values(containers).filter(({ id }) => !joined.has(id))
  const sorted = networks.toSorted(
    (a, b) => Number(a.predefined) - Number(b.predefined) || a.createdAt.localeCompare(b.createdAt),
  )
  return (
    <div className="h-[calc(100%-3.5rem)] overflow-y-auto border-line border-b">
      <div className="flex flex-col gap-6 px-6 pt-5 pb-6">
        {sorted.map((network) => (
          <NetworkSection
            key={network.id}
            network={network}
            endpoints={byNetwork.get(network.id) ?? noEndpoints}
            containers={containers}
          />
        ))}
        {loose.length > 0 && (
          <section className="flex flex-col gap-1">
            <h2 className="font-semibold text-base">{t('loose')}</h2>
            <table className="w-full border-collapse text-sm">
              <Head label={t('loose')} />
              <tbody>
                {loose.map((container) => (
                  <Row key={container.id} container={container} endpoint={null} network={null} />
                ))}
              </tbody>
            </table>
          </section>
        )}
      </div>
      <EmptyPanel />
    </div>
  )
}

interface NetworkSectionProps {
  network: NetworkView
  endpoints: readonly EndpointView[]
  containers: Readonly<Record<string, ContainerView>>
}

function NetworkSection({ network, endpoints, containers }: NetworkSectionProps) {
  const t = useTranslations('panel.table')
  const configuration = useTranslations('panel.configuration')
  const store = usePanelStore()
  const isOurs = network.origin === 'patchbay'
  const canJoin = isOurs && !network.configuration
  const takers = useSnapshot(({ networks }) => takersOf(network, networks).map(({ name }) => name))
  return (
    <section className="flex flex-col gap-1" aria-label={network.name}>
      <header className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1">
        <h2 className="min-w-0 text-base">
          <ObjectLink
            subject={{ kind: 'network', id: network.id }}
            colour={network.colour}
            lights={endpoints.map(({ id }) => id)}
          >
            {network.name}
          </ObjectLink>
        </h2>
        <span className="flex gap-1">
          <Badge>{network.configuration ? configuration('badge') : network.driver}</Badge>
          <NetworkBadges network={network} />
        </span>
        <span className="font-mono text-muted text-xs">{network.pools.map(({ subnet }) => subnet).join(', ')}</span>
        <span className="font-mono text-faint text-xs">{network.device ?? network.parent}</span>
        <span className="ml-auto flex items-center gap-1">
          {canJoin && <ConnectMenu from={network.id} label={t('connectTo', { network: network.name })} />}
          {canJoin && (
            <IconButton
              label={t('addContainer', { network: network.name })}
              size="small"
              onClick={() => store.set({ creating: { what: 'container', at: null, network: network.id } })}
            >
              <Plus />
            </IconButton>
          )}
          {isOurs && !network.predefined && (
            <IconButton
              label={t('remove', { name: network.name })}
              size="small"
              onClick={() => store.set({ removing: { kind: 'network', id: network.id } })}
            >
              <Trash2 />
            </IconButton>
          )}
        </span>
      </header>
      {endpoints.length === 0 ? (
        <p className="border-line border-t py-1.5 text-faint text-sm">
          {!network.configuration && t('noEndpoints')}
          {network.configuration && takers.length === 0 && configuration('unused')}
          {takers.length > 0 && configuration('usedBy', { names: takers.join(', '), count: takers.length })}
        </p>
      ) : (
        <table className="w-full table-fixed border-collapse text-sm">
          <Head label={network.name} />
          <tbody>
            {endpoints.map((endpoint) => {
              const container = containers[endpoint.containerId]
              return container ? (
                <Row key={endpoint.id} container={container} endpoint={endpoint} network={network} />
              ) : null
            })}
          </tbody>
        </table>
      )}
    </section>
  )
}

function Head({ label }: { label: string }) {
  const t = useTranslations('panel.table')
  const heads = ['container', 'interface', 'address', 'mac', 'veth', 'names'] as const
  return (
    <>
      <caption className="sr-only">{t('caption', { name: label })}</caption>
      <thead>
        <tr className="border-line border-y text-left text-faint text-xs">
          {heads.map((head) => (
            <th key={head} scope="col" className="py-1 pr-3 font-normal">
              {t(`head.${head}`)}
            </th>
          ))}
          <th scope="col" className="w-40 py-1 text-right font-normal">
            <span className="sr-only">{t('head.actions')}</span>
          </th>
        </tr>
      </thead>
    </>
  )
}

interface RowProps {
  container: ContainerView
  endpoint: EndpointView | null
  network: NetworkView | null
}

function Row({ container, endpoint, network }: RowProps) {
  const common = useTranslations('common')
  const isSelected = usePanel(
    ({ selectedCables, selectedNodes }) =>
      selectedNodes.has(container.id) || (endpoint !== null && selectedCables.has(endpoint.id)),
  )
  const cell = 'truncate py-1 pr-3 font-mono text-xs'
  const addresses = [endpoint?.ipv4Address, endpoint?.ipv6Address].filter((address) => address != null)
  return (
    <tr className={`border-line border-b ${isSelected ? 'bg-accent-soft' : 'hover:bg-hover'}`}>
      <td className="py-1 pr-3">
        <span className="flex min-w-0 items-center gap-2">
          <StatusDot status={statusDots[container.status]} />
          <span className="sr-only">{common(`status.${container.status}`)}</span>
          <ObjectLink subject={{ kind: 'container', id: container.id }} lights={endpoint ? [endpoint.id] : []}>
            {container.name}
          </ObjectLink>
        </span>
      </td>
      <td className={cell}>{endpoint?.ifname || '–'}</td>
      <td className={cell}>
        {endpoint && network ? (
          <ObjectLink subject={{ kind: 'endpoint', id: endpoint.id }} lights={[endpoint.id]}>
            {addresses.length === 0 && '–'}
            {addresses.map((address) => (
              <span key={address} className="block truncate" title={address}>
                {address}
              </span>
            ))}
          </ObjectLink>
        ) : (
          '–'
        )}
      </td>
      <td className={`${cell} text-muted`}>{endpoint?.macAddress || '–'}</td>
      <td className={`${cell} text-muted`}>{endpoint?.hostIfname || '–'}</td>
      <td className={`${cell} text-muted`} title={endpoint?.dnsNames.join(', ')}>
        {endpoint?.dnsNames.join(', ') || '–'}
      </td>
      <td className="py-0.5">
        <RowActions container={container} endpoint={endpoint} network={network} />
      </td>
    </tr>
  )
}

function RowActions({ container, endpoint, network }: RowProps) {
  const t = useTranslations('panel.table')
  const store = usePanelStore()
  const changes = useEndpointChanges()
  const run = useContainerAction()
  if (container.origin !== 'patchbay') return null
  return (
    <span className="flex justify-end">
      {possibleActions(container).map((action) => {
        const Icon = actionIcons[action]
        return (
          <IconButton
            key={action}
            label={t(action, { name: container.name })}
            size="small"
            onClick={() => run(action, container)}
          >
            <Icon />
          </IconButton>
        )
      })}
      <ConnectMenu from={container.id} label={t('connect', { name: container.name })} />
      {endpoint && network && !isHost(network) && (
        <IconButton
          label={t('disconnect', { name: container.name, network: network.name })}
          size="small"
          onClick={() => void changes.disconnect(endpoint, { network: network.name, container: container.name })}
        >
          <Unplug />
        </IconButton>
      )}
      <IconButton
        label={t('remove', { name: container.name })}
        size="small"
        onClick={() => store.set({ removing: { kind: 'container', id: container.id } })}
      >
        <Trash2 />
      </IconButton>
    </span>
  )
}
