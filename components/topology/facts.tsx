'use client'

import type { ReactNode } from 'react'
import { CopyButton } from '@/components/ui/copy-button'

export function Section({ title, aside, children }: { title: ReactNode; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-2">
      <div className="flex min-h-6 items-center justify-between gap-2">
        <h3 className="font-semibold text-2xs text-faint uppercase tracking-wide">{title}</h3>
        {aside}
      </div>
      {children}
    </section>
  )
}

export function Facts({ children }: { children: ReactNode }) {
  return <dl className="grid grid-cols-[92px_minmax(0,1fr)] gap-x-3 gap-y-1 text-xs">{children}</dl>
}

export interface FactProps {
  name: string
  /** Monospace text that can be copied; null and empty show a dash. */
  value: string | null | undefined
  copies?: boolean
  aside?: ReactNode
}

export function Fact({ name, value, copies = true, aside }: FactProps) {
  return (
    <>
      <dt className="py-0.5 text-faint">{name}</dt>
      <dd className="group flex min-w-0 items-start gap-1">
        <bdi className="min-w-0 break-words py-0.5 font-mono text-ink">{value || '–'}</bdi>
        {aside}
        {copies && value && (
          <CopyButton
            text={value}
            what={name}
            className="-my-0.5 opacity-0 focus-visible:opacity-100 group-hover:opacity-100"
          />
        )}
      </dd>
    </>
  )
}
