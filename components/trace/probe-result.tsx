'use client'

import clsx from 'clsx'
import { useTranslations } from 'next-intl'
import { useSnapshot } from '@/components/trpc/snapshot'
import type { NetnsId } from '@/server/cnm/netns-state'
import type { Explanation } from '@/server/observe/trace/contract'
import type { Comparison, ProbeState } from '@/server/observe/trace/prober-contract'
import { useSay } from '../i18n/use-say'
import { isolated } from '../tables/namespaces/isolated'
import { Progress } from '../ui/progress'
import { plainText } from '../wiring/plain-text'

/** What the probe met, and whether that is what was explained. */
export function ProbeResultView({ state }: { state: ProbeState }) {
  const t = useTranslations('probe.sent')
  const say = useSay()
  const { stage, message, outcome, comparison, explanation } = state
  if (stage === 'failed') {
    return (
      <p role="alert" className="border-line border-b px-4 py-2.5 text-bad text-sm">
        {t('failed', { message: isolated(say(message ?? '')) })}
      </p>
    )
  }
  if (!outcome || !comparison) {
    return (
      <div className="flex flex-col gap-1.5 border-line border-b px-4 py-2.5" role="status">
        <p className="text-muted text-sm">{t(`stage.${stage}`)}</p>
        <Progress value={null} label={t('progress')} />
      </div>
    )
  }
  const tone = { agrees: 'text-ok', differs: 'text-bad', undecided: 'text-muted' }[comparison.agreement]
  return (
    <section
      aria-label={t('label')}
      className="flex flex-col gap-1 border-line border-b px-4 py-2.5 text-sm"
      data-testid="agreement"
      data-agreement={comparison.agreement}
    >
      <p>
        {t(`result.${outcome.result}`, { ms: Math.round(outcome.ms) })}
        {outcome.errno && <code className="ml-1.5 text-faint text-xs">{outcome.errno}</code>}
      </p>
      <p className={clsx('font-medium', tone)}>{t(`agreement.${comparison.agreement}`)}</p>
      {comparison.dropped && (
        <p dir="ltr" className="font-mono text-muted text-xs">
          {t(comparison.dropped.number === null ? 'droppedByPolicy' : 'droppedByRule', {
            ...comparison.dropped,
            number: comparison.dropped.number ?? 0,
            chain: plainText(comparison.dropped.chain),
          })}
        </p>
      )}
      <Beside comparison={comparison} explanation={explanation} />
    </section>
  )
}

/** What was seen besides, and what could not be. */
function Beside({ comparison, explanation }: { comparison: Comparison; explanation: Explanation | null }) {
  const t = useTranslations('probe.sent')
  const say = useSay()
  const nameOf = useNames(explanation)
  return (
    <>
      {comparison.beside.length > 0 && (
        <div className="text-xs">
          <p className="text-muted">{t('beside')}</p>
          <ul dir="ltr" className="border-line-strong border-l-2 pl-2 font-mono text-muted">
            {comparison.beside.map(({ netns, line }) => (
              <li key={`${netns} ${line}`} className="[overflow-wrap:anywhere]">
                {nameOf(netns)}: {plainText(line)}
              </li>
            ))}
          </ul>
        </div>
      )}
      {comparison.blind.map(({ netns, reason }) => (
        <p key={netns} className="text-warn text-xs">
          {t('blind', { place: nameOf(netns), reason: isolated(say(reason)) })}
        </p>
      ))}
    </>
  )
}

function useNames(explanation: Explanation | null): (netns: NetnsId) => string {
  const t = useTranslations('probe.place')
  const containers = useSnapshot((snapshot) => snapshot.containers)
  return (netns) => {
    const steps = [...(explanation?.there.steps ?? []), ...(explanation?.back?.steps ?? [])]
    const place = steps.find((step) => step.netns === netns)?.place
    const name = containers[place?.containerId ?? '']?.name
    if (name !== undefined) return isolated(name)
    return place?.isHost ? t('host') : t('namespace', { id: netns })
  }
}
