import { type Family, familyOf, parseAddress } from '../cnm/address'
import { contains, getCidr } from '../cnm/cidr'
import type { Endpoint, EndpointAssignment } from '../cnm/endpoint'
import { parseEndpointOptions, sysctlsFor } from '../cnm/endpoint-options'
import { type Network, poolsOf } from '../cnm/network'
import type { KernelObject, Netns } from '../plan/object'
import type { JoinedEndpoint } from './contract'

export const families: readonly Family[] = ['ipv4', 'ipv6']

/** The addresses of an endpoint's interface, and its settings: IPv6 is off in a sandbox but where there is an address of it. */
export function describeAddresses(
  { requested }: Pick<Endpoint, 'requested'>,
  assigned: EndpointAssignment,
  netns: Netns,
): KernelObject[] {
  const link = assigned.ifname
  const own = [assigned.ipv4Address, assigned.ipv6Address].flatMap((address) => address ?? [])
  const hasIpv6 = [...own, ...requested.linkLocalIps].some((address) => familyOf(address) === 'ipv6')
  const switches = hasIpv6
    ? [
        { name: `net/ipv6/conf/${link}/disable_ipv6`, value: '0', before: '1' },
        { name: 'net/ipv6/conf/lo/disable_ipv6', value: '0' },
      ]
    : []
  const chosen = sysctlsFor(parseEndpointOptions(requested.driverOpts), link)
  const settings = [...switches, ...chosen.filter(({ name }) => !switches.some((other) => other.name === name))]
  return [
    ...settings.map((setting): KernelObject => ({ kind: 'sysctl', netns, ...setting })),
    ...own.map((address): KernelObject => ({ kind: 'address', netns, link, address })),
    ...requested.linkLocalIps.map(
      (address): KernelObject => ({ kind: 'address', netns, link, address, scope: 'link' }),
    ),
  ]
}

/** The client of an endpoint whose address a DHCP server gives; it asks again for the one that it has. */
export function describeLease(
  { ipamDriver }: Network,
  { endpoint, netns, hostname = '' }: JoinedEndpoint,
  { ifname: link, ipv4Address }: EndpointAssignment,
  clientId?: string,
): KernelObject[] {
  if (ipamDriver !== 'dhcp') return []
  const wish = ipv4Address?.split('/')[0]
  return [
    {
      ...{ kind: 'lease', netns, link, id: endpoint.id, hostname },
      ...(clientId === undefined ? {} : { clientId }),
      ...(wish === undefined ? {} : { wish }),
    },
  ]
}

/** Routes to the network's other subnets, which are on the same wire. */
export function describeSubnetRoutes(network: Network, assigned: EndpointAssignment, netns: Netns): KernelObject[] {
  return families.flatMap((family) => {
    const address = parseAddress(assigned[`${family}Address`]?.split('/')[0] ?? '')
    if (!address) return []
    return poolsOf(network, family)
      .filter(({ subnet }) => !contains(getCidr(subnet), address))
      .map(({ subnet }): KernelObject => ({ kind: 'route', netns, destination: subnet, link: assigned.ifname }))
  })
}
