import type { NetworkView } from '@/server/observe/snapshot'
import { shellLine } from '../topology/shell'

/** The network as `docker network create` would make it. Predefined ones are there already: null. */
export function networkAsDocker(network: NetworkView): string | null {
  if (network.predefined) return null
  const { configuration, configFrom } = network
  return shellLine([
    ...['docker', 'network', 'create', ...(configuration ? ['--config-only'] : ['--driver', network.driver])],
    ...(network.internal ? ['--internal'] : []),
    ...(configFrom === undefined ? ownConfiguration(network) : ['--config-from', configFrom]),
    '--',
    network.name,
  ])
}

/** What a network that is made from another's configuration may not be given besides. */
function ownConfiguration(network: NetworkView): string[] {
  const { ipv4, ipv6 } = network.configuration ?? {
    ipv4: network.pools.length === 0 || !network.pools.every(isIpv6),
    ipv6: network.pools.some(isIpv6),
  }
  return [
    ...(ipv6 ? ['--ipv6'] : []),
    ...(ipv4 ? [] : ['--ipv4=false']),
    ...(network.ipamDriver === undefined || network.ipamDriver === 'default'
      ? []
      : ['--ipam-driver', network.ipamDriver]),
    ...Object.entries(network.ipamOptions ?? {}).flatMap(([name, value]) => ['--ipam-opt', `${name}=${value}`]),
    ...network.pools.flatMap(({ subnet, gateway, ipRange, auxAddresses = {} }) => [
      ...['--subnet', subnet, ...(gateway ? ['--gateway', gateway] : [])],
      ...(ipRange === undefined ? [] : ['--ip-range', ipRange]),
      ...Object.entries(auxAddresses).flatMap(([name, address]) => ['--aux-address', `${name}=${address}`]),
    ]),
    ...Object.entries(network.options).flatMap(([name, value]) => ['--opt', `${name}=${value}`]),
    ...Object.entries(network.labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
  ]
}

/** The network's device by hand. Networks without one: null. */
export function networkAsIp(network: NetworkView): string | null {
  const { device, pools } = network
  if (device === null || network.driver !== 'bridge') return null
  const addresses = pools.map(({ subnet, gateway }) =>
    shellLine(['ip', 'address', 'add', `${gateway}/${subnet.split('/')[1] ?? '32'}`, 'dev', device]),
  )
  return [
    shellLine(['ip', 'link', 'add', device, 'type', 'bridge']),
    ...addresses,
    shellLine(['ip', 'link', 'set', device, 'up']),
  ].join('\n')
}

function isIpv6({ subnet }: { readonly subnet: string }): boolean {
  return subnet.includes(':')
}
