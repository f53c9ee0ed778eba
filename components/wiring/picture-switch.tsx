'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'

/** From one picture of the same host to the other; what is selected here is selected there. */
export function PictureSwitch({ current, selected }: { current: 'panel' | 'wiring'; selected: string | null }) {
  const t = useTranslations('wiring.switch')
  const query = selected === null ? '' : `?select=${encodeURIComponent(selected)}`
  const places = { panel: `/${query}`, wiring: `/wiring${query}` }
  return (
    <nav
      aria-label={t('label')}
      className="flex h-8 items-center rounded-full border border-line-strong bg-surface p-0.5"
    >
      {(['panel', 'wiring'] as const).map((picture) => (
        <Link
          key={picture}
          href={places[picture]}
          aria-current={picture === current ? 'page' : undefined}
          className="inline-flex h-full items-center whitespace-nowrap rounded-full px-3 text-muted text-sm transition-colors duration-150 hover:text-ink aria-[current]:bg-hover aria-[current]:text-ink"
        >
          {t(picture)}
        </Link>
      ))}
    </nav>
  )
}
