import { type Family, familyOf } from '../../cnm/address'
import type { EndpointAssignment } from '../../cnm/endpoint'
import { PatchbayError } from '../../cnm/errors'
import { shortId } from '../../cnm/ids'
import { type AddressPool, isLoose, type Network, poolsOf } from '../../cnm/network'
import { sentence } from '../../cnm/sentence'
import { bridgeGroup, inIpv6 } from '../../firewall/base'
import { describeBridgeRules, describeLooseBridgeRules, type GatewayMode } from '../../firewall/bridge'
import { describePublishedPorts, describeRelayedPorts } from '../../firewall/ports'
import { everyFeature, type Features } from '../../plan/feature'
import { type KernelObject, keyOf, markOf, type Netns, type SysctlObject } from '../../plan/object'
import type { Driver, JoinedEndpoint, ServiceSide } from '../contract'
import { describeAddresses, describeLease, describeSubnetRoutes, families } from '../interface'
import { describeHostEnd } from '../shaping'
import { type BridgeOptions, bridgeOptions, optionsOf } from './options'
import { describeBridgeService } from './service'

/** A Linux bridge a network, a veth pair an endpoint, NAT towards the outside. */
export const bridgeDriver: Driver<BridgeOptions> = {
  name: 'bridge',
  description: 'A virtual switch on this host; containers reach each other by name, and the outside through NAT.',
  options: bridgeOptions,
  usesIpam: true,
  takesLeases: true,
  creatable: true,
  hasInterfaces: true,
  hasHostEnds: true,
  publishesPorts: true,
  fixedOptions: ['com.docker.network.bridge.name', 'com.docker.network.bridge.default_bridge'],
  restoredOptions: { 'patchbay.bridge.stp': 'false', 'patchbay.bridge.multicast_snooping': 'true' },
  bridgeName,
  filtersBridgedTraffic,
  checkNetwork,
  hostAddress,
  obeysHostFirewall,
  relaysPorts,
  mtu: mtuOf,
  describeNetwork,
  describeEndpoint,
  describeService,
  checkService,
}

function bridgeName(network: Network): string {
  return network.options['com.docker.network.bridge.name'] ?? `br-${shortId(network.id)}`
}

function describeNetwork(network: Network, features: Features = everyFeature): KernelObject[] {
  const device = bridgeName(network)
  const mark = markOf(network.id)
  const pools = families.flatMap((family) => poolsOf(network, family))
  const addresses = pools
    .filter(({ subnet }) => hasGateway(network, familyOf(subnet)))
    .map((pool) => gatewayAddress(device, pool))
  const own: KernelObject[] = network.adopted
    ? [
        { kind: 'parent', netns: 'host', name: device, neededBy: mark },
        ...withoutGiven(network, [...adoptedState(network, device), ...addresses]),
      ]
    : [describeBridge(network, device, features), ...sysctls(network, device), ...addresses]
  const rules = (family: Family) => describeRules(network, device, family, features)
  return [...own, ...rules('ipv4'), ...inIpv6(rules('ipv6'))]
}

/** What somebody else made stays in the group that he gave it. */
function isGrouped(network: Network, features: Features): boolean {
  return features.has('devgroup') && !network.adopted && !network.internal && !isLoose(network)
}

function describeBridge(network: Network, name: string, features: Features): KernelObject {
  const options = optionsOf(network)
  const { 'patchbay.bridge.stp': stp, 'patchbay.bridge.multicast_snooping': multicastSnooping } = options
  return {
    ...{ kind: 'link', type: 'bridge', netns: 'host', name, alias: markOf(network.id), mtu: mtuOf(network), up: true },
    ...(isGrouped(network, features) ? { group: bridgeGroup } : {}),
    ...(stp === undefined ? {} : { stp }),
    ...(multicastSnooping === undefined ? {} : { multicastSnooping }),
  }
}

/** The host has the gateway's address, unless somebody else is to have it, or nobody. */
function hasGateway(network: Network, family: Family): boolean {
  const isInhibited = optionsOf(network)['com.docker.network.bridge.inhibit_ipv4'] ?? false
  return gatewayMode(network, family) !== 'isolated' && !(family === 'ipv4' && isInhibited)
}

function gatewayMode(network: Network, family: Family): GatewayMode {
  return optionsOf(network)[`com.docker.network.bridge.gateway_mode_${family}`] ?? 'nat'
}

function checkNetwork(network: Network): void {
  const modes = families.map((family) => gatewayMode(network, family))
  const open = modes.find((mode) => mode === 'routed' || mode === 'nat-unprotected')
  if (obeysHostFirewall(network) && open !== undefined) {
    throw new PatchbayError(
      'invalid-parameter',
      sentence`option patchbay.bridge.obey_host_firewall does not go with gateway mode ${open}, by which packets reach containers past the host's sockets; use mode nat`,
      { field: 'options' },
    )
  }
  const isIsolated = families.some((family) => gatewayMode(network, family) === 'isolated')
  if (!isIsolated || network.internal) return
  throw new PatchbayError(
    'invalid-parameter',
    sentence`gateway mode 'isolated' can only be used for an internal network`,
    {
      field: 'options',
    },
  )
}

function describeRules(network: Network, device: string, family: Family, features: Features): KernelObject[] {
  const pools = poolsOf(network, family)
  const options = optionsOf(network)
  if (isLoose(network) && family === 'ipv4') {
    const icc = options['com.docker.network.bridge.enable_icc'] ?? true
    return describeLooseBridgeRules({ device, mark: markOf(network.id), icc })
  }
  if (pools.length === 0) return []
  const source = options[`com.docker.network.host_${family}`]
  return describeBridgeRules({
    device,
    subnets: pools.map(({ subnet }) => subnet),
    mark: markOf(network.id),
    internal: network.internal,
    icc: options['com.docker.network.bridge.enable_icc'] ?? true,
    masquerade: options['com.docker.network.bridge.enable_ip_masquerade'] ?? true,
    ...(source === undefined ? {} : { source }),
    gateway: gatewayMode(network, family),
    grouped: isGrouped(network, features),
  })
}

function describeEndpoint(network: Network, joined: JoinedEndpoint): KernelObject[] {
  const { endpoint, netns, ports, hasServices } = joined
  const assigned = endpoint.assigned
  if (!assigned?.hostIfname || !assigned.macAddress) return []
  const mark = markOf(endpoint.id)
  const switches = optionsOf(network)
  const mtu = endpoint.shaping?.mtu
  return [
    {
      kind: 'link',
      type: 'veth',
      netns: 'host',
      name: assigned.hostIfname,
      alias: mark,
      mtu: mtuOf(network),
      up: true,
      master: bridgeName(network),
      hairpin: switches['patchbay.bridge.hairpin'] ?? (ports.length > 0 || hasServices === true),
      ...(switches['patchbay.bridge.isolate_ports'] ? { isolated: true } : {}),
      peer: { netns, name: assigned.ifname, mac: assigned.macAddress, ...(mtu === undefined ? {} : { mtu }) },
    },
    ...describeAddresses(endpoint, assigned, netns),
    { kind: 'link', type: 'inner', netns, name: assigned.ifname, up: true },
    ...describeRoutes(network, assigned, netns),
    ...describeHostEnd(endpoint.shaping, {
      ...{ link: assigned.hostIfname, mtu: mtuOf(network), mark, id: endpoint.id },
    }),
    ...describePublished(network, joined, assigned),
    ...describeLease(network, joined, assigned),
  ]
}

function describeRoutes(network: Network, assigned: EndpointAssignment, netns: Netns): KernelObject[] {
  const { ifname: link, gateway, ipv6Gateway } = assigned
  const route = (destination: string, via: string): KernelObject => ({ kind: 'route', netns, destination, via, link })
  return [
    ...describeSubnetRoutes(network, assigned, netns),
    ...(assigned.isDefaultGateway && gateway ? [route('default', gateway)] : []),
    ...(assigned.isIpv6DefaultGateway && ipv6Gateway ? [route('::/0', ipv6Gateway)] : []),
  ]
}

function describePublished(
  network: Network,
  { endpoint, netns, ports }: JoinedEndpoint,
  assigned: EndpointAssignment,
): KernelObject[] {
  const device = bridgeName(network)
  const trusted = network.options['com.docker.network.bridge.trusted_host_interfaces']?.split(':') ?? []
  const published = (family: Family) => {
    const other = assigned[family === 'ipv4' ? 'ipv6Address' : 'ipv4Address']
    const address = assigned[`${family}Address`]?.split('/')[0]
    const own = ports.filter(({ hostIp }) => familyOf(hostIp) === family)
    if (address === undefined) return describeRelayedPorts(own, (other ?? '').split('/')[0] ?? '')
    const gateway = gatewayMode(network, family)
    return describePublishedPorts({
      device,
      link: assigned.hostIfname ?? '',
      sandbox: netns,
      address,
      mark: markOf(endpoint.id),
      ports: own,
      gateway,
      trusted,
      obeysHost: obeysHostFirewall(network),
    })
  }
  return [...published('ipv4'), ...inIpv6(published('ipv6'))]
}

function describeService(network: Network, side: ServiceSide): KernelObject[] {
  return describeBridgeService(network, side, {
    device: bridgeName(network),
    gatewayMode: (family) => gatewayMode(network, family),
  })
}

/** The bridge answers for a service's address, and sends what comes there on: it has to have an address of its own. */
function checkService(network: Network): void {
  const lacking = families.find((family) => poolsOf(network, family).length > 0 && !hasGateway(network, family))
  const { 'com.docker.network.bridge.enable_icc': icc = true } = optionsOf(network)
  if (lacking === undefined && (icc || !network.internal)) return
  const why = lacking
    ? sentence`this host has no address on it that could send connections on (gateway mode isolated, or inhibit_ipv4)`
    : sentence`it is internal and keeps its containers apart (icc off)`
  throw new PatchbayError(
    'invalid-parameter',
    sentence`network ${network.name} can have no service: ${why}; choose another`,
    {
      field: 'network',
    },
  )
}

/** Frames between two ports of a bridge pass no rule otherwise, and containers could not be kept apart. */
function filtersBridgedTraffic(network: Network): boolean {
  return optionsOf(network)['com.docker.network.bridge.enable_icc'] === false
}

/** What somebody else's bridge has to be as well, and is no more once the network has gone. */
function adoptedState(network: Network, device: string): KernelObject[] {
  const hasIpv6 = poolsOf(network, 'ipv6').length > 0
  return [
    { kind: 'link', type: 'inner', netns: 'host', name: device, up: true },
    ...(leadsLoopback(network) ? [routeLocalnet(device)] : []),
    ...(hasIpv6 ? [{ ...disableIpv6(device, '0'), before: '1' }] : []),
  ]
}

function withoutGiven({ given = [] }: Network, objects: readonly KernelObject[]): KernelObject[] {
  return objects.filter((object) => !given.includes(keyOf(object)))
}

/** Loopback addresses are routed for published ports; without IPv6 on the network there is none on the bridge. */
function sysctls(network: Network, device: string): KernelObject[] {
  const hasIpv6 = poolsOf(network, 'ipv6').length > 0
  return [
    ...(leadsLoopback(network) ? [routeLocalnet(device)] : []),
    disableIpv6(device, hasIpv6 ? '0' : '1'),
    // A container is not to be the host's router.
    ...(hasIpv6 ? [setting(`net/ipv6/conf/${device}/accept_ra`, '0')] : []),
  ]
}

function setting(name: string, value: string): SysctlObject {
  return { kind: 'sysctl', netns: 'host', name, value }
}

function leadsLoopback({ internal, ipv4 }: Network): boolean {
  return !internal && ipv4
}

function routeLocalnet(device: string): SysctlObject {
  return { ...setting(`net/ipv4/conf/${device}/route_localnet`, '1'), before: '0' }
}

function disableIpv6(device: string, value: string): SysctlObject {
  return setting(`net/ipv6/conf/${device}/disable_ipv6`, value)
}

function gatewayAddress(link: string, { gateway, subnet }: AddressPool): KernelObject {
  return { kind: 'address', netns: 'host', link, address: `${gateway}/${subnet.split('/')[1]}` }
}

function mtuOf(network: Network): number {
  return optionsOf(network)['com.docker.network.driver.mtu'] ?? 1500
}

function obeysHostFirewall(network: Network): boolean {
  return optionsOf(network)['patchbay.bridge.obey_host_firewall'] ?? false
}

/** Where containers are reached by their own addresses alone, the host takes nothing in for them. */
function relaysPorts(network: Network, family: Family): boolean {
  return gatewayMode(network, family) !== 'routed'
}

/** Where ports are published for which nobody named an address. */
function hostAddress(network: Network, family: Family): string {
  if (family === 'ipv6') return '::'
  return network.options['com.docker.network.bridge.host_binding_ipv4'] || '0.0.0.0'
}
