'use client'

import { useTranslations } from 'next-intl'
import { useMemo } from 'react'
import type { PointRequest } from '@/server/observe/capture/contract'
import type { Snapshot } from '@/server/observe/snapshot'
import { useSnapshot } from '../trpc/snapshot'
import type { CaptureFeed } from './capture-feed'

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

/** The feed with its points called in the reader's language. */
export function useNamedPoints(feed: CaptureFeed | undefined): CaptureFeed | undefined {
  const t = useTranslations('capture')
  const points = feed?.points
  const named = useMemo(
    () =>
      points?.map((point) => {
        const isPlain = point.place === 'host' && point.label === `host ${point.link}`
        return isPlain ? { ...point, label: t('hostLink', { link: point.link }) } : point
      }),
    [points, t],
  )
  return useMemo(() => feed && named && { ...feed, points: named }, [feed, named])
}

function nameIn(all: Snapshot['containers'] | Snapshot['networks'], reference: string | undefined): string | undefined {
  return reference === undefined ? undefined : (all[reference]?.name ?? reference)
}
