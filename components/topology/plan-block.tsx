'use client'

import { useTranslations } from 'next-intl'
import { CommandBlock } from '@/components/ui/command-block'
import type { PlanError } from './plan-query'
import { errorElsewhere } from './plan-query'

export interface PlanBlockProps {
  plan: { readonly commands: readonly string[]; readonly isPending: boolean }
  error: PlanError | null
  /** Inputs that show their errors themselves. */
  fields: readonly string[]
  /** Said where a plan has no commands. */
  empty?: string
}

/** What will run, or in its place why it cannot. */
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
    <div className={`transition-opacity duration-150 ${plan.isPending || error ? 'opacity-60' : ''}`}>
      <CommandBlock
        commands={error ? [] : plan.commands}
        label={t('title')}
        empty={error ? t('notYet') : plan.isPending ? t('pending') : (empty ?? t('none'))}
      />
    </div>
  )
}
