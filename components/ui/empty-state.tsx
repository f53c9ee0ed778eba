import clsx from 'clsx'
import type { ReactNode } from 'react'

export interface EmptyStateProps {
  icon?: ReactNode
  title: ReactNode
  /** What to do next, in a sentence or two. */
  children?: ReactNode
  actions?: ReactNode
  className?: string
}

export function EmptyState({ icon, title, children, actions, className }: EmptyStateProps) {
  return (
    <div className={clsx('flex flex-col items-center justify-center gap-2 px-6 py-14 text-center', className)}>
      {icon !== undefined && (
        <div className="mb-1 flex size-11 items-center justify-center rounded-xl border border-line bg-surface text-muted [&_svg]:size-5">
          {icon}
        </div>
      )}
      <div className="font-semibold text-ink text-lg">{title}</div>
      {children !== undefined && <div className="max-w-md text-muted text-sm">{children}</div>}
      {actions !== undefined && <div className="mt-3 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  )
}
