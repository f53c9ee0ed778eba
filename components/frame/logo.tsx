import clsx from 'clsx'

/** Two jacks and the cable between them. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 24 24" fill="none" strokeWidth="2.4" className={clsx('shrink-0', className)}>
      <path d="M8.6 8.5h3.2c3.6 0 .8 7 4 7" stroke="var(--muted)" strokeLinecap="round" />
      <circle cx="5.4" cy="8.5" r="3.2" stroke="var(--net-0)" />
      <circle cx="18.6" cy="15.5" r="3.2" stroke="var(--net-1)" />
    </svg>
  )
}
