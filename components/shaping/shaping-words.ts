'use client'

import { useTranslations } from 'next-intl'
import type { Flow } from '@/server/cnm/shaping'
import { formatRate } from './shaping-draft'

/** What is done to one direction, a few words each. */
export function useFlowWords(): (flow: Flow) => string[] {
  const t = useTranslations('balance.shaping')
  return ({ bitsPerSecond, delayMs, jitterMs, lossPercent }) => [
    ...(bitsPerSecond === undefined ? [] : [formatRate(bitsPerSecond)]),
    ...(delayMs === undefined ? [] : [`+${delayMs}${jitterMs === undefined ? '' : ` ± ${jitterMs}`} ms`]),
    ...(lossPercent === undefined ? [] : [t('lossOf', { percent: lossPercent })]),
  ]
}
