'use client'

import type { NodeProps } from '@xyflow/react'
import { Globe } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { memo } from 'react'
import type { HostNode as HostNodeModel } from '../graph-model'
import { useHandRole } from '../panel-state'
import { DriftMark } from './drift-mark'
import { FreeHandle, UplinkHandle } from './handles'
import { Refusal } from './refusal'

/** The host and what lies outside: uplinks, NAT, published ports; containers with the host's own network sit on it. */
export const HostNode = memo(function HostNode({ id, data, selected, width, height }: NodeProps<HostNodeModel>) {
  const t = useTranslations('panel')
  const role = useHandRole(id)
  const { host, ports, masquerade, drift } = data
  return (
    <div
      className="panel-node panel-host"
      data-hand={role}
      data-selected={selected || undefined}
      style={{ width: width ?? 0, height: height ?? 0 }}
    >
      <header className="panel-host-head">
        <Globe aria-hidden="true" className="size-3.5 shrink-0 text-faint" />
        <span className="panel-name">{t('host.title')}</span>
        <bdi className="truncate font-mono text-muted text-xs">{host.name}</bdi>
        <DriftMark drift={drift} />
      </header>
      <p className="panel-host-line">
        {host.uplinks.length === 0 && <span>{t('host.noUplink')}</span>}
        {host.uplinks.map((uplink) => (
          <span key={uplink.name} data-up={uplink.up} className="panel-uplink">
            <span className="text-ink">{uplink.name}</span> {uplink.addresses[0] ?? t('host.noAddress')}
          </span>
        ))}
      </p>
      {masquerade.length > 0 && (
        <p className="panel-host-line" title={masquerade.join('\n')}>
          <span className="panel-host-word">{t('host.masquerade')}</span>
          <span className="truncate">{masquerade.join(', ')}</span>
        </p>
      )}
      {ports.length > 0 && (
        <p className="panel-host-line">
          <span className="panel-host-word">{t('host.published')}</span>
          <span className="truncate">
            {ports.map((port, index) => (
              <span key={`${port.hostIp}:${port.hostPort}/${port.protocol}`}>
                {index > 0 && ', '}
                {port.hostPort} → <bdi>{port.containerName}</bdi>:{port.containerPort}
              </span>
            ))}
          </span>
        </p>
      )}
      <span className="panel-far-name" aria-hidden="true">
        {t('host.title')}
      </span>
      {data.jacks.map(({ networkId, x }) => (
        <UplinkHandle key={networkId} x={x} edge="bottom" id={`uplink:${networkId}`} height={height ?? 0} />
      ))}
      <FreeHandle
        at={{ x: (width ?? 0) / 2, y: height ?? 0 }}
        edge="bottom"
        testId="handle:network:host"
        title={t('host.title')}
        disabled
      />
      <Refusal nodeId={id} />
    </div>
  )
})
