'use client'

import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useTRPC } from '@/components/trpc/client'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Select } from '@/components/ui/select'
import type { NetworkView } from '@/server/observe/snapshot'
import { driverFor } from '../network/configuration'
import { DriverOptions } from '../network/driver-options-form'
import { FamilyFields } from '../network/family-fields'
import { Fold } from '../topology/fold'
import { errorAt } from '../topology/plan-query'
import { changedFields } from './changed-fields'
import { EditSheet } from './edit-sheet'
import { useNetworkUpdate } from './network-update'
import { LabelRows, pairRows, pairsOf } from './pair-rows'
import { poolInputs, poolRows } from './pool-input'
import { ofPools, PoolRows } from './pool-rows'

const fields = ['name', 'options', ...ofPools]

/** What a configuration says to the networks that will be made from it; those that were keep what they have. */
export function EditConfiguration({ network, onClose }: { network: NetworkView; onClose: () => void }) {
  const t = useTranslations('panel.edit')
  const words = useTranslations('panel.createNetwork')
  const send = useNetworkUpdate(network.id)
  const drivers = useQuery(useTRPC().driver.list.queryOptions())
  const [before] = useState(network)
  const was = before.configuration ?? { ipv4: true, ipv6: false }
  const [name, setName] = useState(before.name)
  const [families, setFamilies] = useState({ ipv6: was.ipv6, isIpv6Only: !was.ipv4 })
  const [pools, setPools] = useState(() => poolRows(before))
  const [labels, setLabels] = useState(() => pairRows(before.labels))
  const [options, setOptions] = useState(before.options)
  const [picked, setPicked] = useState<string | null>(null)
  const creatable = drivers.data?.filter((driver) => driver.creatable) ?? []
  const driver = creatable.find((one) => one.name === (picked ?? driverFor(before.options, creatable, 'bridge')))
  const hasPools = (before.ipamDriver ?? 'default') === 'default'
  const isIpv6Named = pools.some(({ subnet }) => subnet.includes(':'))
  const ipv6 = families.ipv6 || isIpv6Named
  const { request, former } = changedFields(
    {
      ...{ name: name.trim(), labels: pairsOf(labels), options, ipv6, ipv4: !(ipv6 && families.isIpv6Only) },
      ...(hasPools ? { pools: poolInputs(pools) } : {}),
    },
    {
      ...{ name: before.name, labels: before.labels, options: before.options, ipv6: was.ipv6, ipv4: was.ipv4 },
      ...(hasPools ? { pools: poolInputs(poolRows(before)) } : {}),
    },
  )
  return (
    <EditSheet
      title={<bdi className="break-all">{t('configurationTitle', { name: before.name })}</bdi>}
      name={before.name}
      request={request}
      former={former}
      send={send}
      fields={fields}
      empty={t('recordOnly')}
      onClose={onClose}
    >
      {(error) => (
        <>
          <p className="text-muted text-sm">{t('configurationHint')}</p>
          <Field label={t('name')} error={errorAt(error, 'name')}>
            {(control) => <Input {...control} value={name} onChange={(event) => setName(event.target.value)} />}
          </Field>
          <FamilyFields value={families} onChange={setFamilies} isIpv6Named={isIpv6Named} />
          {hasPools && <PoolRows rows={pools} onChange={setPools} error={error} />}
          <LabelRows rows={labels} onChange={setLabels} />
          {driver && (
            <Fold title={t('more')} forced={errorAt(error, 'options') !== null}>
              <Field label={words('optionsOf')} hint={words('driverLater')}>
                {(control) => (
                  <Select
                    {...control}
                    value={driver.name}
                    onValueChange={setPicked}
                    options={creatable.map((one) => ({ value: one.name, label: one.name }))}
                  />
                )}
              </Field>
              <DriverOptions
                key={driver.name}
                driver={driver.name}
                schema={driver.options}
                values={options}
                onChange={setOptions}
                error={errorAt(error, 'options')}
              />
            </Fold>
          )}
        </>
      )}
    </EditSheet>
  )
}
