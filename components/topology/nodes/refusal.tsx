'use client'

import { useTranslations } from 'next-intl'
import { usePanel } from '../panel-state'

/** Says at a node why the cable in hand does not fit it. */
export function Refusal({ nodeId }: { nodeId: string }) {
  const t = useTranslations('panel')
  const tried = usePanel(({ refusal }) => (refusal?.nodeId === nodeId ? refusal.text : null))
  const check = usePanel(({ hand }) => hand?.checks.get(nodeId))
  const why = tried ?? (check && !check.ok ? t(`refusal.${check.reason}`, check.names) : null)
  if (why === null) return null
  return (
    <p className="panel-refusal" data-tried={tried !== null || undefined}>
      {why}
    </p>
  )
}
