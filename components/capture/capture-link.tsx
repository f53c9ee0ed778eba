'use client'

import { Radar } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import type { PointRequest } from '@/server/observe/capture/contract'
import { captureAddress } from './point-address'

/** A link that looks like a small button. */
export const linkButtonClass =
  'inline-flex h-7 items-center gap-1.5 rounded-md border border-line-strong bg-raised px-2.5 text-sm transition-colors duration-150 hover:bg-hover'

/** To the page of captures, with these points chosen. */
export function CaptureLink({ points }: { points: readonly PointRequest[] }) {
  const t = useTranslations('capture')
  return (
    <Link href={captureAddress(...points)} className={linkButtonClass}>
      <Radar aria-hidden="true" className="size-3.5" />
      {t('open')}
    </Link>
  )
}
