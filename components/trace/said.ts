'use client'

import { useTranslations } from 'next-intl'
import type { CauseCode, RemedyCode, SaidCode, Values } from '@/server/observe/trace/codes'
import type { Said } from '@/server/observe/trace/contract'
import { isolated } from '../tables/namespaces/isolated'

/** The sentences of an explanation, with what they are about as text. */
export function useSaid() {
  const t = useTranslations('explain')
  const place = useTranslations('probe.place')
  const shown = (values: Values): Values =>
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [
        key,
        value === hostName ? place('theHost') : typeof value === 'string' ? isolated(value) : value,
      ]),
    )
  return {
    step: ({ code, values }: Said<SaidCode>) => t(`said.${code}`, shown(values)),
    cause: ({ code, values }: Said<CauseCode>) => t(`cause.${code}`, shown(values)),
    remedy: ({ code, values }: Said<RemedyCode>) => t(`remedy.${code}`, shown(values)),
  }
}

/** What an explanation calls the host, which no container is called. */
const hostName = '_host'
