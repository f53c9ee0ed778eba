'use client'

import type { ReactNode } from 'react'
import { networkColour } from '@/components/ui/network-colour'
import { type Subject, usePanelStore } from './panel-state'

/** A name that leads to its object; while the pointer is on it, its cables are lit. */
export function ObjectLink({
  subject,
  colour,
  lights = [],
  children,
}: {
  subject: Subject
  colour?: number
  /** Ids of the endpoints whose cables are lit. */
  lights?: readonly string[]
  children: ReactNode
}) {
  const store = usePanelStore()
  const light = (ids: readonly string[]) => store.set({ lit: new Set(ids) })
  return (
    <button
      type="button"
      onClick={() => select(store, subject)}
      onMouseEnter={() => light(lights)}
      onMouseLeave={() => light([])}
      onFocus={() => light(lights)}
      onBlur={() => light([])}
      className="inline-flex min-w-0 max-w-full items-center gap-1.5 rounded text-left font-medium text-ink hover:text-accent hover:underline"
    >
      {colour !== undefined && (
        <span className="size-2 shrink-0 rounded-full" style={{ background: networkColour(colour) }} />
      )}
      <bdi className="truncate">{children}</bdi>
    </button>
  )
}

export function select(store: ReturnType<typeof usePanelStore>, { kind, id }: Subject): void {
  store.set({
    selectedNodes: new Set(kind === 'endpoint' ? [] : [id]),
    selectedCables: new Set(kind === 'endpoint' ? [id] : []),
  })
}
