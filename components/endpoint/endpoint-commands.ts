import type { ContainerView, EndpointView, NetworkView } from '@/server/observe/snapshot'
import { shellLine } from '../topology/shell'

/** The endpoint as `docker network connect` would make it. */
export function endpointAsDocker(endpoint: EndpointView, container: ContainerView, network: NetworkView): string {
  const address = endpoint.ipv4Address?.split('/')[0]
  return shellLine([
    ...['docker', 'network', 'connect'],
    ...(address === undefined ? [] : ['--ip', address]),
    ...endpoint.aliases.flatMap((alias) => ['--alias', alias]),
    ...['--', network.name, container.name],
  ])
}

/** The cable by hand: veth pair, bridge port, address, route. Null while the sandbox is not there, or without a cable. */
export function endpointAsIp(endpoint: EndpointView, container: ContainerView, network: NetworkView): string | null {
  const { ifname, hostIfname, ipv4Address, macAddress, gateway } = endpoint
  const { sandbox } = container
  if (!sandbox || !ifname || !hostIfname || network.device === null) return null
  const inside = (...words: string[]) => shellLine(['nsenter', `--net=${sandbox.key}`, 'ip', ...words])
  return [
    shellLine(['ip', 'link', 'add', hostIfname, 'type', 'veth', 'peer', 'name', ifname, 'netns', sandbox.key]),
    shellLine(['ip', 'link', 'set', hostIfname, 'master', network.device, 'up']),
    ...(macAddress ? [inside('link', 'set', ifname, 'address', macAddress)] : []),
    ...(ipv4Address ? [inside('address', 'add', ipv4Address, 'dev', ifname)] : []),
    inside('link', 'set', ifname, 'up'),
    ...(gateway && endpoint.isDefaultGateway ? [inside('route', 'add', 'default', 'via', gateway, 'dev', ifname)] : []),
  ].join('\n')
}
