'use client'

import { History } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { Popover } from 'radix-ui'
import { useState } from 'react'
import { useSnapshot } from '../trpc/snapshot'
import { Floating } from '../ui/floating'
import { OperationList } from './operation-list'
import { Duration, OperationIcon } from './operation-mark'
import { describeOperation, sortOperations } from './operation-sentence'

/** The last operation, what ran for it, and the way to those before. */
export function ActivityStrip() {
  const t = useTranslations('frame')
  const tOperation = useTranslations('frame.operation')
  const tHistory = useTranslations('time.history')
  const operations = useSnapshot((snapshot) => sortOperations(Object.values(snapshot.operations)))
  const [opened, setOpened] = useState<string | 'all' | null>(null)
  const last = operations[0]
  return (
    <footer className="flex h-(--strip) items-center gap-3 border-line border-t bg-surface px-3.5 text-sm">
      <Popover.Root open={opened !== null} onOpenChange={(open) => !open && setOpened(null)}>
        <Popover.Anchor className="flex min-w-0 items-center gap-2.5">
          {last ? (
            <>
              <OperationIcon status={last.status} />
              <span role="status" className="truncate text-muted">
                {describeOperation(last, tOperation)}
              </span>
              <Duration ms={last.durationMs} />
              <StripButton onClick={() => setOpened(last.id)}>{t('activity.showCommands')}</StripButton>
              <StripButton onClick={() => setOpened('all')}>{t('activity.recent')}</StripButton>
            </>
          ) : (
            <span className="text-faint">{t('activity.none')}</span>
          )}
        </Popover.Anchor>
        <Floating side="top" label={t('activity.title')} className="flex max-h-[min(560px,70vh)] w-[600px] flex-col">
          <OperationList operations={operations} initiallyOpen={opened === 'all' ? undefined : (opened ?? undefined)} />
        </Floating>
      </Popover.Root>
      <Link href="/time" className="ml-auto flex shrink-0 items-center gap-1 rounded px-1 text-accent hover:underline">
        <History aria-hidden="true" className="size-3.5" />
        {tHistory('open')}
      </Link>
      <Figures />
    </footer>
  )
}

function StripButton({ onClick, children }: { onClick: () => void; children: string }) {
  return (
    <button type="button" onClick={onClick} className="shrink-0 rounded px-0.5 text-accent hover:underline">
      {children}
    </button>
  )
}

function Figures() {
  const t = useTranslations('frame.figures')
  const figures = useSnapshot(({ networks, containers, host }) => ({
    networks: Object.keys(networks).length,
    containers: Object.keys(containers).length,
    rules: host.ruleCount,
  }))
  return (
    <p className="shrink-0 font-mono text-muted text-xs max-[900px]:hidden">
      {t('networks', { count: figures.networks })} · {t('containers', { count: figures.containers })} ·{' '}
      {t('rules', { count: figures.rules })}
    </p>
  )
}
