'use client'

import { useTranslations } from 'next-intl'
import { Badge } from '@/components/ui/badge'
import type { NetworkView } from '@/server/observe/snapshot'
import { useSay } from '../../i18n/use-say'
import { PolicyBadge } from '../../policy/policy-badge'

/** What sets this network apart. */
export function NetworkBadges({ network }: { network: NetworkView }) {
  const t = useTranslations('panel')
  const common = useTranslations('common')
  const say = useSay()
  return (
    <span className="panel-badges">
      <PolicyBadge policy={network.policy} />
      {network.collisions !== undefined && (
        <Badge tone="warn" title={network.collisions.map(say).join('\n')}>
          {t('network.collides')}
        </Badge>
      )}
      {network.configFrom !== undefined && (
        <Badge className="max-w-40" title={t('configuration.fromHint', { name: network.configFrom })}>
          <bdi className="truncate">{t('configuration.from', { name: network.configFrom })}</bdi>
        </Badge>
      )}
      {network.ipamDriver === 'dhcp' && <Badge title={t('network.ipamOf.dhcp')}>{t('network.dhcp')}</Badge>}
      {network.internal && <Badge title={t('network.internalHint')}>{t('network.internal')}</Badge>}
      {network.options['com.docker.network.bridge.enable_icc'] === 'false' && (
        <Badge title={t('network.iccHint')}>{t('network.iccOff')}</Badge>
      )}
      {network.origin !== 'patchbay' && (
        <Badge tone="accent" title={t('network.foreignHint', { origin: common(`origin.${network.origin}`) })}>
          {common(`origin.${network.origin}`)}
        </Badge>
      )}
    </span>
  )
}
