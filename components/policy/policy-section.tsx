'use client'

import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useTRPCClient } from '@/components/trpc/client'
import { Button } from '@/components/ui/button'
import type { Policy } from '@/server/cnm/policy'
import type { ContainerView, NetworkView } from '@/server/observe/snapshot'
import { useChange } from '../edit/edit-sheet'
import { Section } from '../topology/facts'
import { Interruptions, PlanBlock } from '../topology/plan-block'
import { usePlan } from '../topology/plan-query'
import { useSubmission } from '../topology/submission'
import { WhatIf } from '../trace/what-if'
import { draftOf, inputOf, type PolicyDraft } from './policy-draft'
import { PolicyFields } from './policy-fields'
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
        <PolicyFields draft={draft} onChange={onChange} />
      </Section>
      <PlanBlock plan={plan} error={error} fields={[]} />
      <Interruptions sentences={plan.interruptions} />
      <WhatIf
        change={
          kind === 'network'
            ? { kind, network: view.id, changes: { policy: inputOf(draft) } }
            : { kind, container: view.id, changes: { policy: inputOf(draft) } }
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
