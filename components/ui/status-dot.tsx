import clsx from 'clsx'

export type Status = 'ok' | 'warn' | 'bad' | 'idle'

const fills: Record<Status, string> = {
  ok: 'bg-ok border-ok',
  warn: 'bg-warn border-warn',
  bad: 'bg-bad border-bad',
  idle: 'bg-transparent border-faint',
}

/** A dot beside words that say the same; it carries no name of its own. */
export function StatusDot({
  status,
  pulsing = false,
  className,
}: {
  status: Status
  pulsing?: boolean
  className?: string
}) {
  return (
    <span
      aria-hidden="true"
      className={clsx(
        'inline-block size-2 shrink-0 rounded-full border',
        fills[status],
        pulsing && 'animate-breathe',
        className,
      )}
    />
  )
}
