'use client'

import type { NodeProps } from '@xyflow/react'
import { useTranslations } from 'next-intl'
import { memo } from 'react'
import { Badge } from '@/components/ui/badge'
import { networkColour } from '@/components/ui/network-colour'
import { ServiceChips } from '../../service/service-chips'
import { plainText } from '../../wiring/plain-text'
import type { NetworkNode as NetworkNodeModel } from '../graph-model'
import { stripSize } from '../measure'
import { useHandRole } from '../panel-state'
import { ConfigurationStrip } from './configuration-strip'
import { DriftMark } from './drift-mark'
import { FarName } from './far-name'
import { FreeHandle, PlugHandle, UplinkHandle } from './handles'
import { FreeJack, PluggedJack } from './jack'
import { NetworkBadges } from './network-badges'
import { Refusal } from './refusal'

/** A network: one strip of a patch panel, with a jack for each endpoint and always a free one. */
export const NetworkNode = memo(function NetworkNode({ id, data, selected }: NodeProps<NetworkNodeModel>) {
  const t = useTranslations('panel')
  const role = useHandRole(id)
  const { network, takers, jacks, freeJack, services, drift } = data
  const size = stripSize(jacks.length)
  const [pool] = network.pools
  if (network.configuration) {
    return <ConfigurationStrip id={id} network={network} takers={takers} selected={selected} size={size} />
  }
  return (
    <div
      className="panel-node panel-strip"
      data-hand={role}
      data-selected={selected || undefined}
      data-device={network.deviceState}
      style={{ '--net': networkColour(network.colour), ...size }}
    >
      <header className="panel-strip-head">
        <bdi className="panel-name" title={network.name}>
          {network.name}
        </bdi>
        <Badge>{network.driver}</Badge>
        <span className="panel-address" title={network.pools.map(({ subnet }) => subnet).join(', ')}>
          {pool?.subnet}
        </span>
      </header>
      <p className="panel-strip-foot">
        {network.parent === null ? (
          <span className="truncate">
            {network.device === null ? t('network.noDevice') : plainText(network.device)}
          </span>
        ) : (
          <Badge title={t('network.parentHint', { parent: network.parent })}>
            {t('network.onParent', { parent: network.parent })}
          </Badge>
        )}
        {pool?.gateway && (
          <span className="shrink-0">{t('network.gatewayShort', { address: gatewayShort(pool) })}</span>
        )}
        {pool?.ipRange && (
          <span className="panel-near truncate">{t('network.rangeShort', { range: pool.ipRange })}</span>
        )}
        {network.pools.length > 1 && <span className="shrink-0">+{network.pools.length - 1}</span>}
        <DriftMark drift={drift} state={network.deviceState} />
        <NetworkBadges network={network} />
        <ServiceChips services={services} />
      </p>
      <svg aria-hidden="true" className="panel-jacks" width={size.width} height={size.height}>
        {jacks.map((jack) => (
          <path
            key={jack.endpointId}
            className="panel-stub"
            data-state={jack.state}
            d={`M ${jack.x} ${jack.y} V ${size.height}`}
          />
        ))}
        {jacks.map((jack) => (
          <PluggedJack key={jack.endpointId} at={jack} state={jack.state} />
        ))}
        <FreeJack at={freeJack} />
      </svg>
      <FarName name={network.name} />
      {jacks.map((jack) => (
        <PlugHandle key={jack.endpointId} at={jack} edge="bottom" id={jack.endpointId} height={size.height} />
      ))}
      <UplinkHandle x={size.width / 2} edge="top" id="uplink" />
      <FreeHandle
        at={freeJack}
        edge="bottom"
        testId={`handle:network:${network.name}`}
        title={t('jack.network', { name: network.name })}
        disabled={network.origin !== 'patchbay'}
      />
      <Refusal nodeId={id} />
    </div>
  )
})

/** ".1" where the rest is the subnet's own. */
function gatewayShort({ subnet, gateway }: { subnet: string; gateway: string }): string {
  const [base = ''] = subnet.split('/')
  const kept = base.replace(/(\.0)+$/, '')
  return gateway.startsWith(`${kept}.`) ? `.${gateway.slice(kept.length + 1).replace(/^(0\.)+/, '')}` : gateway
}
