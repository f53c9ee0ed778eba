'use client'

import { useMutation } from '@tanstack/react-query'
import { useFormatter, useTranslations } from 'next-intl'
import type { DriftView } from '@/server/observe/snapshot'
import { clockTime } from '../i18n/clock-time'
import { useSay } from '../i18n/use-say'
import { TraceLink } from '../trace/trace-link'
import { useTRPC } from '../trpc/client'
import { useSnapshot } from '../trpc/snapshot'
import { Badge } from '../ui/badge'
import { Button } from '../ui/button'
import { CommandBlock } from '../ui/command-block'
import { toast } from '../ui/toast'
import { aboutText, countDrift, sentencesOf } from './drift-words'

/** Repairs differences by their keys, or without any all that bear Patchbay's mark. */
export function useRepair(onRepaired?: () => void) {
  const t = useTranslations('time.drift')
  const say = useSay()
  const trpc = useTRPC()
  return useMutation(
    trpc.host.reconcile.mutationOptions({
      onSuccess: ({ result, operation }) => {
        if (operation?.error) toast.failed(t('failed', { reason: say(operation.error) }))
        else {
          toast.done(t('repairedSteps', { steps: result.steps }))
          onRepaired?.()
        }
      },
      onError: (error) => toast.failed(t('failed', { reason: error.message })),
    }),
  )
}

/** One difference: what it is, what it hurts, what a repair does, its commands, and the click that runs them. */
export function DriftItem({ drift, isNamed = true }: { drift: DriftView; isNamed?: boolean }) {
  const t = useTranslations('time.drift')
  const repair = useRepair()
  const isForeign = drift.kind === 'foreign'
  const label =
    drift.alike === undefined
      ? t(isForeign ? 'removeOne' : 'repairOne')
      : t(isForeign ? 'removeMany' : 'repairAll', { count: countDrift([drift]) })
  return (
    <li className="flex flex-col gap-1.5 text-sm" data-drift={drift.words[0]?.code}>
      <div className="flex items-start gap-2">
        <Badge tone={drift.kind === 'obstacle' ? 'neutral' : 'warn'} className="mt-px">
          {t(`kind.${drift.kind}`)}
        </Badge>
        <p className="min-w-0 flex-1 break-words text-ink">
          {isNamed && <span className="font-medium">{aboutText(drift, t)} · </span>}
          {sentencesOf(drift, t)}
          {drift.alike !== undefined && <span className="text-muted"> {t('alike', { count: drift.alike })}</span>}
        </p>
        <TraceFromHere subjectId={drift.subjectId} />
      </div>
      <p className="text-muted text-xs">
        {t(`hurts.${drift.hurts}`)} {t(`mends.${drift.mends}`)}
      </p>
      <Automatic drift={drift} />
      {drift.commands.length > 0 && (
        <div className="flex items-start gap-3">
          <details className="min-w-0 flex-1">
            <summary className="flex h-7 w-fit cursor-pointer list-none items-center rounded text-muted text-xs underline decoration-dotted underline-offset-2 hover:text-ink">
              {t('commands')}
            </summary>
            <CommandBlock commands={drift.commands} />
          </details>
          {drift.kind !== 'obstacle' && (
            <Button size="small" busy={repair.isPending} onClick={() => repair.mutate({ keys: [...drift.keys] })}>
              {label}
            </Button>
          )}
        </div>
      )}
    </li>
  )
}

/** Whether it still works, of a container that a difference is about. */
function TraceFromHere({ subjectId }: Pick<DriftView, 'subjectId'>) {
  const container = useSnapshot(({ containers, endpoints }) => {
    const id = endpoints[subjectId ?? '']?.containerId ?? subjectId
    return id !== null && containers[id]?.sandbox ? id : undefined
  })
  return (
    container && <TraceLink draft={{ from: `container:${container}` }} what="from" look="icon" className="-my-0.5" />
  )
}

function Automatic({ drift: { automatic } }: { drift: DriftView }) {
  const t = useTranslations('time.drift.automatic')
  const format = useFormatter()
  if (automatic === undefined) return null
  const text =
    automatic.state === 'waiting'
      ? t('waiting', { time: format.dateTime(new Date(automatic.at), clockTime) })
      : t('gaveUp', { times: automatic.times })
  return <p className={automatic.state === 'waiting' ? 'text-muted text-xs' : 'text-warn text-xs'}>{text}</p>
}
