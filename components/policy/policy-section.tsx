'use client'

import { Plus } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useTRPCClient } from '@/components/trpc/client'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/checkbox'
import type { Policy } from '@/server/cnm/policy'
import type { ContainerView, NetworkView } from '@/server/observe/snapshot'
import { useChange } from '../edit/edit-sheet'
import { Section } from '../topology/facts'
import { PlanBlock } from '../topology/plan-block'
import { usePlan } from '../topology/plan-query'
import { useSubmission } from '../topology/submission'
import { WhatIf } from '../trace/what-if'
import { addRule, draftOf, inputOf, moveRule, type PolicyDraft } from './policy-draft'
import { RuleFields } from './rule-fields'
import { useRuleSentence } from './rule-sentence'

type Holder =
  | { readonly kind: 'network'; readonly view: NetworkView }
  | { readonly kind: 'container'; readonly view: ContainerView }

/** The policy of a network or container: read as sentences, edited as rows. */
export function PolicySection(holder: Holder) {
  const t = useTranslations('panel.policy')
  const [draft, setDraft] = useState<PolicyDraft | null>(null)
  const { policy } = holder.view
  if (draft) return <Editor holder={holder} draft={draft} onChange={setDraft} onDone={() => setDraft(null)} />
  return (
    <Section
      title={t('title')}
      aside={
        <Button size="small" onClick={() => setDraft(draftOf(policy))}>
          {t('edit')}
        </Button>
      }
    >
      <p className="text-muted text-sm">{t(policy ? `hint.${holder.kind}` : `none.${holder.kind}`)}</p>
      {policy && <Reading policy={policy} />}
    </Section>
  )
}

function Reading({ policy }: { policy: Policy }) {
  const t = useTranslations('panel.policy')
  const sentence = useRuleSentence()
  return (
    <ol className="flex flex-col gap-1 text-sm">
      {draftOf(policy).rules.map((rule, at) => (
        <li key={rule.key} className="flex gap-2">
          <span className="w-4 shrink-0 text-right font-mono text-faint text-xs leading-5">{at + 1}</span>
          <span>{sentence(rule)}</span>
        </li>
      ))}
      {(['ingress', 'egress'] as const).map((direction) => (
        <li key={direction} className="flex gap-2 text-muted">
          <span className="w-4 shrink-0" />
          <span>{t(`rest.${direction}`, { action: policy[direction] })}</span>
        </li>
      ))}
    </ol>
  )
}

interface EditorProps {
  holder: Holder
  draft: PolicyDraft
  onChange: (draft: PolicyDraft) => void
  onDone: () => void
}

function Editor({ holder, draft, onChange, onDone }: EditorProps) {
  const t = useTranslations('panel.policy')
  const client = useTRPCClient()
  const { kind, view } = holder
  const ask = (policy: ReturnType<typeof inputOf>, dryRun = false) =>
    kind === 'network'
      ? client.network.update.mutate({ network: view.id, policy, dryRun })
      : client.container.update.mutate({ container: view.id, policy, dryRun })
  const plan = usePlan<ReturnType<typeof inputOf>, unknown>(`policy ${view.id}`, inputOf(draft), (policy) =>
    ask(policy, true),
  )

  const change = useChange((policy: ReturnType<typeof inputOf>) => ask(policy))
  const { isBusy, error, submit } = useSubmission(inputOf(draft), plan.error)
  const save = async () => {
    await change(view.name, inputOf(draft), inputOf(draftOf(view.policy)))
    onDone()
  }

  return (
    <form
      aria-label={t('title')}
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        void submit(save)
      }}
    >
      <Section title={t('title')}>
        {(['ingress', 'egress'] as const).map((direction) => (
          <Checkbox
            key={direction}
            label={t(`deny.${direction}`)}
            checked={draft[direction] === 'deny'}
            onCheckedChange={(denies) => onChange({ ...draft, [direction]: denies ? 'deny' : 'allow' })}
          />
        ))}
      </Section>
      <ol className="flex flex-col gap-2">
        {draft.rules.map((rule, at) => (
          <RuleFields
            key={rule.key}
            rule={rule}
            number={at + 1}
            count={draft.rules.length}
            onChange={(next) =>
              onChange({ ...draft, rules: draft.rules.map((one) => (one.key === rule.key ? next : one)) })
            }
            onMove={(by) => onChange(moveRule(draft, rule.key, by))}
            onRemove={() => onChange({ ...draft, rules: draft.rules.filter(({ key }) => key !== rule.key) })}
          />
        ))}
      </ol>
      <Button size="small" className="self-start" onClick={() => onChange(addRule(draft))}>
        <Plus className="size-3.5" aria-hidden="true" />
        {t('addRule')}
      </Button>
      <p className="text-faint text-xs">{t('orderHint')}</p>
      <PlanBlock plan={plan} error={error} fields={[]} />
      <WhatIf
        change={
          kind === 'network'
            ? { kind: 'network-policy', network: view.id, policy: inputOf(draft) }
            : { kind: 'container-policy', container: view.id, policy: inputOf(draft) }
        }
      />
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>{t('cancel')}</Button>
        <Button type="submit" variant="primary" busy={isBusy} disabled={error !== null}>
          {t('save')}
        </Button>
      </div>
    </form>
  )
}
