'use client'

import { useTranslations } from 'next-intl'
import { Popover } from 'radix-ui'
import { useState } from 'react'
import type { DriftView } from '@/server/observe/snapshot'
import { useSnapshot } from '../trpc/snapshot'
import { Button } from '../ui/button'
import { Floating } from '../ui/floating'
import { AutomaticRepair } from './automatic-repair'
import { DriftItem, useRepair } from './drift-item'

/** More than these nobody reads one by one; they are repaired together. */
const shown = 50

/** How far the kernel is from what is recorded; opens the list, and repairs one or all. */
export function DriftList() {
  const t = useTranslations('time.drift')
  const tCount = useTranslations('frame.drift')
  const all = useSnapshot(({ drift }) => Object.values(drift))
  const [isOpen, setIsOpen] = useState(false)
  const count = all.filter(({ kind }) => kind !== 'obstacle').length
  return (
    <Popover.Root open={isOpen} onOpenChange={setIsOpen}>
      <Popover.Trigger
        className={`flex h-7 shrink-0 items-center rounded-full border px-2.5 text-sm transition-colors duration-150 ${
          count > 0
            ? 'border-transparent bg-warn-soft text-warn'
            : 'border-line text-muted hover:bg-hover hover:text-ink'
        }`}
      >
        {tCount('count', { count })}
      </Popover.Trigger>
      <Floating label={t('title')} className="flex max-h-[min(640px,76vh)] w-[520px] flex-col">
        <div className="px-4 pt-3.5 pb-3">
          <h2 className="font-semibold text-base">{t('title')}</h2>
          <p className="text-muted text-sm">{count === 0 ? t('none') : t('explained')}</p>
        </div>
        {all.length > 0 && <Drifts drifts={all} onRepaired={() => setIsOpen(false)} />}
        <div className="border-line border-t px-4 py-3">
          <AutomaticRepair />
        </div>
      </Floating>
    </Popover.Root>
  )
}

function Drifts({ drifts, onRepaired }: { drifts: readonly DriftView[]; onRepaired: () => void }) {
  const t = useTranslations('time.drift')
  const repair = useRepair(onRepaired)
  const own = drifts.filter(({ kind, byHand }) => kind !== 'obstacle' && !byHand)
  const byHand = drifts.filter((drift) => drift.byHand && drift.kind !== 'obstacle').length
  return (
    <>
      <ul className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto border-line border-t px-4 py-3">
        {[...drifts]
          .sort(byKind)
          .slice(0, shown)
          .map((drift) => (
            <DriftItem key={drift.key} drift={drift} />
          ))}
        {drifts.length > shown && <li className="text-muted text-sm">{t('more', { count: drifts.length - shown })}</li>}
      </ul>
      {own.length > 0 && (
        <div className="flex items-center gap-3 border-line border-t p-3">
          <p className="min-w-0 flex-1 text-muted text-xs">{byHand > 0 && t('left', { count: byHand })}</p>
          <Button variant="primary" busy={repair.isPending} onClick={() => repair.mutate(undefined)}>
            {t('repairAll', { count: own.length })}
          </Button>
        </div>
      )}
    </>
  )
}

const order: Record<DriftView['kind'], number> = { missing: 0, changed: 1, foreign: 2, obstacle: 3 }

function byKind(one: DriftView, other: DriftView): number {
  return order[one.kind] - order[other.kind]
}
