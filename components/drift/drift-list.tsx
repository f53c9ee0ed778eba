'use client'

import { useTranslations } from 'next-intl'
import { Popover } from 'radix-ui'
import { useState } from 'react'
import type { DriftView } from '@/server/observe/snapshot'
import { useSnapshot } from '../trpc/snapshot'
import { Button } from '../ui/button'
import { Floating } from '../ui/floating'
import { AutomaticRepair } from './automatic-repair'
import { useRepair } from './drift-item'
import { DriftRows } from './drift-rows'
import { countDrift } from './drift-words'
import { foldAlike } from './fold'

/** So many at a time. */
const page = 50
/** Where there are more, one chooses a kind. */
const mostUnsorted = 12

/** How far the kernel is from what is recorded; opens the list, and repairs one or all. */
export function DriftList() {
  const t = useTranslations('time.drift')
  const tCount = useTranslations('frame.drift')
  const all = useSnapshot(({ drift }) => Object.values(drift))
  const [isOpen, setIsOpen] = useState(false)
  const count = countDrift(all.filter(({ kind }) => kind !== 'obstacle'))
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
  const [kind, setKind] = useState<DriftView['kind'] | null>(null)
  const [shown, setShown] = useState(page)
  const own = drifts.filter((drift) => drift.kind !== 'obstacle' && !drift.byHand)
  const byHand = countDrift(drifts.filter((drift) => drift.byHand && drift.kind !== 'obstacle'))
  const chosen = drifts.filter((drift) => kind === null || drift.kind === kind).sort(byKind)
  const folds = foldAlike(chosen)
  const rest = countDrift(folds.slice(shown).flat())
  return (
    <>
      {drifts.length > mostUnsorted && <Kinds drifts={drifts} kind={kind} onChoose={setKind} />}
      <ul className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto border-line border-t px-4 py-3">
        {folds.slice(0, shown).map((fold) => (
          <DriftRows key={fold[0].key} drifts={fold} />
        ))}
        {rest > 0 && (
          <li className="flex items-center gap-3 text-muted text-sm">
            {t('more', { count: rest })}
            <Button size="small" onClick={() => setShown(shown + page)}>
              {t('showMore')}
            </Button>
          </li>
        )}
      </ul>
      {own.length > 0 && (
        <div className="flex items-center gap-3 border-line border-t p-3">
          <p className="min-w-0 flex-1 text-muted text-xs">{byHand > 0 && t('left', { count: byHand })}</p>
          <Button variant="primary" busy={repair.isPending} onClick={() => repair.mutate(undefined)}>
            {t('repairAll', { count: countDrift(own) })}
          </Button>
        </div>
      )}
    </>
  )
}

/** How many there are of each kind; shows one of them alone. */
function Kinds({
  drifts,
  kind,
  onChoose,
}: {
  drifts: readonly DriftView[]
  kind: DriftView['kind'] | null
  onChoose: (kind: DriftView['kind'] | null) => void
}) {
  const t = useTranslations('time.drift')
  const kinds = kindsInOrder.filter((one) => drifts.some((drift) => drift.kind === one))
  return (
    <div className="flex flex-wrap gap-1.5 px-4 pb-3">
      {kinds.map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={kind === one}
          onClick={() => onChoose(kind === one ? null : one)}
          className="h-6 rounded-full border border-line px-2 text-muted text-xs hover:bg-hover hover:text-ink aria-pressed:border-accent aria-pressed:text-ink"
        >
          {t('kindCount', { kind: t(`kind.${one}`), count: countDrift(drifts.filter((drift) => drift.kind === one)) })}
        </button>
      ))}
    </div>
  )
}

const order: Record<DriftView['kind'], number> = { missing: 0, changed: 1, foreign: 2, obstacle: 3 }
const kindsInOrder = Object.keys(order) as DriftView['kind'][]

function byKind(one: DriftView, other: DriftView): number {
  return order[one.kind] - order[other.kind]
}
