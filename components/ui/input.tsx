import clsx from 'clsx'
import type { ComponentProps } from 'react'

export const controlClass =
  'w-full rounded-md border border-line-strong bg-sunken px-2.5 text-base text-ink placeholder:text-faint ' +
  'transition-colors duration-150 hover:border-faint focus-visible:border-accent focus-visible:outline-1 ' +
  'focus-visible:outline-offset-0 disabled:cursor-not-allowed disabled:opacity-50 aria-invalid:border-bad'

export interface InputProps extends ComponentProps<'input'> {
  /** Monospace, for addresses, names of devices and commands. */
  mono?: boolean
}

export function Input({ mono = false, className, ...rest }: InputProps) {
  return (
    <input
      autoComplete="off"
      spellCheck={false}
      className={clsx(controlClass, 'h-8', mono && 'font-mono text-sm', className)}
      {...rest}
    />
  )
}
