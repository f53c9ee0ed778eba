'use client'

import { ArrowDown, ArrowUp, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useSnapshot } from '@/components/trpc/snapshot'
import { IconButton } from '@/components/ui/icon-button'
import { Input } from '@/components/ui/input'
import { Select } from '@/components/ui/select'
import { hasName, hasPorts, type RuleDraft } from './policy-draft'
import { useRuleSentence } from './rule-sentence'

export interface RuleFieldsProps {
  rule: RuleDraft
  number: number
  count: number
  /** A network that is not there yet, and may be named. */
  self?: string
  onChange: (rule: RuleDraft) => void
  onMove: (by: -1 | 1) => void
  onRemove: () => void
}

/** One rule of a policy: who, what, and its place in the order. */
export function RuleFields({ rule, number, count, self, onChange, onMove, onRemove }: RuleFieldsProps) {
  const t = useTranslations('panel.policy')
  const sentence = useRuleSentence()
  const set = (change: Partial<RuleDraft>) => onChange({ ...rule, ...change })
  const options = <Value extends string>(
    group: 'action' | 'direction' | 'kind' | 'protocol',
    values: readonly Value[],
  ) => values.map((value) => ({ value, label: t(`${group}.${value}` as Parameters<typeof t>[0]) }))
  return (
    <li>
      <fieldset className="flex flex-col gap-1.5 rounded-md border border-line p-2">
        <legend className="sr-only">{t('rule', { number })}</legend>
        <div className="flex items-center gap-1">
          <span aria-hidden="true" className="w-4 shrink-0 text-center font-mono text-faint text-xs">
            {number}
          </span>
          <Select
            aria-label={t('actionLabel')}
            value={rule.action}
            onValueChange={(action) => set({ action })}
            options={options('action', ['allow', 'deny'] as const)}
          />
          <Select
            aria-label={t('directionLabel')}
            value={rule.direction}
            onValueChange={(direction) => set({ direction })}
            options={options('direction', ['ingress', 'egress'] as const)}
          />
          <IconButton size="small" label={t('up', { number })} disabled={number === 1} onClick={() => onMove(-1)}>
            <ArrowUp />
          </IconButton>
          <IconButton size="small" label={t('down', { number })} disabled={number === count} onClick={() => onMove(1)}>
            <ArrowDown />
          </IconButton>
          <IconButton size="small" label={t('removeRule', { number })} onClick={onRemove}>
            <X />
          </IconButton>
        </div>
        <div className="grid grid-cols-2 gap-1.5">
          <Select
            aria-label={t('kindLabel')}
            value={rule.kind}
            onValueChange={(kind) => set({ kind, value: '' })}
            options={options('kind', ['any', 'container', 'network', 'subnet', 'host'] as const)}
          />
          <PeerField rule={rule} self={self} onChange={(value) => set({ value })} />
          <Select
            aria-label={t('protocolLabel')}
            value={rule.protocol}
            onValueChange={(protocol) => set({ protocol })}
            options={options('protocol', ['any', 'tcp', 'udp', 'sctp', 'icmp'] as const)}
          />
          {hasPorts(rule.protocol) && (
            <Input
              mono
              aria-label={t('portsLabel')}
              placeholder={t('everyPort')}
              value={rule.ports}
              onChange={(event) => set({ ports: event.target.value })}
            />
          )}
        </div>
        <p className="text-faint text-xs">{sentence(rule)}</p>
      </fieldset>
    </li>
  )
}

function PeerField({
  rule,
  self,
  onChange,
}: {
  rule: RuleDraft
  self: string | undefined
  onChange: (value: string) => void
}) {
  const t = useTranslations('panel.policy')
  const names = useSnapshot(({ containers, networks }) => {
    const all = rule.kind === 'container' ? Object.values(containers) : Object.values(networks)
    const ours = all.filter(
      (one) =>
        one.origin === 'patchbay' && !('pools' in one && (one.configuration !== undefined || one.pools.length === 0)),
    )
    const own = rule.kind === 'network' && self ? [self] : []
    return [...own, ...ours.map(({ name }) => name).toSorted()]
  })
  if (rule.kind === 'any' || rule.kind === 'host') return <span />
  if (!hasName(rule.kind)) {
    return (
      <Input
        mono
        aria-label={t('subnetLabel')}
        placeholder="10.20.0.0/24"
        value={rule.value}
        onChange={(event) => onChange(event.target.value)}
      />
    )
  }
  const known = rule.value === '' || names.includes(rule.value) ? names : [rule.value, ...names]
  return (
    <Select
      aria-label={t(`kind.${rule.kind}`)}
      placeholder={t('choose')}
      value={rule.value}
      onValueChange={onChange}
      options={known.map((name) => ({ value: name, label: <bdi>{name}</bdi> }))}
    />
  )
}
