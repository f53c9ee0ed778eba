'use client'

import { Pencil, Plus, Trash2 } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useSnapshot } from '@/components/trpc/snapshot'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Tab, TabList, TabPanel, Tabs } from '@/components/ui/tabs'
import type { Told } from '@/server/cnm/sentence'
import type { NetworkView } from '@/server/observe/snapshot'
import { AddressMap } from '../addresses/address-map'
import { CaptureLink } from '../capture/capture-link'
import { useSay } from '../i18n/use-say'
import { NetworkNamesSection } from '../names/network-names'
import { PolicySection } from '../policy/policy-section'
import { ServicesSection } from '../service/services-section'
import { CopyAs } from '../topology/copy-as'
import { DriftNotes } from '../topology/drift-notes'
import { Fact, Facts, Section } from '../topology/facts'
import { History } from '../topology/history'
import { InspectorHead } from '../topology/inspector-head'
import { NetworkBadges } from '../topology/nodes/network-badges'
import { ObjectLink, select } from '../topology/object-link'
import { usePanelStore } from '../topology/panel-state'
import { ConfigurationInspector } from './configuration-inspector'
import { networkAsDocker, networkAsIp } from './network-commands'

export function NetworkInspector({ id }: { id: string }) {
  const t = useTranslations('panel.network')
  const store = usePanelStore()
  const network = useSnapshot((snapshot) => snapshot.networks[id])
  const endpoints = useSnapshot((snapshot) =>
    Object.values(snapshot.endpoints).filter(({ networkId }) => networkId === id),
  )
  if (!network) return null
  if (network.configuration) return <ConfigurationInspector network={network} />
  const isOurs = network.origin === 'patchbay'
  const canHaveServices = isOurs && network.driver === 'bridge'
  const canHavePolicy = isOurs && network.device !== null
  return (
    <>
      <InspectorHead
        title={<bdi title={network.name}>{network.name}</bdi>}
        colour={network.colour}
        text={t('kind', { count: endpoints.length })}
        actions={
          <>
            {(network.device ?? network.parent) !== null && <CaptureLink points={[{ network: id }]} />}
            {isOurs && (
              <>
                <Button
                  size="small"
                  onClick={() => store.set({ creating: { what: 'container', at: null, network: network.id } })}
                >
                  <Plus className="size-3.5" aria-hidden="true" />
                  {t('addContainer')}
                </Button>
                {network.driver !== 'host' && network.driver !== 'null' && (
                  <Button size="small" onClick={() => store.set({ editing: { kind: 'network', id } })}>
                    <Pencil className="size-3.5" aria-hidden="true" />
                    {t('edit')}
                  </Button>
                )}
                {!network.predefined && (
                  <Button size="small" onClick={() => store.set({ removing: { kind: 'network', id } })}>
                    <Trash2 className="size-3.5" aria-hidden="true" />
                    {t('remove')}
                  </Button>
                )}
              </>
            )}
          </>
        }
      />
      <Tabs defaultValue="overview" className="min-h-0 flex-1">
        <TabList label={t('tabs')}>
          <Tab value="overview">{t('overview')}</Tab>
          <Tab value="endpoints">{t('endpoints')}</Tab>
          {canHaveServices && <Tab value="services">{t('services')}</Tab>}
          {canHavePolicy && <Tab value="policy">{t('policy')}</Tab>}
          <Tab value="map">{t('map')}</Tab>
          <Tab value="kernel">{t('kernel')}</Tab>
        </TabList>
        <TabPanel value="overview" className="flex flex-col gap-5">
          <DriftNotes subjectId={id} />
          {network.collisions !== undefined && <Collisions sentences={network.collisions} />}
          <Overview network={network} />
          {network.configFrom !== undefined && <MadeFrom name={network.configFrom} />}
          {isOurs && !network.predefined && <NetworkNamesSection network={network} />}
          <History kind="network" names={[network.name]} />
          <CopyAs docker={networkAsDocker(network)} ip={networkAsIp(network)} />
        </TabPanel>
        <TabPanel value="endpoints">
          <NetworkEndpoints id={id} />
        </TabPanel>
        <TabPanel value="services">
          <ServicesSection network={network} />
        </TabPanel>
        <TabPanel value="policy">
          <PolicySection kind="network" view={network} />
        </TabPanel>
        <TabPanel value="map">
          <AddressMap
            network={network}
            onSelect={(endpointId) => select(store, { kind: 'endpoint', id: endpointId })}
          />
        </TabPanel>
        <TabPanel value="kernel" className="flex flex-col gap-5">
          <Section
            title={t('device')}
            aside={
              network.deviceState !== 'none' && (
                <Badge tone={network.deviceState === 'up' ? 'ok' : 'warn'}>
                  {t(`deviceState.${network.deviceState}`)}
                </Badge>
              )
            }
          >
            <Facts>
              <Fact name={t('deviceName')} value={network.device} />
              {network.parent !== null && <Fact name={t('parent')} value={network.parent} />}
              <Fact name={t('mark')} value={isOurs ? `patchbay:${network.id}` : null} />
              <Fact name={t('id')} value={network.id} />
            </Facts>
          </Section>
          <Section title={t('options')}>
            <Entries entries={{ ...network.options, ...network.ipamOptions }} none={t('noOptions')} />
          </Section>
          <Section title={t('labels')}>
            <Entries entries={network.labels} none={t('noLabels')} />
          </Section>
        </TabPanel>
      </Tabs>
    </>
  )
}

function Overview({ network }: { network: NetworkView }) {
  const t = useTranslations('panel.network')
  return (
    <Section
      title={t('addresses')}
      aside={
        <span className="flex gap-1">
          <Badge>{network.driver}</Badge>
          <NetworkBadges network={network} />
        </span>
      }
    >
      {network.pools.length === 0 && <p className="text-faint text-sm">{noPoolText(t, network)}</p>}
      {network.pools.map((pool) => (
        <Facts key={pool.subnet}>
          <Fact name={t('subnet')} value={pool.subnet} />
          <Fact name={t('gateway')} value={pool.gateway || '–'} />
          {pool.ipRange !== undefined && <Fact name={t('range')} value={pool.ipRange} />}
          {network.parent === null ? (
            <Fact name={t('deviceName')} value={network.device} />
          ) : (
            <Fact name={t('parent')} value={network.parent} />
          )}
        </Facts>
      ))}
    </Section>
  )
}

function MadeFrom({ name }: { name: string }) {
  const t = useTranslations('panel.configuration')
  const source = useSnapshot(({ networks }) =>
    Object.values(networks).find((network) => network.configuration && network.name === name),
  )
  return (
    <Section title={t('title')}>
      <p className="text-muted text-sm">
        {t.rich('madeFrom', {
          name: () =>
            source ? (
              <ObjectLink subject={{ kind: 'network', id: source.id }} colour={source.colour}>
                {name}
              </ObjectLink>
            ) : (
              <bdi>{name}</bdi>
            ),
        })}
      </p>
    </Section>
  )
}

function Collisions({ sentences }: { sentences: readonly Told[] }) {
  const say = useSay()
  const t = useTranslations('panel.network')
  return (
    <ul
      aria-label={t('collidesTitle')}
      className="flex flex-col gap-1 rounded-md bg-warn-soft px-3 py-2 text-sm text-warn"
    >
      {sentences.map(say).map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  )
}

function noPoolText(t: ReturnType<typeof useTranslations<'panel.network'>>, { ipamDriver }: NetworkView): string {
  if (ipamDriver === 'dhcp') return t('ipamOf.dhcp')
  return ipamDriver === 'null' ? t('ipamOf.null') : t('noPool')
}

function NetworkEndpoints({ id }: { id: string }) {
  const t = useTranslations('panel.network')
  const endpoints = useSnapshot((snapshot) =>
    Object.values(snapshot.endpoints).filter(({ networkId }) => networkId === id),
  )
  const containers = useSnapshot((snapshot) => snapshot.containers)
  if (endpoints.length === 0) return <p className="text-faint text-sm">{t('noEndpoints')}</p>
  return (
    <ul className="flex flex-col gap-2.5">
      {endpoints.map((endpoint) => (
        <li key={endpoint.id} className="flex flex-col text-sm">
          <span className="flex items-center justify-between gap-2">
            <ObjectLink subject={{ kind: 'endpoint', id: endpoint.id }} lights={[endpoint.id]}>
              {containers[endpoint.containerId]?.name ?? endpoint.containerId}
            </ObjectLink>
            <span className="shrink-0 font-mono text-xs">
              {endpoint.ipv4Address ?? endpoint.ipv6Address ?? t('stopped')}
            </span>
          </span>
          <span className="truncate font-mono text-faint text-xs">
            {[endpoint.ipv4Address && endpoint.ipv6Address, endpoint.ifname, endpoint.hostIfname, endpoint.macAddress]
              .filter(Boolean)
              .join(' · ')}
          </span>
        </li>
      ))}
    </ul>
  )
}

function Entries({ entries, none }: { entries: Readonly<Record<string, string>>; none: string }) {
  const pairs = Object.entries(entries)
  if (pairs.length === 0) return <p className="text-faint text-sm">{none}</p>
  return (
    <ul className="flex flex-col gap-1 font-mono text-xs">
      {pairs.map(([name, value]) => (
        <li key={name} className="break-words">
          <span className="text-faint">{name}=</span>
          <bdi>{value}</bdi>
        </li>
      ))}
    </ul>
  )
}
