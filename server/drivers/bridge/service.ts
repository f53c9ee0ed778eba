import { type Family, familyOf } from '../../cnm/address'
import type { PortBinding } from '../../cnm/container'
import { type Network, poolsOf } from '../../cnm/network'
import type { Service } from '../../cnm/service'
import { inIpv6 } from '../../firewall/base'
import type { GatewayMode } from '../../firewall/bridge'
import { describeRelayedPorts } from '../../firewall/ports'
import { describeService } from '../../firewall/service'
import type { KernelObject } from '../../plan/object'
import type { ServiceSide } from '../contract'
import { optionsOf } from './options'

/** A service on a bridge, in the families in which it has an address. */
export function describeBridgeService(
  network: Network,
  side: ServiceSide,
  place: { readonly device: string; gatewayMode(family: Family): GatewayMode },
): KernelObject[] {
  const of = (family: Family) => inFamily(network, side, place, family)
  return [...of('ipv4'), ...inIpv6(of('ipv6'))]
}

function inFamily(
  network: Network,
  { service, members }: ServiceSide,
  { device, gatewayMode }: Parameters<typeof describeBridgeService>[2],
  family: Family,
): KernelObject[] {
  const address = service[`${family}Address`]
  const pools = poolsOf(network, family)
  if (address === undefined)
    return describeRelayedPorts(relayed(service, family), service[`${others[family]}Address`] ?? '')
  if (pools.length === 0) return []
  const way = family === 'ipv4' ? 'isDefaultGateway' : 'isIpv6DefaultGateway'
  return describeService({
    ...{ service, address, device, internal: network.internal, gateway: gatewayMode(family) },
    subnets: pools.map(({ subnet }) => subnet),
    icc: optionsOf(network)['com.docker.network.bridge.enable_icc'] ?? true,
    ports: portsOf(service, family),
    members: members.flatMap(({ endpoint: { id, assigned }, weight }) => {
      const own = assigned?.[`${family}Address`]?.split('/')[0]
      return own === undefined ? [] : [{ id, address: own, weight, isWayOut: assigned?.[way] === true }]
    }),
  })
}

const others = { ipv4: 'ipv6', ipv6: 'ipv4' } as const

/** What comes to the host in a family in which the service has no address. */
function relayed({ ports }: Service, family: Family): PortBinding[] {
  return ports.flatMap(({ protocol, port: containerPort, hostPort, hostIp }) => {
    const isHere = hostIp === '' ? family === 'ipv4' : familyOf(hostIp) === family
    return isHere && hostPort !== null ? [{ protocol, containerPort, hostPort, hostIp: hostIp || '0.0.0.0' }] : []
  })
}

/** A port published on an address of the other family is not published in this one. */
function portsOf({ ports }: Service, family: Family): Service['ports'] {
  return ports.map((port) => {
    const isElsewhere = port.hostIp !== '' && familyOf(port.hostIp) !== family
    return isElsewhere ? { ...port, hostPort: null } : port
  })
}
