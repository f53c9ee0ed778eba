import { canonicalAddress } from '../cnm/address'
import type { Container } from '../cnm/container'
import { addressesOf, type ContainerLink, type Endpoint } from '../cnm/endpoint'
import { parseEndpointOptions } from '../cnm/endpoint-options'
import { PatchbayError } from '../cnm/errors'
import { checkDnsName, shown } from '../cnm/names'
import { type Network, poolsOf } from '../cnm/network'
import { type Said, sentence } from '../cnm/sentence'
import { allocateAddress, type Holders, parseLinkLocal, parseMac } from '../ipam/addresses'
import type { EngineContext } from './context'
import type { EndpointInput } from './contract'
import { hasNames } from './names'

/**
 * What is asked of an endpoint, every value checked against the network as it is now. `holders`: whose addresses count
 * as taken; `own`: the endpoint itself, where it is there already.
 */
export function parseRequest(
  ctx: EngineContext,
  network: Network,
  container: Pick<Container, 'id' | 'name'>,
  input: EndpointInput,
  holders: () => Holders,
  own?: Endpoint['id'],
): Endpoint['requested'] {
  checkIsReal(network)
  const ipv4Address = input.ipv4Address || undefined
  const ipv6Address = input.ipv6Address ? canonicalAddress(input.ipv6Address) : undefined
  const macAddress = input.macAddress ? parseMac(input.macAddress) : undefined
  const linkLocalIps = (input.linkLocalIps ?? []).map(parseLinkLocal)
  const driverOpts = input.driverOpts ?? {}
  const aliases = (input.aliases ?? []).map((alias) => checkDnsName(alias, 'aliases', { wildcard: true }))
  const links = (input.links ?? []).map((link) => parseLink(ctx, network, link))
  checkHasInterface(ctx, network, { ...input, ipv4Address, ipv6Address, macAddress })
  checkAddress(network, 'ipv4', ipv4Address, holders)
  checkAddress(network, 'ipv6', ipv6Address, holders)
  if (macAddress) checkMac(ctx, network, macAddress, holders)
  checkIfname(ctx, container, parseEndpointOptions(driverOpts).ifname, own)
  return {
    ...(ipv4Address === undefined ? {} : { ipv4Address }),
    ...(ipv6Address === undefined ? {} : { ipv6Address }),
    linkLocalIps: [...new Set(linkLocalIps)],
    ...(macAddress === undefined ? {} : { macAddress }),
    aliases,
    links,
    gwPriority: checkPriority(input.gwPriority ?? 0),
    driverOpts,
  }
}

/** Throws for a network that is nothing but a configuration. */
export function checkIsReal(network: Network): void {
  if (!network.configOnly) return
  throw new PatchbayError(
    'forbidden',
    sentence`network ${network.name} only keeps a configuration; make a network from it, and connect to that`,
    { field: 'network', reason: 'config-network-joined' },
  )
}

/** "db:database", or "db" for both. Only where names are not resolved must the other container be there already. */
function parseLink(ctx: EngineContext, network: Network, text: string): ContainerLink {
  const [container = '', alias = container, ...rest] = text.replace(/^\//, '').split(':')
  if (container === '' || rest.length > 0) {
    throw invalid('links', sentence`link ${shown(text)} is not valid: it must look like container:alias`)
  }
  if (!hasNames(network)) ctx.records.getContainer(container)
  return { container, alias: checkDnsName(alias, 'links') }
}

function checkHasInterface(ctx: EngineContext, network: Network, input: EndpointInput): void {
  if (ctx.drivers.get(network.driver).hasInterfaces) return
  const field = (['ipv4Address', 'ipv6Address', 'macAddress'] as const).find((name) => input[name] !== undefined)
  if (field) throw invalid(field, sentence`network ${network.name} hands out no addresses`)
  if (input.linkLocalIps?.length || Object.keys(input.driverOpts ?? {}).length > 0) {
    throw invalid('network', sentence`network ${network.name} gives no interface that could be set up`)
  }
}

function checkAddress(
  network: Network,
  family: 'ipv4' | 'ipv6',
  address: string | undefined,
  holders: () => Holders,
): void {
  if (address === undefined) return
  const pools = poolsOf(network, family)
  if (pools.length > 0) {
    allocateAddress(pools, holders(), address, network.name)
    return
  }
  if (network.ipamDriver === 'dhcp' && family === 'ipv4') {
    throw invalid(
      'ipv4Address',
      sentence`address ${address} cannot be given: a DHCP server hands out those of network ${network.name}`,
    )
  }
  const name = family === 'ipv4' ? 'IPv4' : 'IPv6'
  throw invalid(
    `${family}Address`,
    sentence`address ${address} cannot be given: network ${network.name} has no ${name}`,
  )
}

function checkMac(ctx: EngineContext, network: Network, mac: string, holders: () => Holders): void {
  if (ctx.drivers.get(network.driver).sharesMac) {
    throw invalid(
      'macAddress',
      sentence`a container on network ${network.name} has the MAC address of its parent, and no other can be given`,
    )
  }
  const held = holders()
  const holder = ctx.records
    .endpointsOn(network)
    .find((endpoint) => endpoint.assigned?.macAddress === mac && addressesOf(endpoint).some((own) => held.has(own)))
  if (!holder) return
  const name = ctx.records.containers.get(holder.containerId)?.name ?? holder.containerId
  throw new PatchbayError(
    'conflict',
    sentence`MAC address ${mac} is already in use on network ${network.name} by container ${name}`,
    { field: 'macAddress' },
  )
}

function checkIfname(
  ctx: EngineContext,
  container: Pick<Container, 'id' | 'name'>,
  ifname: string | undefined,
  own: Endpoint['id'] | undefined,
): void {
  if (ifname === undefined) return
  const others = ctx.records.endpointsOf(container).filter(({ id }) => id !== own)
  const taken = others.some(({ assigned, requested }) => {
    return assigned?.ifname === ifname || parseEndpointOptions(requested.driverOpts).ifname === ifname
  })
  if (!taken) return
  throw new PatchbayError(
    'conflict',
    sentence`container ${container.name} has an interface ${ifname} already; choose another`,
    {
      field: 'driverOpts',
    },
  )
}

function checkPriority(priority: number): number {
  if (Number.isSafeInteger(priority)) return priority
  throw invalid('gwPriority', sentence`gateway priority ${priority} is not a whole number`)
}

function invalid(field: string, message: Said): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field })
}
