import type { ContainerView, EndpointView, NetworkView } from '@/server/observe/snapshot'
import { shellLine } from '../topology/shell'

/** The endpoint as `docker network connect` would make it. */
export function endpointAsDocker(endpoint: EndpointView, container: ContainerView, network: NetworkView): string {
  const { asked } = endpoint
  const address = endpoint.ipv4Address?.split('/')[0]
  const ipv6Address = endpoint.ipv6Address?.split('/')[0]
  return shellLine([
    ...['docker', 'network', 'connect'],
    ...(address === undefined ? [] : ['--ip', address]),
    ...(ipv6Address === undefined ? [] : ['--ip6', ipv6Address]),
    ...(asked?.linkLocalIps ?? []).flatMap((each) => ['--link-local-ip', each]),
    ...endpoint.aliases.flatMap((alias) => ['--alias', alias]),
    ...(asked?.links ?? []).flatMap((link) => ['--link', link]),
    ...(asked?.gwPriority ? ['--gw-priority', String(asked.gwPriority)] : []),
    ...Object.entries(asked?.driverOpts ?? {}).flatMap(([name, value]) => ['--driver-opt', `${name}=${value}`]),
    ...['--', network.name, container.name],
  ])
}

/** The cable by hand: veth pair and bridge port, or a link on a parent; address, route. Null while the sandbox is not there, or without a cable. */
export function endpointAsIp(endpoint: EndpointView, container: ContainerView, network: NetworkView): string | null {
  const { ifname, hostIfname, ipv4Address, ipv6Address, macAddress, gateway, ipv6Gateway } = endpoint
  const { sandbox } = container
  if (!sandbox || !ifname) return null
  const cable = cableByHand(ifname, hostIfname, sandbox.key, network)
  if (cable === null) return null
  const inside = (...words: string[]) => shellLine(['nsenter', `--net=${sandbox.key}`, 'ip', ...words])
  return [
    ...cable.map(shellLine),
    ...(macAddress ? [inside('link', 'set', ifname, 'address', macAddress)] : []),
    ...(ipv4Address ? [inside('address', 'add', ipv4Address, 'dev', ifname)] : []),
    ...(ipv6Address ? [inside('address', 'add', ipv6Address, 'dev', ifname, 'nodad')] : []),
    inside('link', 'set', ifname, 'up'),
    ...(gateway && endpoint.isDefaultGateway ? [inside('route', 'add', 'default', 'via', gateway, 'dev', ifname)] : []),
    ...(ipv6Gateway && endpoint.isIpv6DefaultGateway
      ? [inside('route', 'add', '::/0', 'via', ipv6Gateway, 'dev', ifname)]
      : []),
  ].join('\n')
}

function cableByHand(
  ifname: string,
  hostIfname: string | null,
  netns: string,
  network: NetworkView,
): string[][] | null {
  const { device, parent, driver, options } = network
  if (hostIfname !== null && device !== null) {
    return [
      ['ip', 'link', 'add', hostIfname, 'type', 'veth', 'peer', 'name', ifname, 'netns', netns],
      ['ip', 'link', 'set', hostIfname, 'master', device, 'up'],
    ]
  }
  if (parent === null) return null
  const mode = driver === 'ipvlan' ? (options.ipvlan_mode ?? 'l2') : (options.macvlan_mode ?? 'bridge')
  const flag = driver === 'ipvlan' && options.ipvlan_flag ? [options.ipvlan_flag] : []
  return [['ip', 'link', 'add', 'link', parent, 'name', ifname, 'netns', netns, 'type', driver, 'mode', mode, ...flag]]
}
