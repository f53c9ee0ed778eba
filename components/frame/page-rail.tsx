'use client'

import clsx from 'clsx'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { pages } from './page'

/** The slim rail of pages at the left. */
export function PageRail() {
  const t = useTranslations('frame')
  const pathname = usePathname()
  // A page is fetched ahead when somebody is about to go there: all of them at once would take the host's time from the picture.
  const [meant, setMeant] = useState<string | null>(null)
  return (
    <nav
      aria-label={t('pages.label')}
      className="flex flex-col gap-1 overflow-y-auto border-line border-r bg-surface p-1.5"
    >
      {pages.map(({ key, href, icon: Icon }) => {
        const isCurrent = href === '/' ? pathname === '/' : pathname.startsWith(href)
        return (
          <Link
            key={key}
            href={href}
            prefetch={meant === href ? null : false}
            onPointerEnter={() => setMeant(href)}
            onFocus={() => setMeant(href)}
            aria-current={isCurrent ? 'page' : undefined}
            className={clsx(
              'flex h-[50px] shrink-0 flex-col items-center justify-center gap-1 rounded-lg text-2xs transition-colors duration-150',
              isCurrent ? 'bg-accent-soft font-medium text-accent' : 'text-muted hover:bg-hover hover:text-ink',
              key === 'settings' && 'mt-auto',
            )}
          >
            <Icon aria-hidden="true" className="size-[18px]" strokeWidth={1.75} />
            {t(`pages.${key}`)}
          </Link>
        )
      })}
    </nav>
  )
}
