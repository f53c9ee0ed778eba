'use client'

import { useTranslations } from 'next-intl'
import { useSnapshot } from '@/components/trpc/snapshot'
import { StatusDot } from '@/components/ui/status-dot'
import { isMasqueraded } from './arrangement'
import { DriftNotes } from './drift-notes'
import { Fact, Facts, Section } from './facts'
import { hostNodeId } from './graph-model'
import { InspectorHead } from './inspector-head'
import { ObjectLink } from './object-link'
import { TopTalkers } from './top-talkers'

export function HostInspector() {
  const t = useTranslations('panel.host')
  const tTraffic = useTranslations('time.traffic')
  const host = useSnapshot((snapshot) => snapshot.host)
  const networks = useSnapshot((snapshot) => Object.values(snapshot.networks).filter(isMasqueraded))
  const publishers = useSnapshot((snapshot) =>
    Object.values(snapshot.containers).filter(({ ports }) => ports.length > 0),
  )
  return (
    <>
      <InspectorHead title={t('title')} text={<bdi>{host.name}</bdi>} />
      <div className="flex min-h-0 flex-1 flex-col gap-5 overflow-y-auto px-4 pt-1 pb-6">
        <DriftNotes subjectId={hostNodeId} />
        <Section title={tTraffic('title')}>
          <TopTalkers />
        </Section>
        <Section title={t('uplinks')}>
          {host.uplinks.length === 0 && <p className="text-faint text-sm">{t('noUplink')}</p>}
          {host.uplinks.map(({ name, up, addresses }) => (
            <div key={name} className="flex items-start gap-2 font-mono text-xs">
              <StatusDot status={up ? 'ok' : 'idle'} className="mt-1" />
              <span className="shrink-0">{name}</span>
              <span className="min-w-0 break-words text-muted">{addresses.join(', ') || t('noAddress')}</span>
            </div>
          ))}
        </Section>
        <Section title={t('masquerade')}>
          {networks.length === 0 && <p className="text-faint text-sm">{t('nothingMasqueraded')}</p>}
          {networks.map((network) => (
            <div key={network.id} className="flex items-center justify-between gap-2 text-sm">
              <ObjectLink subject={{ kind: 'network', id: network.id }} colour={network.colour}>
                {network.name}
              </ObjectLink>
              <span className="font-mono text-muted text-xs">
                {network.pools.map(({ subnet }) => subnet).join(', ')}
              </span>
            </div>
          ))}
        </Section>
        <Section title={t('published')}>
          {publishers.length === 0 && <p className="text-faint text-sm">{t('nothingPublished')}</p>}
          {publishers.flatMap(({ id, name, ports }) =>
            ports.map((port) => (
              <div
                key={`${id} ${port.hostIp}:${port.hostPort}/${port.protocol}`}
                className="flex items-center gap-2 text-sm"
              >
                <span className="font-mono text-xs">
                  {port.hostIp}:{port.hostPort} →
                </span>
                <ObjectLink subject={{ kind: 'container', id }}>{name}</ObjectLink>
                <span className="font-mono text-muted text-xs">
                  :{port.containerPort}/{port.protocol}
                </span>
              </div>
            )),
          )}
        </Section>
        <Section title={t('facts')}>
          <Facts>
            <Fact name={t('kernel')} value={host.kernel} />
            <Fact name={t('rules')} value={String(host.ruleCount)} copies={false} />
            <Fact name={t('docker')} value={t(`dockerState.${host.docker}`)} copies={false} />
          </Facts>
        </Section>
      </div>
    </>
  )
}
