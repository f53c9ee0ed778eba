'use client'

import { useTranslations } from 'next-intl'
import { CommandBlock } from '@/components/ui/command-block'
import type { PlanError, PlanState } from './plan-query'
import { errorElsewhere } from './plan-query'

export interface PlanBlockProps {
  plan: Pick<PlanState<unknown>, 'commands' | 'isPending'> & Partial<Pick<PlanState<unknown>, 'warnings'>>
  error: PlanError | null
  /** Inputs that show their errors themselves. */
  fields: readonly string[]
  /** Said where a plan has no commands. */
  empty?: string
}

/** What will run and what may go wrong with it later, or in its place why it cannot. */
export function PlanBlock({ plan, error, fields, empty }: PlanBlockProps) {
  const t = useTranslations('panel.plan')
  const sentence = errorElsewhere(error, fields)
  if (sentence !== null) {
    return (
      <p role="alert" className="rounded-md border border-bad bg-bad-soft px-3 py-2 text-bad text-sm">
        {sentence}
      </p>
    )
  }
  return (
    <>
      <PlanWarnings warnings={plan.warnings ?? []} />
      <div
        aria-busy={plan.isPending}
        className={`transition-opacity duration-150 ${plan.isPending ? 'opacity-60' : ''}`}
      >
        <CommandBlock
          commands={error ? [] : plan.commands}
          label={t('title')}
          empty={error ? t('notYet') : plan.isPending ? t('pending') : (empty ?? t('none'))}
        />
      </div>
    </>
  )
}

/** What may go wrong later. */
export function PlanWarnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null
  return (
    <div
      role="status"
      className="flex flex-col gap-1.5 break-words rounded-md bg-warn-soft px-3 py-2 text-sm text-warn"
    >
      {warnings.map((warning) => (
        <p key={warning}>{warning}</p>
      ))}
    </div>
  )
}

/** What goes on now and will not afterwards. */
export function Interruptions({ sentences }: { sentences: readonly string[] }) {
  const t = useTranslations('panel.plan')
  if (sentences.length === 0) return null
  return (
    <section
      aria-label={t('interrupts')}
      className="max-h-32 shrink-0 overflow-y-auto rounded-md border border-warn bg-warn-soft px-3 py-2"
    >
      <h4 className="font-medium text-ink text-xs">{t('interrupts')}</h4>
      <ul className="mt-1 flex list-disc flex-col gap-1 pl-4 text-ink text-xs">
        {sentences.map((sentence) => (
          <li key={sentence} className="break-words">
            <bdi>{sentence}</bdi>
          </li>
        ))}
      </ul>
    </section>
  )
}
