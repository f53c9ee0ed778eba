'use client'

import { useMutation } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { Popover } from 'radix-ui'
import { useState } from 'react'
import type { DriftView } from '@/server/observe/snapshot'
import { useTRPC } from '../trpc/client'
import { useSnapshot } from '../trpc/snapshot'
import { Badge } from '../ui/badge'
import { Button } from '../ui/button'
import { CommandBlock } from '../ui/command-block'
import { toast } from '../ui/toast'

/** How far the kernel is from what is recorded; opens the list, and repairs it. */
export function DriftList() {
  const t = useTranslations('frame.drift')
  const drifts = useSnapshot(({ drift }) => Object.values(drift))
  const [isOpen, setIsOpen] = useState(false)
  const count = drifts.length
  return (
    <Popover.Root open={isOpen} onOpenChange={setIsOpen}>
      <Popover.Trigger
        className={`flex h-7 shrink-0 items-center rounded-full border px-2.5 text-sm transition-colors duration-150 ${
          count > 0
            ? 'border-transparent bg-warn-soft text-warn'
            : 'border-line text-muted hover:bg-hover hover:text-ink'
        }`}
      >
        {t('count', { count })}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={6}
          collisionPadding={12}
          aria-label={t('title')}
          className="z-30 flex max-h-[70vh] w-[460px] max-w-[calc(100vw-24px)] animate-rise flex-col rounded-xl border border-line-strong bg-surface shadow-float focus:outline-none"
        >
          <div className="px-4 pt-3.5 pb-3">
            <h2 className="font-semibold text-base">{t('title')}</h2>
            <p className="text-muted text-sm">{count === 0 ? t('none') : t('explained')}</p>
          </div>
          {count > 0 && <Drifts drifts={drifts} onRepaired={() => setIsOpen(false)} />}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

function Drifts({ drifts, onRepaired }: { drifts: readonly DriftView[]; onRepaired: () => void }) {
  const t = useTranslations('frame.drift')
  const trpc = useTRPC()
  const reconcile = useMutation(
    trpc.host.reconcile.mutationOptions({
      onSuccess: ({ result }) => {
        toast.done(t('repaired', { steps: result.steps }))
        onRepaired()
      },
    }),
  )
  const mendable = drifts.flatMap((drift) => drift.commands)
  return (
    <>
      <ul className="min-h-0 flex-1 overflow-y-auto border-line border-t">
        {drifts.map((drift) => (
          <li
            key={drift.key}
            className="flex items-start gap-2 border-line border-b px-4 py-2.5 text-sm last:border-b-0"
          >
            <Badge tone="warn" className="mt-px">
              {t(`kind.${drift.kind}`)}
            </Badge>
            <span className="min-w-0 flex-1 break-words">{drift.summary}</span>
          </li>
        ))}
      </ul>
      {mendable.length > 0 && (
        <div className="flex flex-col gap-2 border-line border-t p-3">
          <CommandBlock commands={mendable} />
          {reconcile.error && (
            <p role="alert" className="text-bad text-sm">
              {reconcile.error.message}
            </p>
          )}
          <Button variant="primary" busy={reconcile.isPending} onClick={() => reconcile.mutate(undefined)}>
            {t('repair')}
          </Button>
        </div>
      )}
    </>
  )
}
