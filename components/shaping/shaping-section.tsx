'use client'

import { useQuery } from '@tanstack/react-query'
import { Pencil } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import type { EndpointView, ShapingView } from '@/server/observe/snapshot'
import { useChange } from '../edit/edit-sheet'
import { Section } from '../topology/facts'
import { PlanBlock } from '../topology/plan-block'
import { usePlan } from '../topology/plan-query'
import { useSubmission } from '../topology/submission'
import { useTRPC, useTRPCClient } from '../trpc/client'
import { Badge } from '../ui/badge'
import { Button } from '../ui/button'
import { emptyShaping, type ShapingDraft, shapingDraft, shapingInput } from './shaping-draft'
import { ShapingFields } from './shaping-fields'
import { useFlowWords } from './shaping-words'

export interface ShapingSectionProps {
  endpoint: EndpointView
  names: { network: string; container: string }
  /** Its cable has an end on the host, that the container cannot reach. */
  isHeldOutside: boolean
}

/** How a cable's traffic is held back: read as sentences, edited as fields, on a cable in use. */
export function ShapingSection(props: ShapingSectionProps) {
  const t = useTranslations('balance.shaping')
  const [draft, setDraft] = useState<ShapingDraft | null>(null)
  const { shaping } = props.endpoint
  if (draft) return <Editor {...props} draft={draft} onChange={setDraft} onDone={() => setDraft(null)} />
  return (
    <Section
      title={t('title')}
      aside={
        <Button size="small" variant="ghost" onClick={() => setDraft(shapingDraft(shaping))}>
          <Pencil className="size-3.5" aria-hidden="true" />
          {t('edit')}
        </Button>
      }
    >
      {shaping ? <Reading shaping={shaping} /> : <p className="text-faint text-sm">{t('none')}</p>}
    </Section>
  )
}

function Reading({ shaping }: { shaping: ShapingView }) {
  const t = useTranslations('balance.shaping')
  const words = useFlowWords()
  return (
    <ul className="flex flex-col gap-1.5 text-sm">
      {(['toContainer', 'fromContainer'] as const).map((direction) => {
        const parts = words(shaping[direction])
        return (
          <li key={direction} className="flex flex-wrap items-center gap-1.5">
            <span className="w-28 shrink-0 text-muted">{t(direction)}</span>
            {parts.length === 0 && <span className="text-faint">{t('free')}</span>}
            {parts.map((part) => (
              <Badge key={part} mono>
                {part}
              </Badge>
            ))}
          </li>
        )
      })}
      {shaping.mtu !== undefined && (
        <li className="flex items-center gap-1.5">
          <span className="w-28 shrink-0 text-muted">{t('mtu')}</span>
          <Badge mono>{shaping.mtu}</Badge>
        </li>
      )}
    </ul>
  )
}

interface EditorProps extends ShapingSectionProps {
  draft: ShapingDraft
  onChange: (draft: ShapingDraft) => void
  onDone: () => void
}

function Editor({ endpoint, names, isHeldOutside, draft, onChange, onDone }: EditorProps) {
  const t = useTranslations('balance.shaping')
  const client = useTRPCClient()
  const bounds = useQuery(useTRPC().endpoint.shapingBounds.queryOptions({ network: endpoint.networkId }))
  const joint = { network: endpoint.networkId, container: endpoint.containerId }
  const shaping = shapingInput(draft, endpoint.shaping)
  const plan = usePlan(`shaping ${endpoint.id}`, shaping, (input) =>
    client.endpoint.update.mutate({ ...joint, shaping: input, dryRun: true }),
  )

  const change = useChange((input: typeof shaping) => client.endpoint.update.mutate({ ...joint, shaping: input }))
  const { isBusy, error, submit } = useSubmission(shaping, plan.error)
  const save = async () => {
    const former = shapingInput(shapingDraft(endpoint.shaping), endpoint.shaping)
    await change(t('what', names), shaping, former)
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
        <ShapingFields draft={draft} onChange={onChange} error={error} bounds={bounds.data} />
        <p className="text-faint text-xs">{t(isHeldOutside ? 'heldOutside' : 'heldInside')}</p>
      </Section>
      <PlanBlock plan={plan} error={error} fields={['shaping']} empty={t('noCommands')} />
      <div className="flex justify-end gap-2">
        <Button variant="ghost" onClick={() => onChange(emptyShaping)}>
          {t('clear')}
        </Button>
        <Button onClick={onDone}>{t('cancel')}</Button>
        <Button type="submit" variant="primary" busy={isBusy} disabled={error !== null}>
          {t('save')}
        </Button>
      </div>
    </form>
  )
}
