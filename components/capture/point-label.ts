'use client'

import { useTranslations } from 'next-intl'
import type { PointRequest } from '@/server/observe/capture/contract'
import type { Snapshot } from '@/server/observe/snapshot'
import { useSnapshot } from '../trpc/snapshot'

/** "web · lab", "lab", "host eth0": what a point is called before it is captured at. */
export function usePointLabel({ container, network, end, namespace, link }: PointRequest): string {
  const t = useTranslations('capture')
  const names = useSnapshot(({ containers, networks }) => ({
    container: nameIn(containers, container),
    network: nameIn(networks, network),
  }))
  const parts = [names.container, names.network, container === undefined ? undefined : link].filter(Boolean)
  if (parts.length > 0) return end === 'host' ? t('hostEnd', { cable: parts.join(' · ') }) : parts.join(' · ')
  return namespace === undefined ? t('hostLink', { link: link ?? '' }) : `${namespace} ${link ?? ''}`
}

function nameIn(all: Snapshot['containers'] | Snapshot['networks'], reference: string | undefined): string | undefined {
  return reference === undefined ? undefined : (all[reference]?.name ?? reference)
}
