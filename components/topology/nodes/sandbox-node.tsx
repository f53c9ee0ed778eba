'use client'

import type { NodeProps } from '@xyflow/react'
import { useTranslations } from 'next-intl'
import { memo } from 'react'
import { useSnapshot } from '@/components/trpc/snapshot'
import { networkColour } from '@/components/ui/network-colour'
import { StatusDot } from '@/components/ui/status-dot'
import type { ContainerView, Origin } from '@/server/observe/snapshot'
import { DeniedBadge, PolicyBadge } from '../../policy/policy-badge'
import { statusDots } from '../../sandbox/container-status'
import type { Interface, SandboxNode as SandboxNodeModel } from '../graph-model'
import { cardSize, childSize } from '../measure'
import { useHandRole } from '../panel-state'
import { sharedNetwork } from '../shared-network'
import { DriftMark } from './drift-mark'
import { FarName } from './far-name'
import { FreeHandle, PlugHandle } from './handles'
import { FreeJack, PluggedJack } from './jack'
import { PortPlugs } from './port-plugs'
import { Refusal } from './refusal'

/** A sandbox: a container's network stack as a card, with a jack for each interface and always a free one. */
export const SandboxNode = memo(function SandboxNode({ id, data, selected }: NodeProps<SandboxNodeModel>) {
  const t = useTranslations('panel')
  const role = useHandRole(id)
  const { container, interfaces, freeJack, drift, seat } = data
  const onGround = seat === 'ground'
  const size = onGround ? cardSize(interfaces.length, container.ports.length) : childSize
  return (
    <div
      className="panel-node panel-card"
      data-hand={role}
      data-seat={seat}
      data-status={container.status}
      data-selected={selected || undefined}
      style={size}
    >
      <header className="panel-card-head">
        <bdi className="panel-name" title={container.name}>
          {container.name}
        </bdi>
        <StatusWord status={container.status} />
      </header>
      <p className="panel-card-image" title={container.image}>
        <span className="truncate">{shortImage(container.image)}</span>
        <OriginWord origin={container.origin} />
        <span className="panel-badges ml-auto">
          <PolicyBadge policy={container.policy} />
          <DeniedBadge id={id} />
        </span>
        <DriftMark drift={drift} />
      </p>
      {onGround && (
        <>
          <Interfaces interfaces={interfaces} container={container} />
          <PortPlugs ports={container.ports} />
          <svg aria-hidden="true" className="panel-jacks" width={size.width} height={size.height}>
            {interfaces.map(({ jack, colour }) => (
              <g key={jack.endpointId} style={{ '--net': networkColour(colour) }}>
                <PluggedJack at={jack} state={jack.state} />
              </g>
            ))}
            <FreeJack at={freeJack} />
          </svg>
          <FarName name={container.name} />
          {interfaces.map(({ jack }) => (
            <PlugHandle key={jack.endpointId} at={jack} edge="top" id={jack.endpointId} />
          ))}
        </>
      )}
      <FreeHandle
        at={freeJack}
        edge="top"
        testId={`handle:sandbox:${container.name}`}
        title={t('jack.sandbox', { name: container.name })}
        disabled={container.origin !== 'patchbay' || !onGround || container.networkMode.startsWith('container:')}
      />
      <Refusal nodeId={id} />
    </div>
  )
})

function Interfaces({ interfaces, container }: { interfaces: readonly Interface[]; container: ContainerView }) {
  const t = useTranslations('panel')
  const shared = useSnapshot(({ containers }) => sharedNetwork(container, containers))
  if (shared) {
    return (
      <p className="panel-interface panel-unplugged" data-shared={shared.cutOff ? 'cut-off' : 'shared'}>
        <span className="truncate">
          {t(shared.cutOff ? 'sandbox.cutOff' : 'sandbox.sharedWith', { name: shared.name })}
        </span>
      </p>
    )
  }
  if (interfaces.length === 0) return <p className="panel-interface panel-unplugged">{t('sandbox.unplugged')}</p>
  return interfaces.map(({ endpoint, colour, networkName }) => (
    <p
      key={endpoint.id}
      className="panel-interface"
      style={{ '--net': networkColour(colour) }}
      title={[networkName, endpoint.ipv4Address, endpoint.ipv6Address, endpoint.macAddress, endpoint.hostIfname]
        .filter(Boolean)
        .join(' · ')}
    >
      <span className="panel-ifname">{endpoint.ifname ?? '–'}</span>
      <span className="panel-ip">
        {endpoint.ipv4Address ? <Address address={endpoint.ipv4Address} /> : <bdi>{networkName}</bdi>}
      </span>
      {endpoint.macAddress && <span className="panel-near panel-mac">{endpoint.macAddress}</span>}
      {(endpoint.state === 'down' || endpoint.state === 'missing') && (
        <span className="panel-wrong">{t(`endpoint.state.${endpoint.state}`)}</span>
      )}
    </p>
  ))
}

/** The prefix length shows near only. */
function Address({ address }: { address: string }) {
  const [ip, length] = address.split('/')
  return (
    <>
      {ip}
      {length !== undefined && <span className="panel-near">/{length}</span>}
    </>
  )
}

function StatusWord({ status }: { status: ContainerView['status'] }) {
  const t = useTranslations('common')
  return (
    <span className="panel-status">
      <StatusDot status={statusDots[status]} />
      {t(`status.${status}`)}
    </span>
  )
}

function OriginWord({ origin }: { origin: Origin }) {
  const t = useTranslations('common')
  return origin === 'patchbay' ? null : <span className="shrink-0">· {t(`origin.${origin}`)}</span>
}

/** Without the tag that goes without saying. */
export function shortImage(image: string): string {
  return image.endsWith(':latest') ? image.slice(0, -':latest'.length) : image
}
