'use client'

import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useTRPC } from '@/components/trpc/client'
import { Checkbox } from '@/components/ui/checkbox'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import type { NetworkView } from '@/server/observe/snapshot'
import { draftOf, namesInput } from '../names/names-draft'
import { NamesFields } from '../names/names-fields'
import { DriverOptions } from '../network/driver-options-form'
import { GivenConfiguration } from '../network/given-configuration'
import { Fold } from '../topology/fold'
import { errorAt } from '../topology/plan-query'
import { changedFields } from './changed-fields'
import { EditConfiguration } from './edit-configuration'
import { EditSheet } from './edit-sheet'
import { useNetworkUpdate } from './network-update'
import { LabelRows, pairRows, pairsOf } from './pair-rows'
import { poolInputs, poolRows } from './pool-input'
import { ofPools, PoolRows } from './pool-rows'

const fields = ['name', 'internal', 'options', ...ofPools, 'names']

interface EditNetworkProps {
  network: NetworkView
  onClose: () => void
}

/** All of a network that can become another while containers are on it. */
export function EditNetwork(props: EditNetworkProps) {
  return props.network.configuration ? <EditConfiguration {...props} /> : <EditRealNetwork {...props} />
}

function EditRealNetwork({ network, onClose }: EditNetworkProps) {
  const t = useTranslations('panel.edit')
  const send = useNetworkUpdate(network.id)
  const drivers = useQuery(useTRPC().driver.list.queryOptions())
  const driver = drivers.data?.find(({ name }) => name === network.driver)
  // As it was when the sheet was opened: what others change meanwhile is not put back by it.
  const [before] = useState(network)
  const [name, setName] = useState(network.name)
  const [internal, setInternal] = useState(network.internal)
  const [pools, setPools] = useState(() => poolRows(network))
  const [labels, setLabels] = useState(() => pairRows(network.labels))
  const [options, setOptions] = useState(network.options)
  const [resolver, setResolver] = useState(() => draftOf(network.names))
  const isGiven = network.configFrom !== undefined
  const hasPools = !isGiven && driver?.usesIpam === true && (network.ipamDriver ?? 'default') === 'default'
  const { request, former } = changedFields(
    {
      name: name.trim(),
      internal,
      ...(isGiven ? {} : { labels: pairsOf(labels), options }),
      ...(hasPools ? { pools: poolInputs(pools) } : {}),
      ...(network.predefined ? {} : { names: namesInput(resolver) }),
    },
    {
      ...{ name: before.name, internal: before.internal },
      ...(isGiven ? {} : { labels: before.labels, options: before.options }),
      ...(hasPools ? { pools: poolInputs(poolRows(before)) } : {}),
      ...(network.predefined ? {} : { names: namesInput(draftOf(before.names)) }),
    },
  )
  return (
    <EditSheet
      title={<bdi className="break-all">{t('networkTitle', { name: before.name })}</bdi>}
      name={before.name}
      request={request}
      former={former}
      send={send}
      fields={fields}
      empty={t('recordOnly')}
      whatIf={(changes) => ({ kind: 'network', network: network.id, changes })}
      onClose={onClose}
    >
      {(error) => (
        <>
          <Field
            label={t('name')}
            error={errorAt(error, 'name')}
            {...(network.predefined ? { hint: t('nameKept') } : {})}
          >
            {(control) => (
              <Input
                {...control}
                value={name}
                readOnly={network.predefined}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
          <Checkbox
            checked={internal}
            onCheckedChange={setInternal}
            label={t('internal')}
            hint={errorAt(error, 'internal') ?? t('internalHint')}
          />
          {hasPools && <PoolRows rows={pools} onChange={setPools} error={error} />}
          {!network.predefined && (
            <NamesFields draft={resolver} onChange={setResolver} error={error} isInternal={internal} />
          )}
          {network.configFrom !== undefined && <GivenConfiguration name={network.configFrom} of={network} isMade />}
          {!isGiven && <LabelRows rows={labels} onChange={setLabels} />}
          {driver && !isGiven && (
            <Fold title={t('more')} forced={errorAt(error, 'options') !== null}>
              <DriverOptions
                driver={driver.name}
                schema={driver.options}
                values={options}
                onChange={setOptions}
                error={errorAt(error, 'options')}
                fixed={driver.fixedOptions}
              />
            </Fold>
          )}
        </>
      )}
    </EditSheet>
  )
}
