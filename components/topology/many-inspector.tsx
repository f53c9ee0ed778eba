'use client'

import { Unplug } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useSnapshot } from '@/components/trpc/snapshot'
import { Button } from '@/components/ui/button'
import { useEndpointChanges } from '../endpoint/endpoint-changes'
import { TraceLink } from '../trace/trace-link'
import { InspectorHead } from './inspector-head'
import { ObjectLink } from './object-link'
import { usePanel } from './panel-state'

/** Several things at once: what they are, and what can be done with all of them. */
export function ManyInspector() {
  const t = useTranslations('panel.many')
  const changes = useEndpointChanges()
  const nodes = usePanel((state) => state.selectedNodes)
  const cables = usePanel((state) => state.selectedCables)
  const networks = useSnapshot((snapshot) => Object.values(snapshot.networks).filter(({ id }) => nodes.has(id)))
  const containers = useSnapshot((snapshot) => Object.values(snapshot.containers).filter(({ id }) => nodes.has(id)))
  const joints = useSnapshot((snapshot) => Object.values(snapshot.endpoints).filter(({ id }) => cables.has(id)))
  const snapshot = useSnapshot(({ networks: all, containers: cards }) => ({ all, cards }))
  const named = joints.map((endpoint) => ({
    endpoint,
    network: snapshot.all[endpoint.networkId]?.name ?? '',
    container: snapshot.cards[endpoint.containerId]?.name ?? '',
  }))
  const [first, second] = containers
  return (
    <>
      <InspectorHead
        title={t('title', { count: nodes.size + cables.size })}
        text={t('text')}
        actions={
          <>
            {first && second && containers.length === 2 && (
              <TraceLink draft={{ from: `container:${first.id}`, to: `container:${second.id}` }} what="between" />
            )}
            {joints.length > 0 && (
              <Button
                size="small"
                onClick={() => {
                  for (const { endpoint, network, container } of named)
                    void changes.disconnect(endpoint, { network, container })
                }}
              >
                <Unplug className="size-3.5" aria-hidden="true" />
                {t('disconnect', { count: joints.length })}
              </Button>
            )}
          </>
        }
      />
      <ul className="flex min-h-0 flex-1 flex-col gap-1.5 overflow-y-auto px-4 pt-1 pb-6 text-sm">
        {networks.map(({ id, name, colour }) => (
          <li key={id}>
            <ObjectLink subject={{ kind: 'network', id }} colour={colour}>
              {name}
            </ObjectLink>
          </li>
        ))}
        {containers.map(({ id, name }) => (
          <li key={id}>
            <ObjectLink subject={{ kind: 'container', id }}>{name}</ObjectLink>
          </li>
        ))}
        {named.map(({ endpoint, network, container }) => (
          <li key={endpoint.id}>
            <ObjectLink subject={{ kind: 'endpoint', id: endpoint.id }} lights={[endpoint.id]}>
              {container} · {network}
            </ObjectLink>
          </li>
        ))}
      </ul>
    </>
  )
}
