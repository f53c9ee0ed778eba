'use client'

import clsx from 'clsx'
import { Check, CircleMinus, CircleX } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useSnapshot } from '@/components/trpc/snapshot'
import type { Explanation, TraceStep, Verdict } from '@/server/observe/trace/contract'
import type { Comparison, StepEvidence } from '@/server/observe/trace/prober-contract'
import { isolated } from '../tables/namespaces/isolated'
import { plainText } from '../wiring/plain-text'
import { useSaid } from './said'
import { groupSteps, type ShownStep } from './step-groups'

/** The way in words, and the answer's behind it. */
export function Steps({ explanation, comparison }: { explanation: Explanation; comparison: Comparison | null }) {
  const t = useTranslations('probe.steps')
  const { there, back, verdict } = explanation
  return (
    <div className="flex flex-col gap-4 px-4 py-3.5">
      <Leg title={t('there')} leg="there" steps={there.steps} evidence={comparison?.there} verdict={verdict} />
      {back && <Leg title={t('back')} leg="back" steps={back.steps} evidence={comparison?.back} verdict={verdict} />}
    </div>
  )
}

function Leg({
  title,
  leg,
  steps,
  evidence,
  verdict: { at, outcome },
}: {
  title: string
  leg: 'there' | 'back'
  steps: readonly TraceStep[]
  evidence: readonly StepEvidence[] | undefined
  verdict: Verdict
}) {
  const decisive = at?.leg === leg ? at.step : null
  const groups = groupSteps(steps, evidence, decisive)
  if (groups.length === 0) return null
  return (
    <section aria-label={title}>
      <h2 className="mb-1.5 font-semibold text-sm">{title}</h2>
      <ol className="flex flex-col gap-2.5">
        {groups.map(({ key, first, parts }) => (
          <li key={key} className="rounded-md border border-line">
            <PlaceHead step={first} />
            <ol className="flex flex-col divide-y divide-line">
              {parts.map(({ isQuiet, steps: shown }) =>
                isQuiet ? (
                  <Quiet key={shown[0]?.index} steps={shown} />
                ) : (
                  shown.map((one) => (
                    <Step key={one.index} shown={one} isBad={one.index === decisive && outcome !== 'answered'} />
                  ))
                ),
              )}
            </ol>
          </li>
        ))}
      </ol>
    </section>
  )
}

function PlaceHead({ step: { netns, place } }: { step: TraceStep }) {
  const t = useTranslations('probe.place')
  const name = useSnapshot(({ containers }) => containers[place.containerId ?? '']?.name)
  const text = netns === null ? t('outside') : place.isHost ? t('host') : null
  return (
    <h3 className="rounded-t-md bg-sunken px-2.5 py-1 font-medium text-muted text-xs">
      {text ?? (name === undefined ? t('namespace', { id: netns ?? '' }) : isolated(name))}
    </h3>
  )
}

/** What was walked and did not decide. */
function Quiet({ steps }: { steps: readonly ShownStep[] }) {
  const t = useTranslations('probe.steps')
  return (
    <li>
      <details>
        <summary className="cursor-pointer px-2.5 py-1 text-faint text-xs hover:text-muted">
          {t('quiet', { count: steps.length })}
        </summary>
        <ol className="flex flex-col divide-y divide-line border-line border-t">
          {steps.map((shown) => (
            <Step key={shown.index} shown={shown} isBad={false} />
          ))}
        </ol>
      </details>
    </li>
  )
}

function Step({ shown: { step, evidence }, isBad }: { shown: ShownStep; isBad: boolean }) {
  const t = useTranslations('probe.steps')
  const said = useSaid()
  return (
    <li
      className={clsx('flex gap-2 px-2.5 py-1.5', isBad && 'bg-bad-soft')}
      data-testid="step"
      data-code={step.said.code}
      data-mark={evidence?.mark}
    >
      <div className="min-w-0 flex-1">
        <p className={clsx('break-words text-sm', isBad && 'font-medium text-bad')}>
          <span className="sr-only">{t(`kind.${step.kind}`)}: </span>
          {said.step(step.said)}
        </p>
        {step.evidence !== '' && (
          <p dir="ltr" className="font-mono text-faint text-xs [overflow-wrap:anywhere]">
            {plainText(step.evidence)}
          </p>
        )}
        {evidence && evidence.lines.length > 0 && (
          <ul dir="ltr" className="mt-1 border-line-strong border-l-2 pl-2 font-mono text-muted text-xs">
            {evidence.lines.map((line) => (
              <li key={line} className="[overflow-wrap:anywhere]">
                {plainText(line)}
              </li>
            ))}
          </ul>
        )}
      </div>
      {evidence && <Mark mark={evidence.mark} />}
    </li>
  )
}

const looks = {
  seen: { icon: Check, tone: 'text-ok' },
  contradicted: { icon: CircleX, tone: 'text-bad' },
  missing: { icon: CircleMinus, tone: 'text-warn' },
} as const

function Mark({ mark }: { mark: StepEvidence['mark'] }) {
  const t = useTranslations('probe.mark')
  if (mark === 'none') return null
  const { icon: Icon, tone } = looks[mark]
  return (
    <span className={clsx('shrink-0', tone)} title={t(mark)}>
      <Icon aria-hidden="true" className="size-4" />
      <span className="sr-only">{t(mark)}</span>
    </span>
  )
}
