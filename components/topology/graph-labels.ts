'use client'

import { useTranslations } from 'next-intl'
import { useMemo } from 'react'
import type { GraphLabels } from './graph-model'

/** Accessible names of what the graph draws, in the person's language. */
export function useGraphLabels(): GraphLabels {
  const t = useTranslations('panel.label')
  const status = useTranslations('common.status')
  return useMemo(
    () => ({
      roles: { host: t('role.host'), network: t('role.network'), sandbox: t('role.sandbox'), cable: t('role.cable') },
      host: ({ name }) => t('host', { name }),
      tray: ({ name }) => t('tray', { name }),
      network: ({ name, driver, pools, configuration }, endpoints, takers) => {
        const subnet = pools[0]?.subnet ?? 'none'
        return configuration
          ? t('configuration', { name, subnet, count: takers.length })
          : t('network', { name, driver, subnet, count: endpoints })
      },
      sandbox: ({ name, status: state }, networks) =>
        t('sandbox', { name, status: status(state), networks: networks.join(', '), count: networks.length }),
      endpoint: ({ ipv4Address, ifname }, container, network) =>
        t('endpoint', { container, network, ifname: ifname ?? '', address: ipv4Address ?? '' }),
    }),
    [t, status],
  )
}
