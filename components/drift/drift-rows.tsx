'use client'

import { useTranslations } from 'next-intl'
import { useState } from 'react'
import type { DriftView } from '@/server/observe/snapshot'
import { DriftItem } from './drift-item'
import { asOne } from './fold'

/** Differences that are alike: as one until somebody wants to see each. */
export function DriftRows({ drifts, isNamed }: { drifts: readonly [DriftView, ...DriftView[]]; isNamed?: boolean }) {
  const t = useTranslations('time.drift')
  const [isOpen, setIsOpen] = useState(false)
  const shown = isOpen ? drifts : [asOne(drifts)]
  return (
    <>
      {shown.map((drift) => (
        <DriftItem key={drift.key} drift={drift} isNamed={isNamed} />
      ))}
      {drifts.length > 1 && (
        <li className="-mt-2">
          <button
            type="button"
            aria-expanded={isOpen}
            onClick={() => setIsOpen(!isOpen)}
            className="h-6 rounded text-accent text-xs hover:underline"
          >
            {isOpen ? t('showAsOne') : t('showEach', { count: drifts.length })}
          </button>
        </li>
      )}
    </>
  )
}
