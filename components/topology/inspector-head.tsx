import type { ReactNode } from 'react'
import { networkColour } from '@/components/ui/network-colour'

export interface InspectorHeadProps {
  title: ReactNode
  /** What it is, in a few words. */
  text: ReactNode
  colour?: number
  actions?: ReactNode
}

export function InspectorHead({ title, text, colour, actions }: InspectorHeadProps) {
  return (
    <header className="flex shrink-0 flex-col gap-1 px-4 pt-3.5 pb-3">
      <div className="flex items-center gap-2 pr-8">
        {colour !== undefined && (
          <span className="size-2.5 shrink-0 rounded-full" style={{ background: networkColour(colour) }} />
        )}
        <h2 className="min-w-0 truncate font-semibold text-lg">{title}</h2>
      </div>
      <p className="text-muted text-sm">{text}</p>
      {actions !== undefined && <div className="mt-1.5 flex flex-wrap gap-1.5">{actions}</div>}
    </header>
  )
}
