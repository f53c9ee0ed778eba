import { isDeepStrictEqual } from 'node:util'
import { argvOf, type Container, type PortBinding, shownStatus } from '../cnm/container'
import type { Endpoint } from '../cnm/endpoint'
import type { Lease } from '../cnm/lease'
import { isPredefined, type Network } from '../cnm/network'
import type { BriefOperation, Operation } from '../cnm/operation'
import { type Sentence, toTold } from '../cnm/sentence'
import type { Service, ServiceMember } from '../cnm/service'
import { isShaped } from '../cnm/shaping'
import type {
  BriefOperationView,
  ContainerView,
  EndpointView,
  LeaseView,
  NetworkView,
  OperationView,
  ServiceView,
} from './snapshot'

/** Where a network is on the host: its bridge, or the link that it stands on; null where it has none. */
export interface NetworkPlace {
  readonly device: string | null
  readonly parent: string | null
  /** Addresses that its driver keeps. */
  readonly reserved?: ReadonlyMap<string, Sentence>
}

/** A network of Patchbay's as the browser gets it. */
export function networkView(
  network: Network,
  deviceState: NetworkView['deviceState'],
  { device, parent, reserved }: NetworkPlace,
): NetworkView {
  return {
    id: network.id,
    name: network.name,
    driver: network.driver,
    origin: 'patchbay',
    predefined: isPredefined(network),
    internal: network.internal,
    pools: network.pools.map(({ subnet, gateway, ipRange, auxAddresses }) => ({
      subnet,
      gateway,
      ...(ipRange === undefined ? {} : { ipRange }),
      auxAddresses,
    })),
    ...(network.configOnly ? { configuration: { ipv4: network.ipv4, ipv6: network.ipv6 } } : {}),
    ...(network.configFrom === '' ? {} : { configFrom: network.configFrom }),
    ipamDriver: network.ipamDriver,
    ...(Object.keys(network.ipamOptions).length > 0 ? { ipamOptions: network.ipamOptions } : {}),
    ...(reserved && reserved.size > 0
      ? { reserved: Object.fromEntries([...reserved].map(([address, holder]) => [address, toTold(holder)])) }
      : {}),
    device,
    parent,
    deviceState,
    options: network.options,
    labels: network.labels,
    names: network.names,
    ...(network.policy ? { policy: network.policy } : {}),
    colour: network.colour,
    createdAt: network.createdAt.toISOString(),
  }
}

/** A container of Patchbay's; `ports` are those that it publishes now, host ports chosen. */
export function containerView(
  container: Container,
  ports: readonly PortBinding[],
  health: ContainerView['health'],
): ContainerView {
  const { state, options } = container
  return {
    id: container.id,
    name: container.name,
    image: container.image,
    origin: 'patchbay',
    status: shownStatus(container),
    pid: state.pid,
    exitCode: state.exitCode,
    oomKilled: state.oomKilled,
    error: toTold(state.error),
    command: argvOf(container),
    hostname: container.hostname,
    networkMode: container.networkMode,
    ports,
    ...(container.ports.length > 0 ? { portRequests: container.ports } : {}),
    pidsLimit: container.pidsLimit,
    memoryBytes: container.memoryBytes,
    nanoCpus: options.nanoCpus,
    restartPolicy: options.restartPolicy,
    restartCount: state.restartCount,
    health,
    ...(container.policy ? { policy: container.policy } : {}),
    mounts: options.mounts.map(({ type, source, target, readOnly }) => ({ type, source, target, readOnly })),
    sandbox: container.sandbox && { id: container.sandbox.id, key: container.sandbox.key },
    createdAt: container.createdAt.toISOString(),
    startedAt: state.startedAt?.toISOString() ?? null,
    finishedAt: state.finishedAt?.toISOString() ?? null,
  }
}

/** An endpoint of Patchbay's; what it is assigned is null while its container is stopped. */
export function endpointView(
  endpoint: Endpoint,
  dnsNames: readonly string[],
  state: EndpointView['state'],
  lease?: Lease,
): EndpointView {
  const { assigned, requested } = endpoint
  return {
    id: endpoint.id,
    networkId: endpoint.networkId,
    containerId: endpoint.containerId,
    ifname: assigned?.ifname ?? null,
    hostIfname: assigned?.hostIfname ?? null,
    ipv4Address: assigned?.ipv4Address ?? null,
    ipv6Address: assigned?.ipv6Address ?? null,
    macAddress: assigned?.macAddress ?? null,
    gateway: assigned?.gateway ?? null,
    isDefaultGateway: assigned?.isDefaultGateway ?? false,
    ipv6Gateway: assigned?.ipv6Gateway ?? null,
    isIpv6DefaultGateway: assigned?.isIpv6DefaultGateway ?? false,
    ...(lease === undefined ? {} : { lease: leaseView(lease) }),
    aliases: requested.aliases,
    ...askedView(requested),
    ...shapingView(endpoint),
    dnsNames,
    state,
  }
}

function askedView(requested: Endpoint['requested']): Pick<EndpointView, 'asked'> {
  const { linkLocalIps, aliases: _, links, ...others } = requested
  const plain = linkLocalIps.map((address) => address.split('/')[0] ?? address)
  const asked = { ...others, ...(plain.length > 0 ? { linkLocalIps: plain } : {}) }
  const isPlain = isDeepStrictEqual({ ...asked, links }, { links: [], gwPriority: 0, driverOpts: {} })
  return isPlain ? {} : { asked: { ...asked, links: links.map(({ container, alias }) => `${container}:${alias}`) } }
}

function shapingView({ shaping }: Endpoint): Pick<EndpointView, 'shaping'> {
  if (!shaping || !isShaped(shaping)) return {}
  const { mtuBefore: _, ...shown } = shaping
  return { shaping: shown }
}

function leaseView({ server, seconds, nameServers, renewedAt }: Lease): LeaseView {
  return { server: server ?? null, seconds: seconds ?? null, nameServers, renewedAt: renewedAt.toISOString() }
}

export function serviceView(service: Service, members: readonly ServiceMember[]): ServiceView {
  const { id, name, networkId, ipv4Address = null, ipv6Address = null, ports, affinity, createdAt } = service
  return {
    ...{ id, name, networkId, ipv4Address, ipv6Address, ports, affinity },
    selection: service.members,
    members,
    createdAt: createdAt.toISOString(),
  }
}

/** What repairs thousands of things is not toTold line by line. */
const mostCommands = 500

function firstOf(commands: readonly string[]): readonly string[] {
  const more = commands.length - mostCommands
  return more > 0 ? [...commands.slice(0, mostCommands), `# … +${more}`] : commands
}

export function operationView(operation: Operation): OperationView {
  return { ...briefOperationView(operation), commands: firstOf(operation.commands) }
}

export function briefOperationView(operation: BriefOperation): BriefOperationView {
  return {
    id: operation.id,
    verb: operation.verb,
    subjects: operation.subjects,
    actor: operation.actor,
    status: operation.status,
    error: operation.error === null ? null : toTold(operation.error),
    startedAt: operation.startedAt.toISOString(),
    durationMs: operation.durationMs,
  }
}
