'use client'

import clsx from 'clsx'
import { Popover } from 'radix-ui'
import type { ReactNode } from 'react'

export interface FloatingProps {
  /** What it is, for those who do not see it. */
  label: string
  side?: 'top' | 'bottom'
  /** Width, and how what is inside is laid out. */
  className: string
  children: ReactNode
}

/** The sheet that a Popover.Root opens: beside its button, over the page, never wider than the window. */
export function Floating({ label, side = 'bottom', className, children }: FloatingProps) {
  return (
    <Popover.Portal>
      <Popover.Content
        side={side}
        align="start"
        sideOffset={6}
        collisionPadding={12}
        aria-label={label}
        className={clsx(
          'z-30 max-w-[calc(100vw-24px)] animate-rise rounded-xl border border-line-strong bg-surface shadow-float focus:outline-none',
          className,
        )}
      >
        {children}
      </Popover.Content>
    </Popover.Portal>
  )
}
