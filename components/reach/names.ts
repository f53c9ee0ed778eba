import { useTranslations } from 'next-intl'
import type { ReachEnd } from '@/server/observe/reach/contract'

/** How a row or column is called. */
export function useEndName(): (end: ReachEnd) => string {
  const t = useTranslations('probe.place')
  return ({ place, name }) => (place.kind === 'host' ? t('host') : name)
}
