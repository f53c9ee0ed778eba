import { PatchbayError } from '../../cnm/errors'
import type { Network } from '../../cnm/network'
import { sentence } from '../../cnm/sentence'
import { type KernelObject, markOf } from '../../plan/object'
import type { Driver, JoinedEndpoint, Surroundings } from '../contract'
import { describeAddresses, describeLease, describeSubnetRoutes } from '../interface'
import * as below from '../parent'
import { describeInnerEnd, ownMtu } from '../shaping'
import { type IpvlanOptions, ipvlanOptions } from './options'

const prefix = 'di'

/** Every container has an address of its own behind the MAC of a link of the host's. */
export const ipvlanDriver: Driver<IpvlanOptions> = {
  name: 'ipvlan',
  description: 'Containers share the MAC address of one of this host’s links and have addresses of their own; no NAT.',
  options: ipvlanOptions,
  usesIpam: true,
  takesLeases: true,
  creatable: true,
  hasInterfaces: true,
  sharesMac: true,
  sharesWire: true,
  fixedOptions: ['parent', 'ipvlan_mode', 'ipvlan_flag'],
  requires: ['ipvlan'],
  parentName: (network) => below.parentName(prefix, network),
  staysInside: below.staysInside,
  checkNetwork,
  describeNetwork: (network) => below.describeParent(prefix, network),
  describeEndpoint,
}

function describeEndpoint(network: Network, joined: JoinedEndpoint): KernelObject[] {
  const { endpoint, netns } = joined
  const { assigned } = endpoint
  if (!assigned) return []
  const options = ipvlanOptions.parse(network.options)
  const { ipvlan_mode: mode = 'l2', ipvlan_flag: flag = 'bridge', 'com.docker.network.driver.mtu': wide } = options
  const mtu = ownMtu(endpoint.shaping) ?? wide
  const parent = below.parentName(prefix, network)
  const { ifname: link } = assigned
  const own = { netns, name: link, alias: markOf(endpoint.id), up: true, ...(mtu === undefined ? {} : { mtu }) }
  // Where the parent routes there is no neighbour to send to: the way out is the link itself.
  const way = mode === 'l2' ? assigned : { ...assigned, gateway: undefined, ipv6Gateway: undefined }
  return [
    { kind: 'link', type: 'ipvlan', parent, mode, flag, ...own },
    ...describeAddresses(endpoint, assigned, netns),
    ...describeSubnetRoutes(network, assigned, netns),
    ...below.describeDefaultRoute(netns, way),
    ...describeInnerEnd(endpoint.shaping, { netns, link, mtu: mtu ?? 1500, mark: own.alias, id: endpoint.id }),
    ...describeLease(network, joined, assigned, endpoint.id),
  ]
}

/** A client has no address to ask from: it calls out to all, and where the parent routes nobody hears that. */
function checkBroadcasts({ ipamDriver, options }: Network): void {
  const { ipvlan_mode: mode = 'l2' } = options
  if (ipamDriver !== 'dhcp' || mode === 'l2') return
  throw new PatchbayError(
    'invalid-parameter',
    sentence`option ipvlan_mode ${mode} passes no broadcasts, which DHCP needs; use l2, or another IPAM driver`,
    { field: 'options' },
  )
}

function checkNetwork(network: Network, surroundings: Surroundings): void {
  below.checkParent(network, surroundings)
  checkBroadcasts(network)
  const { parent } = network.options
  const other = surroundings.others.find(
    ({ driver, options }) => driver === 'ipvlan' && parent !== undefined && options.parent === parent,
  )
  if (!other) return
  throw new PatchbayError(
    'conflict',
    sentence`ipvlan network ${other.name} is already using parent ${parent}; choose another`,
    {
      field: 'options',
    },
  )
}
