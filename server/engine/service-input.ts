import { canonicalAddress, type Family, familyNames, parseAddress } from '../cnm/address'
import { contains, getCidr } from '../cnm/cidr'
import { PatchbayError } from '../cnm/errors'
import type { ContainerId } from '../cnm/ids'
import { checkDnsName, shown } from '../cnm/names'
import { type Network, poolsOf } from '../cnm/network'
import { type Said, sentence } from '../cnm/sentence'
import { type MemberSelection, mostAffinityPlaces, type Service, type ServicePort, weightBounds } from '../cnm/service'
import { allocateAddress } from '../ipam/addresses'
import { holdersOf } from './assign'
import type { EngineContext } from './context'
import type { ServiceInput, ServicePortInput } from './contract'
import { obeysHostFirewall } from './ports'

const mostPorts = 64

/** Throws where the network can have no service. */
export function checkNetworkOf(ctx: EngineContext, network: Network): void {
  const driver = ctx.drivers.get(network.driver)
  if (network.configOnly || !driver.describeService) {
    const why = network.configOnly ? sentence`only keeps a configuration` : sentence`is a ${network.driver} network`
    throw invalid('network', sentence`network ${network.name} ${why}: services are on bridge networks; choose one`)
  }
  driver.checkService?.(network)
}

/** A name that DNS can carry, and that no other service has. */
export function checkServiceName(ctx: EngineContext, raw: string, own?: Service['id']): string {
  const name = checkDnsName(raw, 'name')
  const holder = ctx.records.services.named(name)
  if (!holder || holder.id === own) return name
  throw new PatchbayError('conflict', sentence`service ${name} already exists; choose another name`, { field: 'name' })
}

/** Throws where a network that is to become another could not keep the services that it has. */
export function checkServicesStay(ctx: EngineContext, network: Network): void {
  for (const service of ctx.records.servicesOn(network)) {
    checkNetworkOf(ctx, network)
    checkWayIn(ctx, network, service)
    for (const family of ['ipv4', 'ipv6'] as const) {
      const address = parseAddress(service[`${family}Address`] ?? '')
      const pools = poolsOf(network, family)
      if (!address || pools.some(({ subnet }) => contains(getCidr(subnet), address))) continue
      const message = sentence`service ${service.name} has address ${service[`${family}Address`]}, which network ${network.name} would not have any more; remove the service first`
      throw new PatchbayError('conflict', message, { field: 'pools' })
    }
  }
}

/** Throws where a port of the host's that the service has could not lead to it, or would pass by what is to stop it. */
export function checkWayIn(ctx: EngineContext, network: Network, { name, ports }: Service): void {
  const hostPort = ports.find((port) => port.hostPort !== null)?.hostPort
  if (hostPort === undefined) return
  if (network.internal) {
    throw invalid(
      'ports',
      sentence`port ${hostPort} of this host cannot lead to service ${name}: network ${network.name} is internal`,
    )
  }
  if (obeysHostFirewall(ctx, network)) {
    throw invalid(
      'ports',
      sentence`ports of network ${network.name} obey the host's firewall, which port ${hostPort} of service ${name} would pass by; publish none`,
    )
  }
}

type Addresses = Pick<Service, 'ipv4Address' | 'ipv6Address'>

/** An address of each family that the network has: the one that is asked for, that it has already, or a free one. */
export function chooseAddresses(ctx: EngineContext, network: Network, input: ServiceInput, own?: Service): Addresses {
  return { ...chooseAddress(ctx, network, input, 'ipv4', own), ...chooseAddress(ctx, network, input, 'ipv6', own) }
}

function chooseAddress(
  ctx: EngineContext,
  network: Network,
  input: ServiceInput,
  family: Family,
  own: Service | undefined,
): Addresses {
  const field = `${family}Address` as const
  const pools = poolsOf(network, family)
  const asked = input[field] ? canonicalAddress(input[field]) : own?.[field]
  if (pools.length === 0) {
    if (!input[field]) return {}
    throw invalid(
      field,
      sentence`address ${shown(input[field])} cannot be given: network ${network.name} has no ${familyNames[family]}`,
    )
  }
  const { address } = allocateAddress(pools, holdersOf(ctx, network, own?.id), asked, network.name)
  return { [field]: address.split('/')[0] }
}

/** Throws for what is no port, and for two that are the same. */
export function parseServicePorts(inputs: readonly ServicePortInput[]): ServicePort[] {
  if (inputs.length === 0) throw invalid('ports', sentence`a service needs a port that it answers on, like 80`)
  if (inputs.length > mostPorts)
    throw invalid('ports', sentence`${inputs.length} ports are too many: at most ${mostPorts} fit`)
  const ports = inputs.map(parsePort)
  for (const [at, port] of ports.entries()) {
    const isSame = ({ protocol, port: number }: ServicePort) => protocol === port.protocol && number === port.port
    if (ports.findIndex(isSame) !== at)
      throw invalid('ports', sentence`port ${port.port}/${port.protocol} is given twice`)
  }
  return ports
}

function parsePort({
  protocol = 'tcp',
  port,
  targetPort = port,
  hostPort,
  hostIp = '',
}: ServicePortInput): ServicePort {
  if (protocol !== 'tcp' && protocol !== 'udp') {
    throw invalid('ports', sentence`protocol ${shown(protocol)} cannot be spread: it is to be tcp or udp`)
  }
  if (hostIp !== '' && parseAddress(hostIp) === undefined) {
    throw invalid('ports', sentence`host address ${shown(hostIp)} is not an IP address like 127.0.0.1 or ::1`)
  }
  return {
    protocol,
    port: checkPort(port, 'port'),
    targetPort: checkPort(targetPort, sentence`target port`),
    hostPort: hostPort == null ? null : checkPort(hostPort, sentence`host port`),
    hostIp: canonicalAddress(hostIp),
  }
}

function checkPort(value: number, what: Said): number {
  if (Number.isInteger(value) && value >= 1 && value <= 65535) return value
  throw invalid('ports', sentence`${what} ${value} is not a port number between 1 and 65535`)
}

/** Containers by name or id become ids, which outlive a new name. */
export function parseMembers(ctx: EngineContext, input: ServiceInput, before?: MemberSelection): MemberSelection {
  const containers =
    input.containers?.map((reference) => ctx.records.getContainer(reference).id) ?? before?.containers ?? []
  const labels = input.memberLabels ?? before?.labels ?? {}
  const alias = input.memberAlias ?? before?.alias ?? ''
  if (alias !== '') checkDnsName(alias, 'memberAlias')
  if (containers.length === 0 && Object.keys(labels).length === 0 && alias === '') {
    throw invalid(
      'containers',
      sentence`a service needs members: name containers, labels that they have, or an alias on the network`,
    )
  }
  const weights = input.weights ? parseWeights(ctx, input.weights) : (before?.weights ?? {})
  return { containers: [...new Set(containers)], labels, alias, weights }
}

function parseWeights(ctx: EngineContext, raw: Readonly<Record<string, number>>): Record<ContainerId, number> {
  return Object.fromEntries(
    Object.entries(raw).map(([reference, weight]) => {
      const { id, name } = ctx.records.getContainer(reference)
      if (Number.isInteger(weight) && weight >= weightBounds.least && weight <= weightBounds.most) return [id, weight]
      throw invalid(
        'weights',
        sentence`weight ${weight} of container ${name} is to be a whole number from 1 to ${weightBounds.most}`,
      )
    }),
  )
}

/** Throws for what there is not, or where clients cannot be told apart for so many. */
export function checkAffinity(affinity: string, weights: readonly number[]): Service['affinity'] {
  if (affinity !== 'none' && affinity !== 'client') {
    throw invalid('affinity', sentence`affinity ${shown(affinity)} is not known: it is to be none or client`)
  }
  const places = weights.reduce((sum, weight) => sum + weight, 0)
  if (affinity === 'client' && places > mostAffinityPlaces) {
    throw invalid(
      'affinity',
      sentence`affinity by client holds for members of weight ${mostAffinityPlaces} together, and these have ${places}; give smaller weights`,
    )
  }
  return affinity
}

function invalid(field: string, message: Said): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field })
}
