import { shortId } from '../../cnm/ids'
import type { Network } from '../../cnm/network'
import { describeBridgeRules } from '../../firewall/bridge'
import { describePublishedPorts } from '../../firewall/ports'
import { type KernelObject, markOf } from '../../plan/object'
import type { Driver, JoinedEndpoint } from '../contract'
import { type BridgeOptions, bridgeOptions } from './options'

/** A Linux bridge a network, a veth pair an endpoint, NAT towards the outside. */
export const bridgeDriver: Driver<BridgeOptions> = {
  name: 'bridge',
  description: 'A virtual switch on this host; containers reach each other by name, and the outside through NAT.',
  options: bridgeOptions,
  usesIpam: true,
  creatable: true,
  hasInterfaces: true,
  hasHostEnds: true,
  publishesPorts: true,
  bridgeName,
  filtersBridgedTraffic,
  describeNetwork,
  describeEndpoint,
}

function bridgeName(network: Network): string {
  return network.options['com.docker.network.bridge.name'] ?? `br-${shortId(network.id)}`
}

function describeNetwork(network: Network): KernelObject[] {
  const device = bridgeName(network)
  const options = bridgeOptions.parse(network.options)
  const mark = markOf(network.id)
  const mtu = options['com.docker.network.driver.mtu'] ?? 1500
  return [
    { kind: 'link', type: 'bridge', netns: 'host', name: device, alias: mark, mtu, up: true },
    ...sysctls(network, device),
    ...network.pools.flatMap((pool) => [
      address(device, pool.gateway, pool.subnet),
      ...describeBridgeRules({
        device,
        subnet: pool.subnet,
        mark,
        internal: network.internal,
        icc: options['com.docker.network.bridge.enable_icc'] ?? true,
        masquerade: options['com.docker.network.bridge.enable_ip_masquerade'] ?? true,
      }),
    ]),
  ]
}

function describeEndpoint(network: Network, { endpoint, netns, ports }: JoinedEndpoint): KernelObject[] {
  const assigned = endpoint.assigned
  if (!assigned?.hostIfname || !assigned.ipv4Address || !assigned.macAddress) return []
  const device = bridgeName(network)
  const mark = markOf(endpoint.id)
  const route: KernelObject[] =
    assigned.isDefaultGateway && assigned.gateway
      ? [{ kind: 'route', netns, destination: 'default', via: assigned.gateway, link: assigned.ifname }]
      : []
  return [
    {
      kind: 'link',
      type: 'veth',
      netns: 'host',
      name: assigned.hostIfname,
      alias: mark,
      mtu: bridgeOptions.parse(network.options)['com.docker.network.driver.mtu'] ?? 1500,
      up: true,
      master: device,
      hairpin: ports.length > 0,
      peer: { netns, name: assigned.ifname, mac: assigned.macAddress },
    },
    { kind: 'address', netns, link: assigned.ifname, address: assigned.ipv4Address },
    { kind: 'link', type: 'inner', netns, name: assigned.ifname, up: true },
    ...route,
    ...describePublishedPorts({ device, address: assigned.ipv4Address.split('/')[0] ?? '', mark, ports }),
  ]
}

/** Frames between two ports of a bridge pass no rule otherwise, and containers could not be kept apart. */
function filtersBridgedTraffic(network: Network): boolean {
  return bridgeOptions.parse(network.options)['com.docker.network.bridge.enable_icc'] === false
}

/** Loopback addresses are routed for published ports; without IPv6 on the network there is none on the bridge. */
function sysctls(network: Network, device: string): KernelObject[] {
  const localnet: KernelObject = {
    kind: 'sysctl',
    netns: 'host',
    name: `net/ipv4/conf/${device}/route_localnet`,
    value: '1',
  }
  const noIpv6: KernelObject = {
    kind: 'sysctl',
    netns: 'host',
    name: `net/ipv6/conf/${device}/disable_ipv6`,
    value: '1',
  }
  return network.internal ? [noIpv6] : [localnet, noIpv6]
}

function address(device: string, gateway: string, subnet: string): KernelObject {
  return { kind: 'address', netns: 'host', link: device, address: `${gateway}/${subnet.split('/')[1]}` }
}
