'use client'

import { Route } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { type TraceDraft, traceHref } from './place'

const looks = {
  button:
    'inline-flex h-7 shrink-0 select-none items-center gap-1.5 whitespace-nowrap rounded-md border border-line-strong bg-raised px-2.5 text-ink text-sm transition-colors duration-150 hover:bg-hover',
  icon: 'inline-flex size-6 items-center justify-center rounded-md text-muted transition-colors duration-150 hover:bg-hover hover:text-ink',
}

/** Leads to the page that explains a way, with what is known of it filled in. */
export function TraceLink({
  draft,
  what,
  look = 'button',
  className,
}: {
  draft: { readonly [Key in keyof TraceDraft]?: TraceDraft[Key] | undefined }
  what: 'from' | 'between' | 'rule' | 'port' | 'name'
  look?: keyof typeof looks
  className?: string
}) {
  const t = useTranslations('probe.link')
  return (
    <Link
      href={traceHref(draft)}
      prefetch={false}
      className={`${looks[look]} ${className ?? ''}`}
      {...(look === 'icon' ? { 'aria-label': t(what), title: t(what) } : {})}
    >
      <Route aria-hidden="true" className="size-3.5" />
      {look === 'button' && t(what)}
    </Link>
  )
}
