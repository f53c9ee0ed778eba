'use client'

import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useTRPC, useTRPCClient } from '@/components/trpc/client'
import { useSnapshot } from '@/components/trpc/snapshot'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/checkbox'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Select } from '@/components/ui/select'
import { toast } from '@/components/ui/toast'
import type { DriverView } from '@/server/api/contract'
import { LabelRows, type PairRow, pairsOf } from '../edit/pair-rows'
import { automaticRow, type PoolRow, poolInputs } from '../edit/pool-input'
import { ofPools, PoolRows } from '../edit/pool-rows'
import { useSay } from '../i18n/use-say'
import { emptyDraft, namesInput } from '../names/names-draft'
import { NamesFields } from '../names/names-fields'
import { inputOf, openDraft } from '../policy/policy-draft'
import { PolicyFold } from '../policy/policy-fields'
import { formatDuration } from '../topology/bit-rate'
import { Fold } from '../topology/fold'
import { PlanBlock, PlanWarnings } from '../topology/plan-block'
import { errorAt, usePlan } from '../topology/plan-query'
import { useSubmission } from '../topology/submission'
import { configurationsOf, driverFor } from './configuration'
import { optionFields } from './driver-options'
import { DriverOptions } from './driver-options-form'
import { useDriverWords } from './driver-words'
import { type Families, FamilyFields } from './family-fields'
import { freeName } from './free-name'
import { GivenConfiguration } from './given-configuration'
import { type Ipam, ipams, serialOption } from './ipam'

export interface CreateNetworkDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** Where on the ground it is to stand, in graph units; the layout chooses where absent. */
  defaultPosition?: { x: number; y: number }
  /** Name of the configuration that is offered first. */
  defaultConfiguration?: string
}

/** Makes a network, or a configuration for others: a name will do, all else is chosen and shown. */
export function CreateNetworkDialog({ open, onOpenChange, ...defaults }: CreateNetworkDialogProps) {
  return open ? <NetworkForm onClose={() => onOpenChange(false)} {...defaults} /> : null
}

const folded = ['ipamDriver', ...ofPools, 'options', 'names'] as const
const fields = ['name', 'driver', 'configFrom', ...folded, 'policy']
/** What a configuration settles: its errors are told where it is shown. */
const given = ['ipamDriver', ...ofPools, 'options'] as const

interface NetworkFormProps {
  onClose: () => void
  defaultPosition?: { x: number; y: number }
  defaultConfiguration?: string
}

function NetworkForm({ onClose, defaultPosition: position, defaultConfiguration }: NetworkFormProps) {
  const t = useTranslations('panel.createNetwork')
  const words = useDriverWords()
  const say = useSay()
  const client = useTRPCClient()
  const drivers = useQuery(useTRPC().driver.list.queryOptions())
  const names = useSnapshot((snapshot) => Object.values(snapshot.networks).map((network) => network.name))
  const uplink = useSnapshot((snapshot) => snapshot.host.uplinks.find(({ up }) => up)?.name)
  const configurations = useSnapshot(({ networks }) => configurationsOf(networks))
  const [name, setName] = useState(() => freeName('network', names))
  const [source, setSource] = useState(() =>
    defaultConfiguration === undefined ? own : `${from}${defaultConfiguration}`,
  )
  const [picked, setDriver] = useState<string | null>(null)
  const [isInternal, setInternal] = useState(false)
  const [families, setFamilies] = useState<Families>({ ipv6: false, isIpv6Only: false })
  const [ipam, setIpam] = useState<Ipam>('default')
  const [subnets, setSubnets] = useState<readonly PoolRow[]>([automaticRow])
  const [resolver, setResolver] = useState(emptyDraft)
  const [policy, setPolicy] = useState(openDraft)
  const [labels, setLabels] = useState<readonly PairRow[]>([])
  const [options, setOptions] = useState<Readonly<Record<string, string>>>({})

  const isOnly = source === only
  const configFrom = source.startsWith(from) ? source.slice(from.length) : undefined
  const configuration = configurations.find((network) => network.name === configFrom)
  const creatable = drivers.data?.filter((candidate) => candidate.creatable) ?? []
  const driver = picked ?? driverFor(configuration?.options ?? {}, creatable, 'bridge')
  const chosen = creatable.find((candidate) => candidate.name === driver)
  const lacking = creatable.filter(({ lack }) => lack !== null)
  const linkOption = configFrom === undefined ? findLinkOption(chosen) : undefined

  /** A driver that stands on a link of the host is shown the first that is up. */
  function chooseDriver(next: string) {
    const option = findLinkOption(creatable.find((candidate) => candidate.name === next))
    setDriver(next)
    setOptions(option !== undefined && uplink !== undefined ? { [option]: uplink } : {})
  }

  const hasSubnets = ipam === 'default' || ipam === 'serial'
  const pools = hasSubnets ? poolInputs(subnets) : []
  const isTyped = pools.some((pool) => Object.keys(pool).length > 0)
  const isIpv6Named = pools.some(({ subnet }) => subnet?.includes(':'))
  const hasIpv6 = families.ipv6 || isIpv6Named
  const settings = {
    ...(hasIpv6 && ipam !== 'dhcp' ? { ipv6: true, ...(families.isIpv6Only ? { ipv4: false } : {}) } : {}),
    ...(hasSubnets ? {} : { ipamDriver: ipam }),
    ...(hasSubnets && isTyped ? { pools } : {}),
    ...(ipam === 'serial' ? { ipamOptions: { [serialOption]: 'true' } } : {}),
    ...(labels.length > 0 ? { labels: pairsOf(labels) } : {}),
    ...(Object.keys(options).length > 0 ? { options: { ...options } } : {}),
  }
  const ofNetwork = {
    driver,
    ...(isInternal ? { internal: true } : {}),
    ...(resolver === emptyDraft ? {} : { names: namesInput(resolver) }),
    ...(policy === openDraft ? {} : { policy: inputOf(policy) }),
  }
  const request = {
    name: name.trim(),
    ...(isOnly ? { configOnly: true } : ofNetwork),
    ...(configFrom === undefined ? settings : { configFrom }),
  }
  const plan = usePlan('network.create', request, (input) => client.network.create.mutate({ ...input, dryRun: true }))
  const { isBusy, error, submit } = useSubmission(request, plan.error)
  const ipv6Pool = plan.result?.pools.find(({ subnet: own }) => own.includes(':'))

  const send = async () => {
    const { result, operation } = await client.network.create.mutate(request)
    if (position) await client.host.moveNodes.mutate({ positions: [{ nodeId: result.id, ...rounded(position) }] })
    toast.done(isOnly ? t('doneOnly', { name: result.name }) : t('done', { name: result.name }), {
      description: [result.pools[0]?.subnet, operation?.durationMs != null && formatDuration(operation.durationMs)]
        .filter(Boolean)
        .join(' · '),
    })
    onClose()
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('title')}
      description={t('description')}
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" form="create-network" variant="primary" busy={isBusy} disabled={name.trim() === ''}>
            {isOnly ? t('createOnly') : t('create')}
          </Button>
        </>
      }
    >
      <form
        id="create-network"
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          void submit(send)
        }}
      >
        <div className="grid grid-cols-[minmax(0,1fr)_170px] gap-3">
          <Field label={t('name')} error={errorAt(error, 'name')}>
            {(control) => (
              <Input
                {...control}
                value={name}
                onChange={(event) => setName(event.target.value)}
                onFocus={(event) => event.target.select()}
              />
            )}
          </Field>
          <Field label={isOnly ? t('optionsOf') : t('driver')} error={errorAt(error, 'driver')}>
            {(control) => (
              <Select
                {...control}
                value={driver}
                onValueChange={chooseDriver}
                options={creatable.length > 0 ? creatable.map(driverOption) : [bridge]}
              />
            )}
          </Field>
        </div>
        {chosen && <p className="-mt-2 text-faint text-xs">{isOnly ? t('driverLater') : words.description(chosen)}</p>}
        {lacking.map(({ name, lack }) => (
          <p key={name} className="-mt-2 text-faint text-xs">
            {t('lacking', { driver: name, reason: say(lack ?? '') })}
          </p>
        ))}
        <Field
          label={t('configuration')}
          error={errorAt(error, 'configFrom')}
          hint={isOnly ? t('sourceHint.only') : configFrom === undefined ? t('sourceHint.own') : undefined}
        >
          {(control) => (
            <Select
              {...control}
              value={source}
              onValueChange={setSource}
              options={[
                { value: own, label: t('source.own') },
                { value: only, label: t('source.only') },
                ...configurations.map((one) => ({
                  value: `${from}${one.name}`,
                  label: t('source.from', { name: one.name }),
                })),
              ]}
            />
          )}
        </Field>
        {configFrom !== undefined && configuration && (
          <GivenConfiguration name={configFrom} of={configuration} error={errorAt(error, ...given)} />
        )}
        {!isOnly && (
          <Checkbox checked={isInternal} onCheckedChange={setInternal} label={t('internal')} hint={t('internalHint')} />
        )}
        {configFrom === undefined && (
          <FamilyFields
            value={families}
            onChange={setFamilies}
            isIpv6Named={isIpv6Named}
            subnet={isOnly ? undefined : ipv6Pool?.subnet}
          />
        )}
        <Fold
          title={configFrom === undefined ? t('more') : t('names')}
          forced={
            linkOption !== undefined ||
            (configFrom === undefined ? folded : (['names'] as const)).some((field) => errorAt(error, field) !== null)
          }
        >
          {configFrom === undefined && (
            <>
              <Field label={t('ipam')} error={errorAt(error, 'ipamDriver')} hint={t(`ipamHint.${ipam}`)}>
                {(control) => (
                  <Select
                    {...control}
                    value={ipam}
                    onValueChange={setIpam}
                    options={ipams.map((value) => ({ value, label: t(`ipamNames.${value}`) }))}
                  />
                )}
              </Field>
              {hasSubnets && (
                <PoolRows rows={subnets} onChange={setSubnets} error={error} planned={plan.result?.pools} />
              )}
              {isTyped && <PlanWarnings warnings={plan.warnings} />}
              {chosen && (
                <DriverOptions
                  key={driver}
                  driver={driver}
                  schema={chosen.options}
                  values={options}
                  onChange={setOptions}
                  error={errorAt(error, 'options')}
                />
              )}
            </>
          )}
          {!isOnly && <NamesFields draft={resolver} onChange={setResolver} error={error} isInternal={isInternal} />}
          {configFrom === undefined && <LabelRows rows={labels} onChange={setLabels} />}
        </Fold>
        {!isOnly && (
          <PolicyFold
            holder="network"
            draft={policy}
            onChange={setPolicy}
            self={name.trim()}
            error={errorAt(error, 'policy')}
          />
        )}
        <PlanBlock
          plan={isTyped ? { ...plan, warnings: [] } : plan}
          error={error}
          fields={fields}
          {...(isOnly ? { empty: t('nothingRuns') } : {})}
        />
      </form>
    </Dialog>
  )
}

const own = 'own'
const only = 'only'
/** Before the name of a configuration. */
const from = 'from:'

const bridge = { value: 'bridge', label: 'bridge' }

/** One that this host cannot make is shown, and cannot be chosen. */
function driverOption({ name, lack }: DriverView) {
  return { value: name, label: name, disabled: lack !== null }
}

/** The option that names the link of the host below the network, where the driver has one. */
function findLinkOption(driver: DriverView | undefined): string | undefined {
  return driver && optionFields(driver.options).find(({ isHostLink }) => isHostLink)?.key
}

function rounded({ x, y }: { x: number; y: number }) {
  return { x: Math.round(x), y: Math.round(y) }
}
