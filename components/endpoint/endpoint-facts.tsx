'use client'

import { useFormatter, useTranslations } from 'next-intl'
import type { EndpointView, NetworkView } from '@/server/observe/snapshot'
import { clockTime } from '../i18n/clock-time'
import { Fact, Facts } from '../topology/facts'

/** Everything about one endpoint, in the order in which one follows the cable. */
export function EndpointFacts({ endpoint, network }: { endpoint: EndpointView; network: NetworkView | undefined }) {
  const t = useTranslations('panel.endpoint')
  const { ifname, hostIfname, gateway, isDefaultGateway } = endpoint
  if (endpoint.state === 'idle') return <IdleFacts endpoint={endpoint} />
  const port = hostIfname && network?.device ? `${network.device} / ${hostIfname}` : (network?.parent ?? null)
  return (
    <Facts>
      <Fact name={t('interface')} value={ifname && hostIfname ? `${ifname} ↔ ${hostIfname}` : ifname} />
      <Fact name={t('address')} value={endpoint.ipv4Address} />
      {endpoint.ipv6Address !== null && <Fact name={t('ipv6Address')} value={endpoint.ipv6Address} />}
      {endpoint.asked?.linkLocalIps && <Fact name={t('linkLocal')} value={endpoint.asked.linkLocalIps.join(', ')} />}
      {network?.ipamDriver === 'dhcp' && <LeaseFacts lease={endpoint.lease} />}
      <Fact name={t('mac')} value={endpoint.macAddress} />
      <Fact name={t('gateway')} value={gateway && isDefaultGateway ? t('gatewayDefault', { gateway }) : gateway} />
      {endpoint.ipv6Gateway !== null && (
        <Fact
          name={t('ipv6Gateway')}
          value={
            endpoint.isIpv6DefaultGateway
              ? t('gatewayDefault', { gateway: endpoint.ipv6Gateway })
              : endpoint.ipv6Gateway
          }
        />
      )}
      <Fact name={t('port')} value={port} />
      <Fact name={t('names')} value={endpoint.dnsNames.join(', ')} />
      {endpoint.aliases.length > 0 && <Fact name={t('aliases')} value={endpoint.aliases.join(', ')} />}
    </Facts>
  )
}

/** What the DHCP server has said, and when. */
function LeaseFacts({ lease }: { lease: EndpointView['lease'] }) {
  const t = useTranslations('panel.endpoint')
  const format = useFormatter()
  if (!lease) return <Fact name={t('lease')} value={t('leaseNone')} />
  const { unit, count } = durationOf(lease.seconds ?? 0)
  const time = lease.seconds === null ? '∞' : t(`leaseTime.${unit}`, { count })
  const renewed = format.dateTime(new Date(lease.renewedAt), clockTime)
  return (
    <>
      <Fact
        name={t('lease')}
        value={lease.server === null ? t('leaseFor', { time }) : t('leaseServer', { server: lease.server, time })}
      />
      <Fact name="" value={t('leaseRenewed', { time: renewed })} />
      {lease.nameServers.length > 0 && <Fact name={t('leaseNames')} value={lease.nameServers.join(', ')} />}
    </>
  )
}

/** In the unit that fits. */
function durationOf(seconds: number): { unit: 'seconds' | 'minutes' | 'hours'; count: number } {
  if (seconds < 120) return { unit: 'seconds', count: seconds }
  if (seconds < 7200) return { unit: 'minutes', count: Math.round(seconds / 60) }
  return { unit: 'hours', count: Math.round(seconds / 3600) }
}

/** The container is stopped: what was asked for by name is all there is. */
function IdleFacts({ endpoint }: { endpoint: EndpointView }) {
  const t = useTranslations('panel.endpoint')
  return (
    <>
      <p className="text-muted text-sm">{t('idleHint')}</p>
      <Facts>
        <Fact name={t('names')} value={endpoint.dnsNames.join(', ')} />
        {endpoint.aliases.length > 0 && <Fact name={t('aliases')} value={endpoint.aliases.join(', ')} />}
      </Facts>
    </>
  )
}
