'use client'

import { useTranslations } from 'next-intl'
import { useSnapshot } from '@/components/trpc/snapshot'

/** What is wrong with an object, in sentences; nothing where the kernel is as it should be. */
export function DriftNotes({ subjectId }: { subjectId: string | null }) {
  const t = useTranslations('panel.drift')
  const drift = useSnapshot((snapshot) => Object.values(snapshot.drift).filter((item) => item.subjectId === subjectId))
  if (drift.length === 0) return null
  return (
    <ul className="flex flex-col gap-1 rounded-md bg-warn-soft px-3 py-2 text-sm text-warn">
      {drift.map(({ key, summary }) => (
        <li key={key}>{summary}</li>
      ))}
      <li className="text-xs opacity-80">{t('repairHint')}</li>
    </ul>
  )
}
