'use client'

import { Layers } from 'lucide-react'
import Link from 'next/link'
import { useFormatter, useTranslations } from 'next-intl'
import { useSnapshot } from '@/components/trpc/snapshot'
import type { ContainerView } from '@/server/observe/snapshot'
import { endpointAsIp } from '../endpoint/endpoint-commands'
import { refOfContainer } from '../tables/namespaces/namespace-ref'
import { CopyAs } from '../topology/copy-as'
import { Fact, Facts, Section } from '../topology/facts'

/** What stands behind the container in the kernel. */
export function ContainerKernel({ container }: { container: ContainerView }) {
  const t = useTranslations('panel.sandbox')
  const namespaces = useTranslations('namespaces')
  const format = useFormatter()
  const endpoints = useSnapshot((snapshot) =>
    Object.values(snapshot.endpoints).filter(({ containerId }) => containerId === container.id),
  )
  const networks = useSnapshot((snapshot) => snapshot.networks)
  const byHand = endpoints
    .map((endpoint) => {
      const network = networks[endpoint.networkId]
      return network ? endpointAsIp(endpoint, container, network) : null
    })
    .filter((commands) => commands !== null)
  const time = (at: string | null) =>
    at === null ? null : format.dateTime(new Date(at), { dateStyle: 'medium', timeStyle: 'medium' })
  return (
    <>
      <Section title={t('sandbox')}>
        <Facts>
          <Fact name={t('pid')} value={container.pid === null ? null : String(container.pid)} />
          <Fact name={t('key')} value={container.sandbox?.key} />
          <Fact name={t('sandboxId')} value={container.sandbox?.id} />
          <Fact name={t('enter')} value={container.sandbox ? `nsenter --net=${container.sandbox.key}` : null} />
        </Facts>
        {container.pid !== null && (
          <Link
            href={`/namespaces?${new URLSearchParams({ ns: refOfContainer(container) })}`}
            className="mt-2 inline-flex items-center gap-1.5 rounded text-accent text-sm hover:underline"
          >
            <Layers aria-hidden="true" className="size-3.5" />
            {namespaces('openTables')}
          </Link>
        )}
      </Section>
      <Section title={t('links')}>
        {endpoints.length === 0 && <p className="text-faint text-sm">{t('noLinks')}</p>}
        <ul className="flex flex-col gap-1 font-mono text-xs">
          {endpoints.map(({ id, ifname, hostIfname, networkId }) => (
            <li key={id} className="break-words">
              {ifname ?? '–'} ↔ {hostIfname ?? '–'} ↔{' '}
              {networks[networkId]?.device ?? networks[networkId]?.parent ?? '–'}
            </li>
          ))}
        </ul>
      </Section>
      <Section title={t('life')}>
        <Facts>
          <Fact name={t('id')} value={container.id} />
          <Fact name={t('createdAt')} value={time(container.createdAt)} copies={false} />
          <Fact name={t('startedAt')} value={time(container.startedAt)} copies={false} />
          <Fact name={t('finishedAt')} value={time(container.finishedAt)} copies={false} />
        </Facts>
      </Section>
      {byHand.length > 0 && <CopyAs docker={null} ip={byHand.join('\n')} />}
    </>
  )
}
