'use client'

import { ChevronRight } from 'lucide-react'
import { type ReactNode, useState } from 'react'

/** What most people need not see, behind one line. `forced`: something in it needs attention. */
export function Fold({ title, forced = false, children }: { title: string; forced?: boolean; children: ReactNode }) {
  const [isOpen, setOpen] = useState(false)
  const shown = isOpen || forced
  return (
    <div className="flex flex-col gap-3">
      <button
        type="button"
        aria-expanded={shown}
        onClick={() => setOpen(!shown)}
        className="flex h-6 items-center gap-1 self-start rounded text-muted text-sm hover:text-ink"
      >
        <ChevronRight
          aria-hidden="true"
          className={`size-3.5 transition-transform duration-150 ${shown ? 'rotate-90' : ''}`}
        />
        {title}
      </button>
      {shown && <div className="flex flex-col gap-3">{children}</div>}
    </div>
  )
}
