import type { Container } from '../cnm/container'
import type { Endpoint } from '../cnm/endpoint'
import { hostnameFile, hostsFile, resolvConf } from '../dns/files'
import type { ContainerFiles } from '../runtime/contract'
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
  const addresses = endpoints.flatMap((endpoint) => endpoint.assigned?.ipv4Address?.split('/')[0] ?? [])
  // Made on a network with names, it goes on asking the resolver when it has left that one.
  const isNamed = hasNames(ctx.records.findNetwork(container.networkMode) ?? { name: container.networkMode })
  return {
    hosts: hostsFile({
      ...container,
      addresses,
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
