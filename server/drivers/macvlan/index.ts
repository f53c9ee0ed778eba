import { PatchbayError } from '../../cnm/errors'
import { shortId } from '../../cnm/ids'
import type { Network } from '../../cnm/network'
import { type Sentence, sentence } from '../../cnm/sentence'
import { macOf } from '../../ipam/addresses'
import { type KernelObject, markOf } from '../../plan/object'
import type { Driver, JoinedEndpoint, Surroundings } from '../contract'
import { describeAddresses, describeLease, describeSubnetRoutes } from '../interface'
import * as below from '../parent'
import { describeInnerEnd, ownMtu } from '../shaping'
import { type MacvlanOptions, macvlanOptions } from './options'
import { checkShim } from './shim'

const prefix = 'dm'

/** Every container is a station of its own, with a MAC of its own, on the wire of a link of the host's. */
export const macvlanDriver: Driver<MacvlanOptions> = {
  name: 'macvlan',
  description: 'Containers are on the wire of one of this host’s links, with MAC addresses of their own; no NAT.',
  options: macvlanOptions,
  usesIpam: true,
  takesLeases: true,
  creatable: true,
  hasInterfaces: true,
  sharesWire: true,
  fixedOptions: ['parent', 'macvlan_mode'],
  requires: ['macvlan'],
  parentName: (network) => below.parentName(prefix, network),
  staysInside: below.staysInside,
  checkNetwork,
  checkJoin,
  reservedAddresses,
  describeNetwork,
  describeEndpoint,
}

function describeNetwork(network: Network): KernelObject[] {
  return [...below.describeParent(prefix, network), ...describeShim(network)]
}

function describeEndpoint(network: Network, joined: JoinedEndpoint): KernelObject[] {
  const { endpoint, netns } = joined
  const { assigned } = endpoint
  if (!assigned?.macAddress) return []
  const { ifname: link, ipv4Address: address, macAddress: mac } = assigned
  const mark = markOf(endpoint.id)
  const mtu = ownMtu(endpoint.shaping) ?? branch(network).mtu
  return [
    { ...branch(network), netns, name: link, alias: mark, mac, ...(mtu === undefined ? {} : { mtu }) },
    ...describeAddresses(endpoint, assigned, netns),
    ...describeSubnetRoutes(network, assigned, netns),
    ...below.describeDefaultRoute(netns, assigned),
    ...describeInnerEnd(endpoint.shaping, { netns, link, mtu: mtu ?? 1500, mark, id: endpoint.id }),
    ...(address === undefined ? [] : describeWayFromHost(network, address)),
    ...describeLease(network, joined, assigned),
  ]
}

/** What all links of a network on its parent have in common. */
function branch(network: Network) {
  const { macvlan_mode: mode = 'bridge', 'com.docker.network.driver.mtu': mtu } = macvlanOptions.parse(network.options)
  const parent = below.parentName(prefix, network)
  return { kind: 'link', type: 'macvlan', parent, mode, up: true, ...(mtu === undefined ? {} : { mtu }) } as const
}

/**
 * A parent passes nothing between itself and the macvlans on it: the host reaches them by a macvlan of its own,
 * on which only the containers' addresses are routed, so that the rest of the subnet stays where it is.
 */
function describeShim(network: Network): KernelObject[] {
  const address = network.options['patchbay.host_shim']
  if (address === undefined) return []
  const name = shimName(network)
  return [
    { ...branch(network), netns: 'host', name, alias: markOf(network.id), mac: macOf(address) },
    { kind: 'address', netns: 'host', link: name, address: `${address}/32` },
  ]
}

function describeWayFromHost(network: Network, address: string): KernelObject[] {
  if (network.options['patchbay.host_shim'] === undefined) return []
  return [{ kind: 'route', netns: 'host', destination: `${address.split('/')[0]}/32`, link: shimName(network) }]
}

function shimName(network: Network): string {
  return `mh-${shortId(network.id)}`
}

function reservedAddresses(network: Network): ReadonlyMap<string, Sentence> {
  const shim = network.options['patchbay.host_shim']
  return new Map(shim === undefined ? [] : [[shim, sentence`the shim of the host`]])
}

function checkNetwork(network: Network, surroundings: Surroundings): void {
  below.checkParent(network, surroundings)
  checkAlone(network, surroundings.others)
  checkShim(network)
}

/** A parent in mode passthru is its network's alone. */
function checkAlone(network: Network, others: readonly Network[]): void {
  const { parent } = network.options
  const other = others.find(
    ({ driver, options }) => driver === 'macvlan' && parent !== undefined && options.parent === parent,
  )
  if (!other) return
  const isSole = (one: Network) => one.options.macvlan_mode === 'passthru'
  if (!isSole(network) && !isSole(other)) return
  const why = isSole(network)
    ? sentence`mode passthru needs parent ${parent} to itself`
    : sentence`parent ${parent} is taken in mode passthru`
  throw new PatchbayError(
    'conflict',
    sentence`${why}, and macvlan network ${other.name} is on it; choose another parent`,
    {
      field: 'options',
    },
  )
}

function checkJoin(network: Network, others: number): void {
  if (network.options.macvlan_mode !== 'passthru' || others === 0) return
  throw new PatchbayError(
    'conflict',
    sentence`network ${network.name} is in mode passthru, which carries one container, and one is on it; disconnect that first`,
    { field: 'network' },
  )
}
