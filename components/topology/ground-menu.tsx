'use client'

import { Box, Cable } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useEffect, useRef } from 'react'
import type { Point } from './measure'
import { usePanelStore } from './panel-state'

export interface GroundPoint {
  /** In the window. */
  readonly at: Point
  /** On the ground, in graph units. */
  readonly place: Point
}

/** What can be made where the ground was double-clicked. */
export function GroundMenu({ point, onClose }: { point: GroundPoint; onClose: () => void }) {
  const t = useTranslations('panel.ground')
  const store = usePanelStore()
  const menu = useRef<HTMLDivElement>(null)
  useEffect(() => {
    menu.current?.querySelector('button')?.focus()
    const close = (event: Event) => {
      if (event instanceof KeyboardEvent ? event.key === 'Escape' : !menu.current?.contains(event.target as Node)) {
        onClose()
      }
    }
    document.addEventListener('pointerdown', close)
    document.addEventListener('keydown', close)
    return () => {
      document.removeEventListener('pointerdown', close)
      document.removeEventListener('keydown', close)
    }
  }, [onClose])
  const create = (what: 'network' | 'container') => {
    store.set({ creating: { what, at: point.place } })
    onClose()
  }
  const item = 'flex h-8 w-full items-center gap-2 rounded px-2 text-left text-sm hover:bg-hover [&_svg]:size-3.5'
  return (
    <div
      ref={menu}
      className="fixed z-30 min-w-44 animate-rise rounded-lg border border-line-strong bg-raised p-1 shadow-float"
      style={{
        left: Math.min(point.at.x, window.innerWidth - 200),
        top: Math.min(point.at.y, window.innerHeight - 120),
      }}
    >
      <button type="button" className={item} onClick={() => create('network')}>
        <Cable aria-hidden="true" />
        {t('network')}
      </button>
      <button type="button" className={item} onClick={() => create('container')}>
        <Box aria-hidden="true" />
        {t('container')}
      </button>
    </div>
  )
}
