import type { ContainerInspectInfo, NetworkInspectInfo } from 'dockerode'
import type { PortBinding, RestartPolicy, ShownStatus } from '../cnm/container'
import { isPredefined } from '../cnm/network'
import { plainNames } from '../cnm/network-names'
import { colourOf } from '../observe/foreign'
import type { ContainerView, EndpointView, NetworkView } from '../observe/snapshot'

type EndpointSettings = ContainerInspectInfo['NetworkSettings']['Networks'][string]

/** A network of a Docker Engine as the browser gets it; the state of its device is not known here. */
export function dockerNetworkView(network: NetworkInspectInfo): NetworkView {
  const options = network.Options ?? {}
  return {
    id: network.Id,
    name: network.Name,
    driver: network.Driver,
    origin: 'docker',
    predefined: isPredefined({ name: network.Name }),
    internal: network.Internal,
    pools: (network.IPAM?.Config ?? []).flatMap(poolOf),
    ...(network.ConfigOnly ? { configuration: { ipv4: true, ipv6: network.EnableIPv6 } } : {}),
    ...(network.ConfigFrom?.Network ? { configFrom: network.ConfigFrom.Network } : {}),
    device: network.Driver === 'bridge' ? bridgeName(network.Id, options) : null,
    parent: options.parent ?? null,
    deviceState: 'none',
    options,
    labels: network.Labels ?? {},
    names: plainNames,
    colour: colourOf(network.Id),
    createdAt: network.Created,
  }
}

/** Docker names bridges after the id's first twelve digits, unless told otherwise. */
function bridgeName(id: string, options: Readonly<Record<string, string>>): string {
  return options['com.docker.network.bridge.name'] || `br-${id.slice(0, 12)}`
}

type DockerPool = { readonly Subnet?: string; readonly Gateway?: string; readonly IPRange?: string }

function poolOf({ Subnet, Gateway, IPRange }: DockerPool): NetworkView['pools'] {
  if (!Subnet) return []
  return [{ subnet: Subnet, gateway: Gateway ?? '', ...(IPRange ? { ipRange: IPRange } : {}) }]
}

export function dockerContainerView(container: ContainerInspectInfo): ContainerView {
  const { State: state, Config: config, HostConfig: host, NetworkSettings: network } = container
  return {
    id: container.Id,
    name: container.Name.replace(/^\//, ''),
    image: config.Image,
    origin: 'docker',
    status: statusOf(state),
    pid: state.Running ? state.Pid : null,
    exitCode: state.Running || state.Status === 'created' ? null : state.ExitCode,
    oomKilled: state.OOMKilled,
    error: state.Error,
    command: [container.Path, ...container.Args],
    hostname: config.Hostname,
    networkMode: host.NetworkMode ?? 'default',
    ports: portsOf(network.Ports ?? {}),
    pidsLimit: positive(host.PidsLimit),
    memoryBytes: positive(host.Memory),
    nanoCpus: positive(host.NanoCpus),
    restartPolicy: policyOf(host.RestartPolicy),
    restartCount: container.RestartCount,
    health: healthOf(state.Health?.Status),
    mounts: container.Mounts.map(({ Type, Name, Source, Destination, RW }) => ({
      ...{ type: Type, source: Name ?? Source, target: Destination, readOnly: !RW },
    })),
    sandbox: state.Running && network.SandboxID ? { id: network.SandboxID, key: network.SandboxKey } : null,
    createdAt: container.Created,
    startedAt: timeOf(state.StartedAt),
    finishedAt: timeOf(state.FinishedAt),
  }
}

/** A paused container keeps its sandbox and its cables. */
function statusOf({ Running, Paused, Restarting, Status }: ContainerInspectInfo['State']): ShownStatus {
  if (Restarting) return 'restarting'
  if (Running) return Paused ? 'paused' : 'running'
  return Status === 'created' || Status === 'dead' ? Status : 'exited'
}

function policyOf(policy: { Name?: string; MaximumRetryCount?: number } | undefined): RestartPolicy {
  const names = ['always', 'unless-stopped', 'on-failure'] as const
  return {
    name: names.find((name) => name === policy?.Name) ?? 'no',
    maximumRetryCount: policy?.MaximumRetryCount ?? 0,
  }
}

function healthOf(status: string | undefined): ContainerView['health'] {
  return status === 'starting' || status === 'healthy' || status === 'unhealthy' ? status : null
}

function positive(limit: number | null | undefined): number | null {
  return limit !== null && limit !== undefined && limit > 0 ? limit : null
}

/** Docker writes the year 1 for "never". */
function timeOf(text: string): string | null {
  return text.startsWith('0001-') ? null : text
}

type Ports = Readonly<Record<string, readonly { HostIp: string; HostPort: string }[] | null>>

function portsOf(ports: Ports): PortBinding[] {
  return Object.entries(ports).flatMap(([name, bindings]) => {
    const [port, protocol] = name.split('/')
    if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'sctp') return []
    return (bindings ?? [])
      .filter(({ HostIp }) => !HostIp.includes(':'))
      .map(({ HostIp, HostPort }) => ({
        protocol,
        containerPort: Number(port),
        hostIp: HostIp || '0.0.0.0',
        hostPort: Number(HostPort),
      }))
  })
}

/** The endpoints of a container; `networkIds` by name, because Docker leaves the id out until the first start. */
export function dockerEndpointViews(
  container: ContainerInspectInfo,
  networkIds: ReadonlyMap<string, string>,
): EndpointView[] {
  return Object.entries(container.NetworkSettings.Networks ?? {}).flatMap(([name, settings]) => {
    const networkId = settings.NetworkID || networkIds.get(name)
    return networkId === undefined ? [] : [endpointView(container, name, networkId, settings)]
  })
}

function endpointView(
  container: ContainerInspectInfo,
  networkName: string,
  networkId: string,
  settings: EndpointSettings,
): EndpointView {
  const isPlugged = container.State.Running && settings.EndpointID !== ''
  const aliases = settings.Aliases ?? []
  return {
    id: settings.EndpointID || `docker:${container.Id}:${networkName}`,
    networkId,
    containerId: container.Id,
    ifname: null,
    hostIfname: null,
    ipv4Address: isPlugged && settings.IPAddress ? `${settings.IPAddress}/${settings.IPPrefixLen}` : null,
    ipv6Address:
      isPlugged && settings.GlobalIPv6Address ? `${settings.GlobalIPv6Address}/${settings.GlobalIPv6PrefixLen}` : null,
    macAddress: isPlugged && settings.MacAddress ? settings.MacAddress : null,
    gateway: isPlugged && settings.Gateway ? settings.Gateway : null,
    isDefaultGateway: isPlugged && isOnlyWayOut(container, settings),
    ipv6Gateway: isPlugged && settings.IPv6Gateway ? settings.IPv6Gateway : null,
    isIpv6DefaultGateway: false,
    aliases,
    dnsNames: isPlugged && !isPredefined({ name: networkName }) ? [container.Name.replace(/^\//, ''), ...aliases] : [],
    state: isPlugged ? 'up' : 'idle',
  }
}

/** Of several networks with a gateway Docker does not say which one it took. */
function isOnlyWayOut(container: ContainerInspectInfo, settings: EndpointSettings): boolean {
  const withGateway = Object.values(container.NetworkSettings.Networks).filter(({ Gateway }) => Gateway !== '')
  return withGateway.length === 1 && withGateway[0] === settings
}
