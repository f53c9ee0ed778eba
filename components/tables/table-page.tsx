import type { ReactNode } from 'react'

/** A page that is one table: its title and tools on top, the table below takes the rest. */
export function TablePage({
  title,
  aside,
  tools,
  children,
}: {
  title: string
  aside?: ReactNode
  tools: ReactNode
  children: ReactNode
}) {
  return (
    <div className="flex h-full min-h-0 flex-col bg-surface">
      <div className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-2 border-line border-b px-4 py-2 min-h-13">
        <h1 className="font-semibold text-lg">{title}</h1>
        {aside}
        <div className="flex min-w-0 flex-auto flex-wrap items-center justify-end gap-2 *:data-search:w-36 *:data-search:grow">
          {tools}
        </div>
      </div>
      {children}
    </div>
  )
}
