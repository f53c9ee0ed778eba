import clsx from 'clsx'
import type { ComponentProps, ReactNode } from 'react'
import { Tooltip } from './tooltip'

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'aria-label' | 'children'> {
  /** Accessible name, and the tooltip. */
  label: string
  /** Key that does the same, shown in the tooltip. */
  shortcut?: string
  size?: 'small' | 'medium'
  children: ReactNode
}

/** A square button with a picture; its name shows as a tooltip. */
export function IconButton({ label, shortcut, size = 'medium', className, children, ...rest }: IconButtonProps) {
  return (
    <Tooltip content={label} shortcut={shortcut}>
      <button
        type="button"
        aria-label={label}
        className={clsx(
          'inline-flex shrink-0 items-center justify-center rounded-md text-muted transition-colors duration-150',
          'hover:bg-hover hover:text-ink disabled:cursor-not-allowed disabled:opacity-40',
          size === 'small' ? 'size-6 [&_svg]:size-3.5' : 'size-8 [&_svg]:size-4',
          className,
        )}
        {...rest}
      >
        {children}
      </button>
    </Tooltip>
  )
}
