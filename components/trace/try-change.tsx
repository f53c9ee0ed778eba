'use client'

import { useTranslations } from 'next-intl'
import { useMemo, useState } from 'react'
import type { Snapshot } from '@/server/observe/snapshot'
import type { TraceChange } from '@/server/observe/trace/contract'
import { isolated } from '../tables/namespaces/isolated'
import { Fold } from '../topology/fold'
import { useSnapshot } from '../trpc/snapshot'
import { Select } from '../ui/select'
import { parsePlace, type TraceDraft } from './place'
import { NowAndThen } from './what-if'

/** What would become of the traced packet were a cable or policy of its ends another; nothing where there is none to change. */
export function TryChange({ draft }: { draft: TraceDraft }) {
  const t = useTranslations('probe.whatIf')
  const { from, to } = draft
  const { containers, networks, endpoints } = useSnapshot((snapshot) => snapshot)
  const changes = useMemo(
    () => changesFor({ containers, networks, endpoints }, [from, to]),
    [containers, networks, endpoints, from, to],
  )
  const [chosen, choose] = useState('')
  if (changes.length === 0) return null
  const found = changes.find(({ key }) => key === chosen)
  return (
    <div className="border-line border-b px-4 py-2.5" data-testid="try-change">
      <Fold title={t('try')}>
        <Select
          aria-label={t('change')}
          className="h-7! text-sm"
          value={found?.key ?? ''}
          placeholder={t('chooseChange')}
          onValueChange={choose}
          options={changes.map(({ key, container, network, change }) => ({
            value: key,
            label: t(`changes.${wordOf(change)}`, { container: isolated(container), network: isolated(network) }),
          }))}
        />
        {found && <NowAndThen draft={draft} change={found.change} />}
      </Fold>
    </div>
  )
}

interface Offered {
  readonly key: string
  readonly container: string
  readonly network: string
  readonly change: TraceChange
}

function wordOf(change: TraceChange) {
  switch (change.kind) {
    case 'connect':
    case 'disconnect':
      return change.kind
    case 'network':
      return change.changes.policy ? 'networkPolicy' : change.changes.internal ? 'internal' : 'notInternal'
    default:
      return 'containerPolicy'
  }
}

/** Cables of the ends taken out and put in, and what keeps packets from them taken away: of Patchbay's own, as it can be done. */
export function changesFor(
  { containers, networks, endpoints }: Pick<Snapshot, 'containers' | 'networks' | 'endpoints'>,
  ends: readonly string[],
): Offered[] {
  const places = ends.map((text) => parsePlace(text))
  const ids = [...new Set(places.flatMap((place) => (place?.kind === 'container' ? [place.id] : [])))]
  const own = ids.flatMap((id) => containers[id] ?? []).filter((one) => one.origin === 'patchbay' && one.sandbox)
  const real = Object.values(networks).filter(
    (one) => one.origin === 'patchbay' && !['host', 'null'].includes(one.driver),
  )
  const isOn = (container: string, network: string) =>
    Object.values(endpoints).some((one) => one.containerId === container && one.networkId === network)
  const cables = own.flatMap((container) =>
    real.map((network): Offered => {
      const kind = isOn(container.id, network.id) ? 'disconnect' : 'connect'
      const change: TraceChange = { kind, container: container.id, network: network.id }
      return { key: `${kind} ${container.id} ${network.id}`, container: container.name, network: network.name, change }
    }),
  )
  const met = real.filter(({ id }) => own.some((container) => isOn(container.id, id)))
  const ofNetworks = met.flatMap((network): Offered[] => {
    const { id, policy, internal } = network
    const offer = (key: string, changes: { policy?: object; internal?: boolean }): Offered => ({
      ...{ key: `${key} ${id}`, container: '', network: network.name },
      change: { kind: 'network', network: id, changes },
    })
    return [...(policy ? [offer('policy', { policy: {} })] : []), offer('internal', { internal: !internal })]
  })
  const ofContainers = own
    .filter(({ policy }) => policy)
    .map(({ id, name }): Offered => {
      const change: TraceChange = { kind: 'container', container: id, changes: { policy: {} } }
      return { key: `policy ${id}`, container: name, network: '', change }
    })
  const byKind = (kind: string) => cables.filter(({ change }) => change.kind === kind)
  return [...byKind('disconnect'), ...byKind('connect'), ...ofContainers, ...ofNetworks]
}
