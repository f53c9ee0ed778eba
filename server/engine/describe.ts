import type { Container, PortBinding, Sandbox } from '../cnm/container'
import type { Endpoint } from '../cnm/endpoint'
import type { Network } from '../cnm/network'
import { networkOwnerOf } from '../cnm/shared-network'
import type { DriverRegistry } from '../drivers/registry'
import { describeHost, describeIpv6Host, type HostBefore } from '../firewall/base'
import { describeResolverRedirect, resolverAddress } from '../firewall/resolver'
import { everyFeature, type Features } from '../plan/feature'
import { type KernelObject, keyOf, type Netns } from '../plan/object'
import { describeShared } from './policies'
import { publishedOn } from './ports'
import type { Records } from './records'

/** From records to kernel objects: what ought to exist for a sandbox, a container, everything. */
export class Description {
  readonly records: Records
  readonly drivers: DriverRegistry
  features: Features

  constructor(records: Records, drivers: DriverRegistry, features: Features = everyFeature) {
    this.records = records
    this.drivers = drivers
    this.features = features
  }

  /** A network without what it shares with the `others`, which are the networks that are there beside it. */
  network(network: Network, others: Iterable<Network>): KernelObject[] {
    return this.ownOf(
      network,
      [...others].filter((other) => other.id !== network.id),
    )
  }

  /** All that a running container has in the kernel, its sandbox included; nothing for a stopped one, or for one that shares another's. */
  container(container: Container, endpoints: readonly Endpoint[]): KernelObject[] {
    if (!container.sandbox || networkOwnerOf(container) !== undefined) return []
    const netns = container.sandbox.key as Netns
    const portsOf = publishedOn(this, container.published, endpoints)
    const joints = endpoints.flatMap((endpoint) => this.endpoint(container, endpoint, netns, portsOf(endpoint)))
    return netns === 'host' ? joints : [...describeSandbox(container.sandbox), ...joints]
  }

  everything(before: HostBefore, warm: readonly Sandbox[]): KernelObject[] {
    const networks = [...this.records.networks.values()]
    return [
      ...describeHost(before, this.features),
      ...describeIpv6Host(before, this.features),
      ...describeShared(this.records, this.drivers, before),
      ...networks.flatMap((network) => this.alone(network)),
      ...[...this.records.containers.values()].flatMap((container) =>
        this.container(container, this.records.endpointsOf(container)),
      ),
      ...warm.flatMap(describeSandbox),
    ]
  }

  /** As if there were no other network. */
  alone(network: Network): KernelObject[] {
    return this.drivers.get(network.driver).describeNetwork(network, this.features)
  }

  /** What it does not share with others that stand on the same parent. */
  private ownOf(network: Network, others: Iterable<Network>): KernelObject[] {
    const objects = this.alone(network)
    const parent = this.parentOf(network)
    if (parent === undefined) return objects
    const sharers = [...others].filter((other) => other.id !== network.id && this.parentOf(other) === parent)
    const shared = new Set(sharers.flatMap((other) => this.alone(other).map(keyOf)))
    return objects.filter((object) => !shared.has(keyOf(object)))
  }

  private parentOf(network: Network): string | undefined {
    return this.drivers.get(network.driver).parentName?.(network)
  }

  private endpoint(
    container: Container,
    endpoint: Endpoint,
    netns: Netns,
    ports: readonly PortBinding[],
  ): KernelObject[] {
    const network = this.records.networks.get(endpoint.networkId)
    if (!network || !endpoint.assigned) return []
    const hasServices = this.records.servicesOn(network).length > 0
    return this.drivers
      .get(network.driver)
      .describeEndpoint(network, { endpoint, netns, ports, hostname: container.hostname, hasServices })
  }
}

/** A namespace with loopback up, without IPv6, and the resolver's sockets and rules in it. */
export function describeSandbox(sandbox: Sandbox): KernelObject[] {
  const netns = sandbox.key as `/${string}`
  const port = resolverPort(sandbox)
  return [
    { kind: 'namespace', path: netns },
    { kind: 'sysctl', netns, name: 'net/ipv6/conf/all/disable_ipv6', value: '1' },
    { kind: 'sysctl', netns, name: 'net/ipv6/conf/default/disable_ipv6', value: '1' },
    { kind: 'link', type: 'inner', netns, name: 'lo', up: true },
    describeResolverRedirect(netns, sandbox.id, port),
    { kind: 'socket', netns, protocol: 'udp', address: resolverAddress, port, service: 'dns' },
    { kind: 'socket', netns, protocol: 'tcp', address: resolverAddress, port, service: 'dns' },
  ]
}

/** Below the ephemeral ports and above the well-known ones; derived, so that a new daemon finds it again. */
function resolverPort(sandbox: Sandbox): number {
  return 20_000 + (Number.parseInt(sandbox.id.slice(0, 6), 16) % 10_000)
}
