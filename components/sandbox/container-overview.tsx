'use client'

import { Unplug } from 'lucide-react'
import { useFormatter, useTranslations } from 'next-intl'
import { useSnapshot } from '@/components/trpc/snapshot'
import { IconButton } from '@/components/ui/icon-button'
import { networkColour } from '@/components/ui/network-colour'
import type { ContainerView, EndpointView, NetworkView } from '@/server/observe/snapshot'
import { useEndpointChanges } from '../endpoint/endpoint-changes'
import { EndpointFacts } from '../endpoint/endpoint-facts'
import { useSay } from '../i18n/use-say'
import { isHost, isNone } from '../topology/arrangement'
import { CopyAs } from '../topology/copy-as'
import { DriftNotes } from '../topology/drift-notes'
import { Fact, Facts, Section } from '../topology/facts'
import { History } from '../topology/history'
import { ObjectLink } from '../topology/object-link'
import { sharedNetwork, sharersOf } from '../topology/shared-network'
import { shellLine } from '../topology/shell'
import { Sparkline } from '../topology/sparkline'
import { useTrafficHistory } from '../topology/traffic'
import { containerAsDocker } from './container-commands'
import { PublishedPorts } from './published-ports'

export function ContainerOverview({ container }: { container: ContainerView }) {
  const endpoints = useSnapshot((snapshot) =>
    Object.values(snapshot.endpoints)
      .filter(({ containerId }) => containerId === container.id)
      .toSorted((a, b) => (a.ifname ?? '~').localeCompare(b.ifname ?? '~', 'en', { numeric: true })),
  )
  const networks = useSnapshot((snapshot) => snapshot.networks)
  const say = useSay()
  const joined = endpoints.flatMap((endpoint) => {
    const network = networks[endpoint.networkId]
    return network ? [{ endpoint, network }] : []
  })
  return (
    <>
      <DriftNotes subjectId={container.id} />
      {container.error !== '' && (
        <p className="rounded-md bg-bad-soft px-3 py-2 text-bad text-sm">{say(container.error)}</p>
      )}
      <Sharing container={container} isUnplugged={joined.length === 0} />
      {joined.map(({ endpoint, network }) => (
        <JoinedNetwork key={endpoint.id} container={container} endpoint={endpoint} network={network} />
      ))}
      <PublishedPorts container={container} />
      <Limits container={container} />
      <Mounts container={container} />
      <History kind="container" names={[container.name]} />
      <CopyAs docker={containerAsDocker(container, joined)} />
    </>
  )
}

/** Whose network it shares, and who shares its own. */
function Sharing({ container, isUnplugged }: { container: ContainerView; isUnplugged: boolean }) {
  const t = useTranslations('panel.sandbox')
  const shared = useSnapshot(({ containers }) => sharedNetwork(container, containers))
  const sharers = useSnapshot(({ containers }) => sharersOf(container, containers))
  if (shared) {
    const owner = () =>
      shared.ownerId === null ? (
        <bdi>{shared.name}</bdi>
      ) : (
        <ObjectLink subject={{ kind: 'container', id: shared.ownerId }}>{shared.name}</ObjectLink>
      )
    return <p className="text-muted text-sm">{t.rich(shared.cutOff ? 'cutOffHint' : 'sharedHint', { owner })}</p>
  }
  return (
    <>
      {isUnplugged && <p className="text-faint text-sm">{t('unpluggedHint')}</p>}
      {sharers.length > 0 && (
        <Section title={t('sharers')}>
          {sharers.map(({ id, name }) => (
            <ObjectLink key={id} subject={{ kind: 'container', id }}>
              {name}
            </ObjectLink>
          ))}
        </Section>
      )}
    </>
  )
}

function JoinedNetwork({
  container,
  endpoint,
  network,
}: {
  container: ContainerView
  endpoint: EndpointView
  network: NetworkView
}) {
  const t = useTranslations('panel.sandbox')
  const changes = useEndpointChanges()
  const samples = useTrafficHistory(endpoint.id)
  const canLeave = network.origin === 'patchbay' && container.origin === 'patchbay' && !isHost(network)
  return (
    <Section
      title={t('endpointOn')}
      aside={
        <span className="flex min-w-0 flex-1 items-center justify-between gap-1">
          <ObjectLink subject={{ kind: 'endpoint', id: endpoint.id }} colour={network.colour} lights={[endpoint.id]}>
            {network.name}
          </ObjectLink>
          {canLeave && (
            <IconButton
              label={t('disconnectFrom', { network: network.name })}
              size="small"
              onClick={() => void changes.disconnect(endpoint, { network: network.name, container: container.name })}
            >
              <Unplug />
            </IconButton>
          )}
        </span>
      }
    >
      {isHost(network) || isNone(network) ? (
        <p className="text-muted text-sm">{t(isHost(network) ? 'hostStack' : 'noStack')}</p>
      ) : (
        <EndpointFacts endpoint={endpoint} network={network} />
      )}
      {samples.length > 0 && <Sparkline samples={samples} colour={networkColour(network.colour)} />}
    </Section>
  )
}

function Mounts({ container }: { container: ContainerView }) {
  const t = useTranslations('panel.sandbox')
  if (container.mounts.length === 0) return null
  return (
    <Section title={t('mounts')}>
      <Facts>
        {container.mounts.map(({ type, source, target, readOnly }) => (
          <Fact
            key={target}
            name={target}
            value={`${source === '' ? type : source}${readOnly ? ` (${t('readOnly')})` : ''}`}
          />
        ))}
      </Facts>
    </Section>
  )
}

function Limits({ container }: { container: ContainerView }) {
  const t = useTranslations('panel.sandbox')
  const format = useFormatter()
  const { pidsLimit, memoryBytes, nanoCpus, restartPolicy, restartCount, health } = container
  return (
    <Section title={t('container')}>
      <Facts>
        <Fact name={t('command')} value={shellLine(container.command)} />
        <Fact name={t('hostname')} value={container.hostname} />
        <Fact
          name={t('memory')}
          value={memoryBytes === null ? t('noLimit') : `${format.number(memoryBytes / 1048576)} MiB`}
          copies={false}
        />
        <Fact name={t('pids')} value={pidsLimit === null ? t('noLimit') : String(pidsLimit)} copies={false} />
        {nanoCpus !== null && <Fact name={t('cpus')} value={format.number(nanoCpus / 1e9)} copies={false} />}
        {restartPolicy.name !== 'no' && (
          <Fact
            name={t('restartPolicy')}
            value={t(`policy.${restartPolicy.name}`, { most: restartPolicy.maximumRetryCount })}
            copies={false}
          />
        )}
        {restartCount > 0 && <Fact name={t('restarts')} value={format.number(restartCount)} copies={false} />}
        {health !== null && <Fact name={t('health')} value={t(`healthState.${health}`)} copies={false} />}
      </Facts>
    </Section>
  )
}
