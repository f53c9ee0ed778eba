import type { Container } from '../cnm/container'
import { addressesOf, type Endpoint } from '../cnm/endpoint'
import { PatchbayError } from '../cnm/errors'
import { shortId } from '../cnm/ids'
import { sentence } from '../cnm/sentence'
import { hostnameFile, hostsFile, resolvConf } from '../dns/files'
import type { ContainerFiles } from '../runtime/contract'
import { orderedEndpoints } from './assign'
import type { EngineContext } from './context'
import { resolveExtraHosts } from './extra-hosts'
import { hasNames } from './names'

/** /etc/hosts, /etc/resolv.conf and /etc/hostname of a container with these endpoints. */
export function containerFiles(
  ctx: EngineContext,
  container: Container,
  endpoints: readonly Endpoint[],
): ContainerFiles {
  const networks = endpoints.flatMap((endpoint) => ctx.records.networks.get(endpoint.networkId) ?? [])
  const onHost = networks.some((network) => network.driver === 'host')
  const addresses = endpoints.flatMap(addressesOf)
  const links = endpoints.flatMap((endpoint) => linkedHosts(ctx, endpoint))
  // Made on a network with names, it goes on asking the resolver when it has left that one.
  const isNamed = hasNames(ctx.records.findNetwork(container.networkMode) ?? { name: container.networkMode })
  return {
    hosts: hostsFile({
      ...container,
      addresses,
      links,
      extraHosts: resolveExtraHosts(ctx, container.extraHosts),
      ...(onHost ? { base: ctx.host.hostsFile() } : {}),
    }),
    resolvConf: resolvConf({
      mode: onHost ? 'host' : isNamed || networks.some(hasNames) ? 'embedded' : 'upstream',
      hostResolvConf: ctx.host.resolvConf(),
      dns: container.dns,
      dnsSearch: container.dnsSearch,
      dnsOptions: container.options.dnsOptions,
    }),
    hostname: hostnameFile(container.hostname),
  }
}

/** What the file says of linked containers where no resolver does: on the default bridge. */
function linkedHosts(ctx: EngineContext, { networkId, requested }: Endpoint) {
  const network = ctx.records.networks.get(networkId)
  if (!network || hasNames(network)) return []
  return requested.links.flatMap(({ container: reference, alias }) => {
    const other = ctx.records.findContainer(reference)
    const joint = other && ctx.records.findEndpoint(network, other)
    if (!joint) return []
    return addressesOf(joint).map((address) => ({ address, names: [alias, shortId(other.id), other.name] }))
  })
}

/** Throws where a container that this one is linked to by its hosts file alone does not run. */
export function checkLinks(ctx: EngineContext, container: Container): void {
  for (const { networkId, requested } of ctx.records.endpointsOf(container)) {
    const network = ctx.records.networks.get(networkId)
    if (!network || hasNames(network)) continue
    for (const link of requested.links) {
      const other = ctx.records.findContainer(link.container)
      if (other && ctx.records.findEndpoint(network, other)?.assigned) continue
      throw new PatchbayError(
        'conflict',
        sentence`container ${container.name} is linked to ${link.container} as ${link.alias}, which is not running on network ${network.name}; start it first`,
      )
    }
  }
}

/** A container that has started may have other addresses than before: those linked to it by their hosts files are told. */
export async function tellLinked(ctx: EngineContext, container: Pick<Container, 'id'>): Promise<void> {
  const linked = new Set<Container>()
  for (const endpoint of ctx.records.endpoints.values()) {
    const other = ctx.records.containers.get(endpoint.containerId)
    const isLinked = endpoint.requested.links.some(
      (link) => ctx.records.findContainer(link.container)?.id === container.id,
    )
    if (isLinked && other?.state.status === 'running') linked.add(other)
  }
  for (const other of linked) {
    await ctx.runtime.writeFiles(other.id, containerFiles(ctx, other, orderedEndpoints(ctx, other)))
  }
}
