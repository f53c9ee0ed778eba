'use client'

import { Command } from 'cmdk'
import type { ReactNode } from 'react'

export interface PaletteItemProps {
  /** Unique in the palette. */
  id: string
  /** Words by which it is found besides its label. */
  keywords?: string[]
  icon: ReactNode
  aside?: ReactNode
  onSelect: () => void
  children: string
}

export function PaletteItem({ id, keywords = [], icon, aside, onSelect, children }: PaletteItemProps) {
  return (
    <Command.Item
      value={id}
      keywords={[children, ...keywords]}
      onSelect={onSelect}
      className="flex h-9 cursor-default select-none items-center gap-2.5 rounded-md px-2 text-base data-[selected=true]:bg-accent-soft [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted"
    >
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {aside !== undefined && <span className="shrink-0 font-mono text-faint text-xs">{aside}</span>}
    </Command.Item>
  )
}

export function PaletteGroup({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-faint [&_[cmdk-group-heading]]:text-xs"
    >
      {children}
    </Command.Group>
  )
}
