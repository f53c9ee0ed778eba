import type { Container, Sandbox } from '../cnm/container'
import type { Endpoint } from '../cnm/endpoint'
import { shortId } from '../cnm/ids'
import { isPredefined, type Network } from '../cnm/network'
import { networkOwnerOf } from '../cnm/shared-network'
import type { Engine } from '../engine/contract'
import { publishedPortsJson } from './ports'

/** Versions from which an endpoint says more: its names, and which one has the default route. */
const minorWithNames = 44
const minorWithPriority = 48
/** Before this one the aliases told the container's short id too. */
const minorWithPlainAliases = 45

/** `NetworkSettings` of a container, as a client of this version knows it. */
export function networkSettingsJson(engine: Engine, container: Container, minor: number) {
  const networks = networksJson(engine, container, minor)
  const {
    MacAddress,
    EndpointID,
    Gateway,
    IPAddress,
    IPPrefixLen,
    IPv6Gateway,
    GlobalIPv6Address,
    GlobalIPv6PrefixLen,
  } = networks.bridge ?? noSettings
  const sandbox = networkOwnerOf(container) === undefined ? container.sandbox : null
  return {
    Bridge: '',
    SandboxID: sandbox?.id ?? '',
    SandboxKey: sandbox ? keyOf(sandbox) : '',
    Ports: publishedPortsJson(container, hasInterfaces(engine, container)),
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    ...{ EndpointID, Gateway, GlobalIPv6Address, GlobalIPv6PrefixLen, IPAddress, IPPrefixLen, IPv6Gateway, MacAddress },
    Networks: networks,
  }
}

/** `NetworkSettings.Networks`, by name of the network. */
export function networksJson(engine: Engine, container: Container, minor: number): Record<string, Settings> {
  const own = engine.listEndpoints().filter(({ containerId }) => containerId === container.id)
  const joined = own.map((endpoint): [string, Settings] => {
    const network = engine.getNetwork(endpoint.networkId)
    return [network.name, settingsJson(engine, container, endpoint, network, minor)]
  })
  const awaited = container.options.awaitedNetworks.map(({ network }): [string, Settings] => [network, noSettings])
  return Object.fromEntries([...joined, ...awaited])
}

/** A path that one can enter by: the daemon's own namespace is the host's. */
function keyOf({ key }: Sandbox): string {
  return key === 'host' ? `/proc/${process.pid}/ns/net` : key
}

/** Of its networks some are made of interfaces: only such a sandbox has ports of its own. */
export function hasInterfaces(engine: Engine, { id }: Container): boolean {
  return engine.listEndpoints().some(({ containerId, assigned }) => containerId === id && assigned !== null)
}

/** `HostConfig.Links`: those of the default bridge, as "/other:/own/alias"; other networks tell theirs themselves. */
export function legacyLinksJson(engine: Engine, container: Container): string[] | null {
  const links = engine
    .listEndpoints()
    .filter(({ containerId, networkId }) => containerId === container.id && !isNamed(engine.getNetwork(networkId)))
    .flatMap(({ requested }) => requested.links.map((link) => `/${link.container}:/${container.name}/${link.alias}`))
  return links.length > 0 ? links : null
}

interface IpamConfig {
  IPv4Address?: string
  IPv6Address?: string
  LinkLocalIPs?: string[]
}

const noSettings = {
  IPAMConfig: null as IpamConfig | null,
  Links: null as readonly string[] | null,
  Aliases: null as readonly string[] | null,
  MacAddress: '',
  DriverOpts: null as Readonly<Record<string, string>> | null,
  NetworkID: '',
  EndpointID: '',
  Gateway: '',
  IPAddress: '',
  IPPrefixLen: 0,
  IPv6Gateway: '',
  GlobalIPv6Address: '',
  GlobalIPv6PrefixLen: 0,
}

type Settings = typeof noSettings & { GwPriority?: number; DNSNames?: readonly string[] | null }

function settingsJson(
  engine: Engine,
  container: Container,
  endpoint: Endpoint,
  network: Network,
  minor: number,
): Settings {
  const { requested, assigned } = endpoint
  const [address = '', prefix = '0'] = assigned?.ipv4Address?.split('/') ?? []
  const [ipv6Address = '', ipv6Prefix = '0'] = assigned?.ipv6Address?.split('/') ?? []
  const named = isNamed(network)
  const own = minor >= minorWithPlainAliases ? [] : [shortId(container.id), container.hostname]
  const aliases = [...new Set([...requested.aliases, ...own])]
  return {
    ...noSettings,
    IPAMConfig: ipamJson(requested),
    Links: named ? orNull(requested.links.map((link) => `${link.container}:${link.alias}`)) : null,
    Aliases: named ? orNull(aliases) : null,
    ...(minor >= minorWithNames ? { DNSNames: named ? engine.dnsNames(endpoint) : null } : {}),
    DriverOpts: Object.keys(requested.driverOpts).length > 0 ? requested.driverOpts : null,
    ...(minor >= minorWithPriority ? { GwPriority: requested.gwPriority } : {}),
    MacAddress: assigned?.macAddress ?? requested.macAddress ?? '',
    NetworkID: network.id,
    EndpointID: container.sandbox ? endpoint.id : '',
    Gateway: assigned?.gateway ?? '',
    IPAddress: address,
    IPPrefixLen: Number(prefix),
    IPv6Gateway: assigned?.ipv6Gateway ?? '',
    GlobalIPv6Address: ipv6Address,
    GlobalIPv6PrefixLen: Number(ipv6Prefix),
  }
}

/** Names of the containers on it are told by the resolver. */
function isNamed(network: Network): boolean {
  return !isPredefined(network)
}

function ipamJson({ ipv4Address, ipv6Address, linkLocalIps }: Endpoint['requested']): IpamConfig | null {
  const config = {
    ...(ipv4Address === undefined ? {} : { IPv4Address: ipv4Address }),
    ...(ipv6Address === undefined ? {} : { IPv6Address: ipv6Address }),
    ...(linkLocalIps.length === 0 ? {} : { LinkLocalIPs: linkLocalIps.map((address) => address.split('/')[0] ?? '') }),
  }
  return Object.keys(config).length > 0 ? config : null
}

function orNull<Item>(items: readonly Item[]): readonly Item[] | null {
  return items.length > 0 ? items : null
}
