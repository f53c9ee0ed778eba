'use client'

import { useQuery } from '@tanstack/react-query'
import { Pencil, Plus, Trash2 } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import type { NetworkView, ServiceView } from '@/server/observe/snapshot'
import { Fact, Facts, Section } from '../topology/facts'
import { ObjectLink } from '../topology/object-link'
import { planError } from '../topology/plan-query'
import { useTRPC, useTRPCClient } from '../trpc/client'
import { useSnapshot } from '../trpc/snapshot'
import { Badge } from '../ui/badge'
import { Button } from '../ui/button'
import { IconButton } from '../ui/icon-button'
import { toast } from '../ui/toast'
import { serviceDraft, serviceInput, shares } from './service-draft'
import { ServiceForm } from './service-form'

/** How often the counters are read while somebody looks. */
const countMs = 2000

/** The services of a network: addresses, members, and who gets how much. */
export function ServicesSection({ network }: { network: NetworkView }) {
  const t = useTranslations('balance.service')
  const [editing, setEditing] = useState<ServiceView | 'new' | null>(null)
  const services = useSnapshot((snapshot) =>
    Object.values(snapshot.services).filter(({ networkId }) => networkId === network.id),
  )
  return (
    <div className="flex flex-col gap-5">
      <Section
        title={t('title')}
        aside={
          <Button size="small" onClick={() => setEditing('new')}>
            <Plus className="size-3.5" aria-hidden="true" />
            {t('add')}
          </Button>
        }
      >
        {services.length === 0 && <p className="text-faint text-sm">{t('none')}</p>}
      </Section>
      {services.map((service) => (
        <OneService key={service.id} service={service} onEdit={() => setEditing(service)} />
      ))}
      {editing !== null && (
        <ServiceForm
          network={network}
          {...(editing === 'new' ? {} : { service: editing })}
          onClose={() => setEditing(null)}
        />
      )}
    </div>
  )
}

function OneService({ service, onEdit }: { service: ServiceView; onEdit: () => void }) {
  const t = useTranslations('balance.service')
  const remove = useRemoval(service)
  const { name, ipv4Address, ipv6Address, ports, affinity } = service
  return (
    <Section
      title={<bdi className="font-mono text-ink text-xs normal-case tracking-normal">{name}</bdi>}
      aside={
        <span className="flex gap-1">
          <IconButton label={t('edit', { name })} size="small" onClick={onEdit}>
            <Pencil />
          </IconButton>
          <IconButton label={t('remove', { name })} size="small" onClick={() => void remove()}>
            <Trash2 />
          </IconButton>
        </span>
      }
    >
      <Facts>
        <Fact name={t('address')} value={[ipv4Address, ipv6Address].filter(Boolean).join(' · ')} />
        <Fact name={t('ports')} value={ports.map((port) => portText(t, port)).join(', ')} />
      </Facts>
      {affinity === 'client' && <Badge>{t('affinity')}</Badge>}
      <Members service={service} />
    </Section>
  )
}

type Words = ReturnType<typeof useTranslations<'balance.service'>>

function portText(t: Words, { port, protocol, targetPort, hostPort, hostIp }: ServiceView['ports'][number]): string {
  const way = t('portTo', { port, protocol, target: targetPort })
  const place = hostIp === '' ? `${hostPort}` : `${hostIp}:${hostPort}`
  return hostPort === null ? way : `${way} (${t('published', { port: place })})`
}

function Members({ service }: { service: ServiceView }) {
  const t = useTranslations('balance.service')
  const containers = useSnapshot((snapshot) => snapshot.containers)
  const counted = useQuery(
    useTRPC().service.inspect.queryOptions({ service: service.id }, { refetchInterval: countMs, retry: false }),
  )
  const connections = counted.data?.connections ?? {}
  const share = shares(connections)
  if (service.members.length === 0) return <p className="text-faint text-sm">{t('noMembers')}</p>
  return (
    <ul aria-label={t('members')} className="flex flex-col gap-1.5">
      {service.members.map(({ containerId, endpointId, weight, out }) => (
        <li key={containerId} className="flex items-center gap-2 text-sm">
          <span className="min-w-0 flex-1">
            <ObjectLink subject={{ kind: 'endpoint', id: endpointId }} lights={[endpointId]}>
              {containers[containerId]?.name ?? containerId}
            </ObjectLink>
          </span>
          {weight !== 1 && <Badge>{t('weight', { weight })}</Badge>}
          {out === null ? (
            <span className="flex items-center gap-2" title={t('connectionsHint')}>
              <span aria-hidden="true" className="h-1 w-14 overflow-hidden rounded-full bg-sunken">
                <span className="block h-full bg-accent" style={{ width: `${share[containerId] ?? 0}%` }} />
              </span>
              <span className="w-20 text-right font-mono text-muted text-xs">
                {t('connections', { share: share[containerId] ?? 0, count: connections[containerId] ?? 0 })}
              </span>
            </span>
          ) : (
            <Badge tone={out === 'unhealthy' ? 'bad' : 'warn'}>{t(`state.${out}`)}</Badge>
          )}
        </li>
      ))}
    </ul>
  )
}

/** Removes it at once; the toast brings it back. */
function useRemoval(service: ServiceView): () => Promise<void> {
  const t = useTranslations('balance.service.form')
  const client = useTRPCClient()
  const { name, networkId: network } = service
  const failed = (reason: unknown) =>
    void toast.failed(t('failed', { name }), { description: planError(reason).message })
  const undo = () => client.service.create.mutate({ network, ...serviceInput(serviceDraft(service)) })
  return async () => {
    await client.service.remove.mutate({ service: service.id }).then(
      () =>
        toast.done(t('removed', { name }), {
          action: { label: t('undo'), onClick: () => void undo().catch(failed) },
        }),
      failed,
    )
  }
}
