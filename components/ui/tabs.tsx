'use client'

import clsx from 'clsx'
import { Tabs as Primitive } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'

export function Tabs({ className, ...rest }: ComponentProps<typeof Primitive.Root>) {
  return <Primitive.Root className={clsx('flex min-h-0 flex-col', className)} {...rest} />
}

export function TabList({ label, className, children }: { label: string; className?: string; children: ReactNode }) {
  return (
    <Primitive.List
      aria-label={label}
      className={clsx('flex shrink-0 overflow-x-auto border-line border-b px-2.5', className)}
    >
      {children}
    </Primitive.List>
  )
}

export function Tab({ className, ...rest }: ComponentProps<typeof Primitive.Trigger>) {
  return (
    <Primitive.Trigger
      className={clsx(
        '-mb-px h-9 shrink-0 border-transparent px-1.5 border-b-2 text-muted text-sm transition-colors duration-150 hover:text-ink',
        'focus-visible:-outline-offset-2 data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink',
        className,
      )}
      {...rest}
    />
  )
}

export function TabPanel({ className, ...rest }: ComponentProps<typeof Primitive.Content>) {
  return <Primitive.Content className={clsx('min-h-0 flex-1 overflow-y-auto p-4', className)} {...rest} />
}
