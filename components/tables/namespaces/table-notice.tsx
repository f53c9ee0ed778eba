'use client'

import { TriangleAlert } from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { TableRow } from '@/server/observe/tables/rows'
import { useSay } from '../../i18n/use-say'
import type { RowFeed } from './row-feed'

/** What of a table is not shown, or not as it is now. */
export function TableNotice({
  feed,
  searched,
}: {
  feed: Pick<RowFeed<TableRow>, 'failure' | 'isGone' | 'cut' | 'total' | 'rows'>
  searched: string
}) {
  const t = useTranslations('namespaces')
  const say = useSay()
  const { failure, isGone, cut, total, rows } = feed
  const shown = rows.size
  const isSearched = searched !== ''
  const words = [
    ...(isGone ? [t('gone')] : []),
    ...(failure === null ? [] : [t('failed', { reason: say(failure) })]),
    ...(cut > 0 ? [isSearched ? t('cutFound', { shown, found: shown + cut, total }) : t('cut', { shown, total })] : []),
    ...(cut === 0 && isSearched ? [t('searched', { total })] : []),
  ]
  if (words.length === 0) return null
  return (
    <p
      role="status"
      className="mx-4 mb-2 flex items-center gap-2 rounded-md bg-warn-soft px-3 py-1.5 text-sm text-warn"
    >
      <TriangleAlert aria-hidden="true" className="size-3.5 shrink-0" />
      <span>{words.join(' ')}</span>
    </p>
  )
}
