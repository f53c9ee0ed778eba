'use client'

import { Pencil, Unplug } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useSnapshot } from '@/components/trpc/snapshot'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { networkColour } from '@/components/ui/network-colour'
import type { PointRequest } from '@/server/observe/capture/contract'
import type { EndpointView } from '@/server/observe/snapshot'
import { CaptureLink } from '../capture/capture-link'
import { ShapingSection } from '../shaping/shaping-section'
import { isHost, isNone } from '../topology/arrangement'
import { CopyAs } from '../topology/copy-as'
import { DriftNotes } from '../topology/drift-notes'
import { Section } from '../topology/facts'
import { History } from '../topology/history'
import { InspectorHead } from '../topology/inspector-head'
import { ObjectLink } from '../topology/object-link'
import { usePanelStore } from '../topology/panel-state'
import { Sparkline } from '../topology/sparkline'
import { useTrafficHistory } from '../topology/traffic'
import { TraceLink } from '../trace/trace-link'
import { WhatIf } from '../trace/what-if'
import { EndpointCable } from '../wiring/endpoint-cable'
import { useEndpointChanges } from './endpoint-changes'
import { endpointAsDocker, endpointAsIp } from './endpoint-commands'
import { EndpointFacts } from './endpoint-facts'

/** One cable: both its ends, all its addresses, and what flows. */
export function EndpointInspector({ id }: { id: string }) {
  const t = useTranslations('panel.endpoint')
  const whatIf = useTranslations('probe.whatIf')
  const changes = useEndpointChanges()
  const store = usePanelStore()
  const endpoint = useSnapshot((snapshot) => snapshot.endpoints[id])
  const network = useSnapshot((snapshot) => snapshot.networks[endpoint?.networkId ?? ''])
  const container = useSnapshot((snapshot) => snapshot.containers[endpoint?.containerId ?? ''])
  const samples = useTrafficHistory(id)
  if (!endpoint || !network || !container) return null
  const names = { network: network.name, container: container.name }
  const isOurs = network.origin === 'patchbay' && container.origin === 'patchbay'
  return (
    <>
      <InspectorHead
        title={
          <>
            <bdi>{container.name}</bdi> <span className="text-faint">·</span> <bdi>{network.name}</bdi>
          </>
        }
        colour={network.colour}
        text={t('kind')}
        actions={
          <>
            {(endpoint.ifname ?? endpoint.macAddress) !== null && endpoint.state !== 'idle' && (
              <CaptureLink points={cablePoints(endpoint)} />
            )}
            {isOurs && (
              <>
                {!isHost(network) && !isNone(network) && (
                  <Button size="small" onClick={() => store.set({ editing: { kind: 'endpoint', id } })}>
                    <Pencil className="size-3.5" aria-hidden="true" />
                    {t('edit')}
                  </Button>
                )}
                <Button size="small" onClick={() => void changes.disconnect(endpoint, names)}>
                  <Unplug className="size-3.5" aria-hidden="true" />
                  {t('disconnect')}
                </Button>
              </>
            )}
            {container.sandbox && <TraceLink draft={{ from: `container:${container.id}` }} what="from" />}
          </>
        }
      />
      <div className="flex min-h-0 flex-1 flex-col gap-5 overflow-y-auto px-4 pt-1 pb-6">
        <DriftNotes subjectId={id} />
        <Section
          title={t('title')}
          aside={
            <Badge tone={endpoint.state === 'up' ? 'ok' : endpoint.state === 'idle' ? 'neutral' : 'warn'}>
              {t(`state.${endpoint.state}`)}
            </Badge>
          }
        >
          <EndpointFacts endpoint={endpoint} network={network} />
        </Section>
        {isOurs && !isHost(network) && !isNone(network) && (
          <ShapingSection endpoint={endpoint} names={names} isHeldOutside={network.parent === null} />
        )}
        {isOurs && container.sandbox && !isHost(network) && !isNone(network) && (
          <WhatIf
            key={id}
            title={whatIf('unplugged')}
            change={{ kind: 'disconnect', network: network.id, container: container.id }}
          />
        )}
        <Section title={t('traffic')}>
          <Sparkline samples={samples} colour={networkColour(network.colour)} />
        </Section>
        {endpoint.state !== 'idle' && <EndpointCable endpointId={id} />}
        <Section title={t('ends')}>
          <div className="flex flex-col items-start gap-1 text-sm">
            <ObjectLink subject={{ kind: 'container', id: container.id }}>{container.name}</ObjectLink>
            <ObjectLink subject={{ kind: 'network', id: network.id }} colour={network.colour}>
              {network.name}
            </ObjectLink>
          </div>
        </Section>
        <History kind="network" names={[container.name, network.name]} />
        <CopyAs
          docker={endpointAsDocker(endpoint, container, network)}
          ip={endpointAsIp(endpoint, container, network)}
        />
      </div>
    </>
  )
}

/** From the container over the host's end to the network's bridge, as far as there are such. */
function cablePoints({ containerId, networkId, hostIfname }: EndpointView): PointRequest[] {
  const [container, network] = [containerId, networkId]
  if (hostIfname === null) return [{ container, network }]
  return [{ container, network }, { container, network, end: 'host' }, { network }]
}
