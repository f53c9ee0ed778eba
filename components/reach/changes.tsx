'use client'

import { useTranslations } from 'next-intl'
import { isolated } from '../tables/namespaces/isolated'
import type { Difference } from './matrix'
import { useEndName } from './names'
import { usePortWords } from './use-cell-words'

const mostShown = 50

/** What is another way than at the moment that it is compared with. */
export function Changes({ changes, gone }: { changes: readonly Difference[]; gone: number }) {
  const t = useTranslations('probe.reach')
  const nameOf = useEndName()
  const portOf = usePortWords()
  return (
    <section
      aria-label={t('changes')}
      className="max-h-36 shrink-0 overflow-y-auto border-line border-b px-4 py-2 text-sm"
      data-testid="changes"
    >
      <h2 className="font-medium">
        {t('changed', { count: changes.length })}
        {gone > 0 && <span className="font-normal text-muted"> · {t('gone', { count: gone })}</span>}
      </h2>
      <ul className="text-muted">
        {changes.slice(0, mostShown).map(({ row, column, place, before, after }) => (
          <li key={`${place.row} ${place.column}`}>
            {t('change', {
              from: isolated(nameOf(row)),
              to: isolated(nameOf(column)),
              port: portOf(column),
              before: before === null ? t('notThere') : t(`answer.${before}`),
              after: t(`answer.${after}`),
            })}
          </li>
        ))}
        {changes.length > mostShown && (
          <li className="text-faint">{t('changesMore', { count: changes.length - mostShown })}</li>
        )}
      </ul>
    </section>
  )
}
