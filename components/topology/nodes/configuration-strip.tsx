'use client'

import { useTranslations } from 'next-intl'
import { Badge } from '@/components/ui/badge'
import { networkColour } from '@/components/ui/network-colour'
import type { NetworkView } from '@/server/observe/snapshot'
import type { Size } from '../measure'
import { useHandRole } from '../panel-state'
import { FarName } from './far-name'
import { NetworkBadges } from './network-badges'
import { Refusal } from './refusal'

export interface ConfigurationStripProps {
  id: string
  network: NetworkView
  /** Names of the networks made from it. */
  takers: readonly string[]
  selected: boolean
  size: Size
}

/** A configuration: the outline of a strip without a jack, for nothing can be plugged into it. */
export function ConfigurationStrip({ id, network, takers, selected, size }: ConfigurationStripProps) {
  const t = useTranslations('panel.configuration')
  const role = useHandRole(id)
  const [pool, ...more] = network.pools
  return (
    <div
      className="panel-node panel-strip panel-configuration"
      data-hand={role}
      data-selected={selected || undefined}
      style={{ '--net': networkColour(network.colour), ...size }}
    >
      <header className="panel-strip-head">
        <bdi className="panel-name" title={network.name}>
          {network.name}
        </bdi>
        <Badge title={t('hint')}>{t('badge')}</Badge>
        <span className="panel-address" title={network.pools.map(({ subnet }) => subnet).join(', ')}>
          {pool?.subnet}
          {more.length > 0 && ` +${more.length}`}
        </span>
      </header>
      <p className="panel-strip-foot">
        <span className="truncate">{t('nothingInKernel')}</span>
        <NetworkBadges network={network} />
      </p>
      <p className="panel-strip-foot" title={takers.join(', ')}>
        <span className="truncate">
          {takers.length === 0 ? t('unused') : t('usedBy', { names: takers.join(', '), count: takers.length })}
        </span>
      </p>
      <FarName name={network.name} />
      <Refusal nodeId={id} />
    </div>
  )
}
