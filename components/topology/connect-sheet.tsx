'use client'

import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useTRPCClient } from '@/components/trpc/client'
import { useSnapshot } from '@/components/trpc/snapshot'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Sheet } from '@/components/ui/sheet'
import type { ContainerView, EndpointView, NetworkView } from '@/server/observe/snapshot'
import { useEndpointChanges } from '../endpoint/endpoint-changes'
import { carriedAlong, type JointRequest } from '../endpoint/joint'
import { PriorityField } from '../endpoint/priority-field'
import { isUp } from '../sandbox/container-status'
import { WhatIf } from '../trace/what-if'
import { AutomaticInput } from './automatic-input'
import { ConnectMany } from './connect-many'
import { placeBesideNodes } from './connect-place'
import { Fold } from './fold'
import type { Joint } from './panel-state'
import { Interruptions, PlanBlock } from './plan-block'
import { errorAt, usePlan } from './plan-query'
import { useSubmission } from './submission'

const fields = ['ipv4Address', 'ipv6Address', 'aliases', 'macAddress', 'gwPriority']

/** After a cable was dropped: with which address and names it is to be connected, and what will run for it. */
export function ConnectSheet({ joint, onClose }: { joint: Joint; onClose: () => void }) {
  const network = useSnapshot((snapshot) => snapshot.networks[joint.networkId])
  const containers = useSnapshot((snapshot) =>
    joint.containerIds.map((id) => snapshot.containers[id]).filter((container) => container !== undefined),
  )
  const moved = useSnapshot((snapshot) => (joint.moving ? (snapshot.endpoints[joint.moving] ?? null) : null))
  const [container] = containers
  if (!network || !container) return null
  if (containers.length > 1) {
    return <ConnectMany joint={joint} network={network} containers={containers} onClose={onClose} />
  }
  return <ConnectForm joint={joint} network={network} container={container} moved={moved} onClose={onClose} />
}

interface ConnectFormProps {
  joint: Joint
  network: NetworkView
  container: ContainerView
  /** The endpoint that is given up for the new one. */
  moved: EndpointView | null
  onClose: () => void
}

function ConnectForm({ joint, network, container, moved, onClose }: ConnectFormProps) {
  const t = useTranslations('panel.connect')
  const client = useTRPCClient()
  const [place] = useState(() => placeBesideNodes([joint.networkId, ...joint.containerIds], joint.at))
  const changes = useEndpointChanges()
  const [address, setAddress] = useState('')
  const [aliases, setAliases] = useState(moved?.aliases.join(', ') ?? '')
  const [ipv6, setIpv6] = useState('')
  const [mac, setMac] = useState('')
  const [priority, setPriority] = useState(String(moved?.asked?.gwPriority ?? 0))
  const hasIpv6 = network.pools.some(({ subnet }) => subnet.includes(':'))
  const joined = { network: network.id, container: container.id }
  const request = {
    ...(moved ? carriedAlong(moved) : {}),
    ...requestOf({ ...joined, address, ipv6, aliases, mac, priority }),
  }
  const asked = { ...request, ...(moved ? { leaving: moved.networkId } : {}) }
  const plan = usePlan('network.connect', asked, (input) => client.network.connect.mutate({ ...input, dryRun: true }))
  const { isBusy, error, submit } = useSubmission(request, plan.error)
  const names = { network: network.name, container: container.name }

  const connect = async () => {
    if (moved) await changes.move(moved, request, names)
    else await changes.connect(request, names)
    onClose()
  }

  return (
    <Sheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={moved ? t('moveTitle', names) : t('title', names)}
      placement="free"
      style={place}
      onSubmit={() => void submit(connect)}
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" variant="primary" busy={isBusy}>
            {t('connect')}
            <span aria-hidden="true" className="font-normal opacity-70">
              ⏎
            </span>
          </Button>
        </>
      }
    >
      <Field label={t('address')} error={errorAt(error, 'ipv4Address')}>
        {(control) => (
          <AutomaticInput
            control={control}
            value={address}
            onChange={setAddress}
            automatic={plan.result?.ipv4Address?.split('/')[0]}
            autoFocus
          />
        )}
      </Field>
      <Field label={t('aliases')} error={errorAt(error, 'aliases')}>
        {(control) => (
          <Input
            {...control}
            mono
            value={aliases}
            onChange={(event) => setAliases(event.target.value)}
            placeholder={t('aliasesNone')}
          />
        )}
      </Field>
      <Fold title={t('more')} forced={errorAt(error, 'ipv6Address', 'macAddress', 'gwPriority') !== null}>
        {hasIpv6 && (
          <Field label={t('ipv6')} error={errorAt(error, 'ipv6Address')}>
            {(control) => (
              <AutomaticInput
                control={control}
                value={ipv6}
                onChange={setIpv6}
                automatic={plan.result?.ipv6Address?.split('/')[0]}
              />
            )}
          </Field>
        )}
        <Field label={t('mac')} error={errorAt(error, 'macAddress')}>
          {(control) => (
            <AutomaticInput
              control={control}
              value={mac}
              onChange={setMac}
              automatic={plan.result?.macAddress ?? undefined}
            />
          )}
        </Field>
        <PriorityField value={priority} onChange={setPriority} error={errorAt(error, 'gwPriority')} />
      </Fold>
      <Interruptions sentences={plan.interruptions} />
      <PlanBlock
        plan={plan}
        error={error}
        fields={fields}
        empty={isUp(container.status) ? undefined : t('planStopped')}
      />
      {isUp(container.status) && <WhatIf change={{ kind: 'connect', ...asked }} />}
    </Sheet>
  )
}

interface ConnectText {
  network: string
  container: string
  address: string
  ipv6: string
  aliases: string
  mac: string
  priority: string
}

/** What is left empty is for the daemon to choose. */
function requestOf({ network, container, address, ipv6, aliases, mac, priority }: ConnectText): JointRequest {
  const names = aliases.split(/[\s,]+/).filter((alias) => alias !== '')
  return {
    network,
    container,
    ...(address.trim() === '' ? {} : { ipv4Address: address.trim() }),
    ...(ipv6.trim() === '' ? {} : { ipv6Address: ipv6.trim() }),
    ...(Number(priority) ? { gwPriority: Number(priority) } : {}),
    ...(mac.trim() === '' ? {} : { macAddress: mac.trim() }),
    ...(names.length === 0 ? {} : { aliases: names }),
  }
}
