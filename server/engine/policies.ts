import { type Family, formatAddress } from '../cnm/address'
import type { Container } from '../cnm/container'
import type { Endpoint } from '../cnm/endpoint'
import { isLoose, type Network, poolsOf } from '../cnm/network'
import type { DriverRegistry } from '../drivers/registry'
import { describeBridgedTraffic, type HostBefore } from '../firewall/base'
import {
  type ContainerPlace,
  describePolicies,
  type NetworkPlace,
  type PolicyPeers,
  type PolicySubject,
} from '../firewall/policy'
import type { KernelObject } from '../plan/object'
import type { RecordChange } from '../store/contract'
import type { Records } from './records'

const families = ['ipv4', 'ipv6'] as const

/**
 * What is in the kernel because of several records at once: the rules of all policies, and the switch that lets rules see
 * frames between two ports of a bridge, which policies need as networks do that keep their containers apart.
 */
export function describeShared(records: Records, drivers: DriverRegistry, before: HostBefore): KernelObject[] {
  const subjects = subjectsIn(records, drivers)
  const networks = [...records.networks.values()]
  const filters = (family: Family) =>
    subjects.some((subject) => subject.families.includes(family)) ||
    networks.some((network) => filtersBridged(network, family, drivers))
  return [
    ...families.filter(filters).map((family) => describeBridgedTraffic(before, family)),
    ...describePolicies(subjects, peersIn(records, drivers)),
  ]
}

/** Whether there is more to share because of this change alone. */
export function isShared(
  { addNetworks = [], putNetworks = [], putContainers = [] }: RecordChange,
  drivers: DriverRegistry,
): boolean {
  const isNeeded = (network: Network) =>
    network.policy !== undefined || families.some((family) => filtersBridged(network, family, drivers))
  return [...addNetworks, ...putNetworks].some(isNeeded) || putContainers.some(({ policy }) => policy !== undefined)
}

function filtersBridged(network: Network, family: Family, drivers: DriverRegistry): boolean {
  const filters = drivers.get(network.driver).filtersBridgedTraffic?.(network) ?? false
  return filters && (poolsOf(network, family).length > 0 || (family === 'ipv4' && isLoose(network)))
}

function subjectsIn(records: Records, drivers: DriverRegistry): PolicySubject[] {
  return [
    ...[...records.networks.values()].flatMap((network) => networkSubject(network, drivers)),
    ...[...records.containers.values()].flatMap((container) => containerSubject(container, records, drivers)),
  ]
}

function networkSubject(network: Network, drivers: DriverRegistry): PolicySubject[] {
  const { id, policy } = network
  const { device, subnets } = networkPlace(network, drivers)
  if (!policy || device === undefined) return []
  return [{ id, policy, families: families.filter((family) => network[family]), place: { device, subnets } }]
}

function networkPlace(network: Network, drivers: DriverRegistry): NetworkPlace {
  const device = deviceOf(network, drivers)
  const subnets = families.flatMap((family) => poolsOf(network, family).map(({ subnet }) => subnet))
  return { subnets, ...(device === undefined ? {} : { device }) }
}

/** A container that does not run has no packets. */
function containerSubject(container: Container, records: Records, drivers: DriverRegistry): PolicySubject[] {
  const { id, policy } = container
  if (!policy || !container.sandbox) return []
  const joints = placesOf(container, records, drivers).filter(({ device }) => device !== undefined)
  // By what its networks are, not by its addresses: those may come by DHCP, or from the container itself.
  const networks = records.endpointsOf(container).flatMap(({ networkId }) => records.networks.get(networkId) ?? [])
  const own = families.filter((family) => networks.some((network) => network[family]))
  return joints.length === 0 ? [] : [{ id, policy, families: own, place: { joints } }]
}

function peersIn(records: Records, drivers: DriverRegistry): PolicyPeers {
  return {
    containerPlaces: (name) => {
      const container = records.containers.named(name)
      return container ? placesOf(container, records, drivers) : []
    },
    networkPlace: (name) => {
      const network = records.networks.named(name)
      return network && networkPlace(network, drivers)
    },
  }
}

function placesOf(container: Container, records: Records, drivers: DriverRegistry): ContainerPlace[] {
  return records.endpointsOf(container).flatMap((endpoint) => {
    const network = records.networks.get(endpoint.networkId)
    return network && endpoint.assigned ? [placeOf(endpoint, network, drivers)] : []
  })
}

function placeOf({ assigned, requested }: Endpoint, network: Network, drivers: DriverRegistry): ContainerPlace {
  const device = deviceOf(network, drivers)
  const linkLocal = assigned?.ipv6Address && assigned.macAddress ? [linkLocalOf(assigned.macAddress)] : []
  const addresses = [assigned?.ipv4Address, assigned?.ipv6Address, ...requested.linkLocalIps].flatMap(
    (address) => address?.split('/')[0] ?? [],
  )
  return {
    addresses: [...new Set([...addresses, ...linkLocal])],
    ...(device !== undefined && assigned?.hostIfname !== undefined ? { device, port: assigned.hostIfname } : {}),
  }
}

function deviceOf(network: Network, drivers: DriverRegistry): string | undefined {
  return network.configOnly ? undefined : drivers.get(network.driver).bridgeName?.(network)
}

/** The address of link scope that the kernel makes of a MAC address: "fe80::42:acff:fe12:2" of 02:42:ac:12:00:02. */
function linkLocalOf(mac: string): string {
  const [first = 0, ...bytes] = mac.split(':').map((byte) => Number.parseInt(byte, 16))
  const id = [first ^ 2, ...bytes.slice(0, 2), 0xff, 0xfe, ...bytes.slice(2)]
  const value = id.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0xfe80n << 48n)
  return formatAddress({ family: 'ipv6', value })
}
