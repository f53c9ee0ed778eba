'use client'

import { Plus, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { NetworkView } from '@/server/observe/snapshot'
import { errorAt, type PlanError } from '../topology/plan-query'
import { useSnapshot } from '../trpc/snapshot'
import { Button } from '../ui/button'
import { Checkbox } from '../ui/checkbox'
import { Field } from '../ui/field'
import { IconButton } from '../ui/icon-button'
import { Input } from '../ui/input'
import { Select } from '../ui/select'
import { addPort, type ServiceDraft, type ServicePortRow } from './service-draft'

export interface ServiceFieldsProps {
  network: NetworkView
  draft: ServiceDraft
  onChange: (draft: ServiceDraft) => void
  error: PlanError | null
}

export function ServiceFields({ network, draft, onChange, error }: ServiceFieldsProps) {
  const t = useTranslations('balance.service.form')
  const hasIpv6 = network.pools.some(({ subnet }) => subnet.includes(':'))
  const field = (name: 'name' | 'ipv4Address' | 'ipv6Address' | 'alias' | 'labels', at: string, more: object = {}) => (
    <Field label={t(name)} {...(name === 'name' ? { hint: t('nameHint') } : {})} error={errorAt(error, at)}>
      {(control) => (
        <Input
          {...control}
          mono
          value={draft[name]}
          onChange={(event) => onChange({ ...draft, [name]: event.target.value })}
          {...more}
        />
      )}
    </Field>
  )
  return (
    <>
      <div className="grid grid-cols-2 gap-3">
        {field('name', 'name')}
        {field('ipv4Address', 'ipv4Address', { placeholder: t('automatic') })}
        {hasIpv6 && field('ipv6Address', 'ipv6Address', { placeholder: t('automatic') })}
      </div>
      <Ports draft={draft} onChange={onChange} error={errorAt(error, 'ports')} />
      <Containers
        networkId={network.id}
        draft={draft}
        onChange={onChange}
        error={errorAt(error, 'containers', 'weights')}
      />
      <div className="grid grid-cols-2 gap-3">
        {field('alias', 'memberAlias')}
        {field('labels', 'memberLabels', { placeholder: t('labelsHint') })}
      </div>
      <Checkbox
        label={t('affinity')}
        hint={errorAt(error, 'affinity') ?? t('affinityHint')}
        checked={draft.affinity === 'client'}
        onCheckedChange={(stays) => onChange({ ...draft, affinity: stays ? 'client' : 'none' })}
      />
    </>
  )
}

type PartProps = Pick<ServiceFieldsProps, 'draft' | 'onChange'> & { error: string | null }

const protocols = (['tcp', 'udp'] as const).map((value) => ({ value, label: value }))

function Ports({ draft, onChange, error }: PartProps) {
  const t = useTranslations('balance.service.form')
  const set = (key: number, change: Partial<ServicePortRow>) =>
    onChange({ ...draft, ports: draft.ports.map((row) => (row.key === key ? { ...row, ...change } : row)) })
  const digits = (text: string) => text.replace(/\D/g, '').slice(0, 5)
  return (
    <fieldset className="flex flex-col gap-2">
      <div className="flex items-center justify-between">
        <legend className="font-medium text-muted text-sm">{t('ports')}</legend>
        <Button size="small" variant="ghost" onClick={() => onChange(addPort(draft))}>
          <Plus className="size-3.5" aria-hidden="true" />
          {t('addPort')}
        </Button>
      </div>
      {draft.ports.map((row) => (
        <div
          key={row.key}
          className="grid grid-cols-[minmax(0,1fr)_84px_auto_minmax(0,1fr)_minmax(0,1fr)_auto] items-center gap-2"
        >
          <Input
            mono
            inputMode="numeric"
            aria-label={t('port')}
            placeholder={t('port')}
            value={row.port}
            onChange={(event) => set(row.key, { port: digits(event.target.value) })}
          />
          <Select
            aria-label={t('protocol')}
            value={row.protocol}
            onValueChange={(protocol) => set(row.key, { protocol })}
            options={protocols}
          />
          <span aria-hidden="true" className="text-faint">
            →
          </span>
          <Input
            mono
            inputMode="numeric"
            aria-label={t('targetPort')}
            placeholder={row.port || t('targetPort')}
            value={row.targetPort}
            onChange={(event) => set(row.key, { targetPort: digits(event.target.value) })}
          />
          <Input
            mono
            inputMode="numeric"
            aria-label={t('hostPort')}
            placeholder={t('hostPortNone')}
            value={row.hostPort}
            onChange={(event) => set(row.key, { hostPort: digits(event.target.value) })}
          />
          <IconButton
            label={t('removePort')}
            onClick={() => onChange({ ...draft, ports: draft.ports.filter(({ key }) => key !== row.key) })}
          >
            <X />
          </IconButton>
        </div>
      ))}
      <Sentence error={error} />
    </fieldset>
  )
}

function Containers({ networkId, draft, onChange, error }: PartProps & { networkId: string }) {
  const t = useTranslations('balance.service.form')
  const containers = useSnapshot((snapshot) =>
    Object.values(snapshot.endpoints)
      .filter((endpoint) => endpoint.networkId === networkId)
      .flatMap(({ containerId }) => snapshot.containers[containerId] ?? [])
      .toSorted((one, other) => one.name.localeCompare(other.name)),
  )
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="font-medium text-muted text-sm">{t('containers')}</legend>
      {containers.length === 0 && <p className="text-faint text-sm">{t('noContainers')}</p>}
      <div className="grid max-h-44 grid-cols-2 gap-x-4 gap-y-1.5 overflow-y-auto">
        {containers.map(({ id, name }) => (
          <div key={id} className="flex items-center justify-between gap-2">
            <Checkbox
              label={<bdi className="break-all">{name}</bdi>}
              checked={draft.containers.includes(id)}
              onCheckedChange={(takes) =>
                onChange({
                  ...draft,
                  containers: takes ? [...draft.containers, id] : draft.containers.filter((other) => other !== id),
                })
              }
            />
            <Input
              mono
              inputMode="numeric"
              className="h-7! w-14!"
              aria-label={t('weightOf', { name })}
              placeholder="1"
              value={draft.weights[id] ?? ''}
              onChange={(event) => onChange({ ...draft, weights: { ...draft.weights, [id]: event.target.value } })}
            />
          </div>
        ))}
      </div>
      <Sentence error={error} />
    </fieldset>
  )
}

function Sentence({ error }: { error: string | null }) {
  if (error === null) return null
  return (
    <p role="alert" className="text-bad text-xs">
      {error}
    </p>
  )
}
