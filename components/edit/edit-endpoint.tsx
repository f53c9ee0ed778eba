'use client'

import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useTRPCClient } from '@/components/trpc/client'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import type { ContainerView, EndpointView, NetworkView } from '@/server/observe/snapshot'
import { PriorityField } from '../endpoint/priority-field'
import { isUp } from '../sandbox/container-status'
import { AutomaticInput } from '../topology/automatic-input'
import { Fold } from '../topology/fold'
import { errorAt } from '../topology/plan-query'
import { changedFields, listed } from './changed-fields'
import { EditSheet } from './edit-sheet'

const fields = [
  'ipv4Address',
  'ipv6Address',
  'linkLocalIps',
  'macAddress',
  'aliases',
  'links',
  'gwPriority',
  'driverOpts',
]
const prefix = 'com.docker.network.endpoint.'

export interface EditEndpointProps {
  endpoint: EndpointView
  network: NetworkView
  container: ContainerView
  onClose: () => void
}

/** Addresses, names and the way out of a container on one network. */
export function EditEndpoint({ endpoint, network, container, onClose }: EditEndpointProps) {
  const t = useTranslations('panel.edit')
  const client = useTRPCClient()
  const [before] = useState(() => askedOf(endpoint))
  const [asked, setAsked] = useState(before)
  const set = (change: Partial<Asked>) => setAsked((known) => ({ ...known, ...change }))
  const { request, former } = changedFields(inputOf(asked), inputOf(before))
  const [held] = useState(() => heldBy(endpoint))
  const hasIpv6 = network.pools.some(({ subnet }) => subnet.includes(':'))
  const plain = (address: string | null) => address?.split('/')[0]
  return (
    <EditSheet
      title={
        <bdi className="break-all">{t('endpointTitle', { container: container.name, network: network.name })}</bdi>
      }
      name={`${container.name} · ${network.name}`}
      request={request}
      former={{ ...former, ...missing(former, held) }}
      send={(input, dryRun) =>
        client.endpoint.update.mutate({ network: network.id, container: container.id, ...input, dryRun })
      }
      fields={fields}
      empty={isUp(container.status) ? t('recordOnly') : t('nextStart')}
      {...(isUp(container.status)
        ? {
            whatIf: (changes) => ({ kind: 'endpoint', network: network.id, container: container.id, changes }),
          }
        : {})}
      onClose={onClose}
    >
      {(error) => (
        <>
          <Field label={t('ipv4')} error={errorAt(error, 'ipv4Address')}>
            {(control) => (
              <AutomaticInput
                control={control}
                value={asked.ipv4Address}
                onChange={(ipv4Address) => set({ ipv4Address })}
                automatic={plain(endpoint.ipv4Address)}
              />
            )}
          </Field>
          {hasIpv6 && (
            <Field label={t('ipv6')} error={errorAt(error, 'ipv6Address')}>
              {(control) => (
                <AutomaticInput
                  control={control}
                  value={asked.ipv6Address}
                  onChange={(ipv6Address) => set({ ipv6Address })}
                  automatic={plain(endpoint.ipv6Address)}
                />
              )}
            </Field>
          )}
          <Field label={t('aliases')} hint={t('aliasesHint')} error={errorAt(error, 'aliases')}>
            {(control) => (
              <Input
                {...control}
                mono
                value={asked.aliases}
                onChange={(event) => set({ aliases: event.target.value })}
              />
            )}
          </Field>
          <PriorityField
            value={asked.gwPriority}
            onChange={(gwPriority) => set({ gwPriority })}
            error={errorAt(error, 'gwPriority')}
          />
          <Fold title={t('more')} forced={errorAt(error, 'macAddress', 'linkLocalIps', 'links', 'driverOpts') !== null}>
            <Field label={t('mac')} error={errorAt(error, 'macAddress')}>
              {(control) => (
                <AutomaticInput
                  control={control}
                  value={asked.macAddress}
                  onChange={(macAddress) => set({ macAddress })}
                  automatic={endpoint.macAddress ?? undefined}
                />
              )}
            </Field>
            <Field label={t('linkLocal')} hint={t('linkLocalHint')} error={errorAt(error, 'linkLocalIps')}>
              {(control) => (
                <Input
                  {...control}
                  mono
                  value={asked.linkLocalIps}
                  onChange={(event) => set({ linkLocalIps: event.target.value })}
                />
              )}
            </Field>
            <Field label={t('links')} hint={t('linksHint')} error={errorAt(error, 'links')}>
              {(control) => (
                <Input {...control} mono value={asked.links} onChange={(event) => set({ links: event.target.value })} />
              )}
            </Field>
            <Field label={t('ifname')} error={errorAt(error, 'driverOpts')}>
              {(control) => (
                <AutomaticInput
                  control={control}
                  value={asked.ifname}
                  onChange={(ifname) => set({ ifname })}
                  automatic={endpoint.ifname ?? undefined}
                />
              )}
            </Field>
            <Field label={t('sysctls')} hint={t('sysctlsHint')}>
              {(control) => (
                <Input
                  {...control}
                  mono
                  value={asked.sysctls}
                  onChange={(event) => set({ sysctls: event.target.value })}
                />
              )}
            </Field>
          </Fold>
        </>
      )}
    </EditSheet>
  )
}

/** The form's texts; what is empty is the network's to choose. */
type Asked = Readonly<
  Record<
    | 'ipv4Address'
    | 'ipv6Address'
    | 'macAddress'
    | 'linkLocalIps'
    | 'aliases'
    | 'links'
    | 'gwPriority'
    | 'ifname'
    | 'sysctls',
    string
  >
>

function askedOf({ aliases, asked }: EndpointView): Asked {
  return {
    ipv4Address: asked?.ipv4Address ?? '',
    ipv6Address: asked?.ipv6Address ?? '',
    macAddress: asked?.macAddress ?? '',
    linkLocalIps: asked?.linkLocalIps?.join(', ') ?? '',
    aliases: aliases.join(', '),
    links: asked?.links.join(', ') ?? '',
    gwPriority: String(asked?.gwPriority ?? 0),
    ifname: asked?.driverOpts[`${prefix}ifname`] ?? '',
    sysctls: asked?.driverOpts[`${prefix}sysctls`] ?? '',
  }
}

function inputOf({ aliases, linkLocalIps, links, gwPriority, ifname, sysctls, ...addresses }: Asked) {
  const driverOpts = Object.entries({ ifname, sysctls }).filter(([, text]) => text.trim() !== '')
  return {
    ipv4Address: addresses.ipv4Address.trim(),
    ipv6Address: addresses.ipv6Address.trim(),
    macAddress: addresses.macAddress.trim(),
    linkLocalIps: listed(linkLocalIps),
    aliases: listed(aliases),
    links: listed(links),
    gwPriority: Number(gwPriority) || 0,
    driverOpts: Object.fromEntries(driverOpts.map(([name, text]) => [`${prefix}${name}`, text.trim()])),
  }
}

/** What was the network's choice has to be asked for by name to come back. */
function heldBy({ ipv4Address, ipv6Address, ifname }: EndpointView): Held {
  return {
    ipv4Address: ipv4Address?.split('/')[0] ?? '',
    ipv6Address: ipv6Address?.split('/')[0] ?? '',
    driverOpts: ifname === null ? {} : { [`${prefix}ifname`]: ifname },
  }
}

interface Held {
  readonly ipv4Address: string
  readonly ipv6Address: string
  readonly driverOpts: Record<string, string>
}

function missing(former: Partial<Held>, held: Held): Partial<Held> {
  const { ipv4Address, ipv6Address, driverOpts } = former
  return {
    ...(ipv4Address === '' ? { ipv4Address: held.ipv4Address } : {}),
    ...(ipv6Address === '' ? { ipv6Address: held.ipv6Address } : {}),
    ...(driverOpts ? { driverOpts: { ...held.driverOpts, ...driverOpts } } : {}),
  }
}
