import clsx from 'clsx'
import type { CSSProperties, ReactNode } from 'react'

export type Tone = 'neutral' | 'accent' | 'ok' | 'warn' | 'bad'

const tones: Record<Tone, string> = {
  neutral: 'border-line-strong text-muted',
  accent: 'border-transparent bg-accent-soft text-accent',
  ok: 'border-transparent bg-ok-soft text-ok',
  warn: 'border-transparent bg-warn-soft text-warn',
  bad: 'border-transparent bg-bad-soft text-bad',
}

export interface BadgeProps {
  tone?: Tone
  mono?: boolean
  className?: string
  style?: CSSProperties
  title?: string
  children: ReactNode
}

export function Badge({ tone = 'neutral', mono = false, className, style, title, children }: BadgeProps) {
  return (
    <span
      title={title}
      style={style}
      className={clsx(
        'inline-flex h-[18px] items-center gap-1 whitespace-nowrap rounded border px-1.5 text-2xs leading-none',
        mono && 'font-mono',
        tones[tone],
        className,
      )}
    >
      {children}
    </span>
  )
}
