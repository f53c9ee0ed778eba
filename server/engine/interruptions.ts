import { isDeepStrictEqual } from 'node:util'
import { familyOf, parseAddress } from '../cnm/address'
import { contains, getCidr } from '../cnm/cidr'
import type { Container, PortBinding } from '../cnm/container'
import { addressesOf, type Endpoint } from '../cnm/endpoint'
import type { AddressPool, Network } from '../cnm/network'
import { mayStopMore } from '../cnm/policy'
import { portKey } from '../cnm/ports'
import { type Sentence, sentence } from '../cnm/sentence'
import { isSelected } from '../cnm/service'
import { type KernelObject, markOf } from '../plan/object'
import type { Plan } from '../plan/plan'
import { hasNames } from './names'
import type { Records } from './records'

/** What containers that run notice of a change, a sentence each. */
export function interruptionsOf(
  before: Records,
  after: Records,
  { networks, containers }: { networks: readonly Pick<Network, 'id'>[]; containers: readonly Pick<Container, 'id'>[] },
  plan: Plan,
): Sentence[] {
  return [
    ...networks.flatMap(({ id }) => noticedOn(before, after, id, plan)),
    ...containers.flatMap(({ id }) => noticedBy(before, after, id, plan)),
  ]
}

/** What concerns all on a network at once. */
function noticedOn(before: Records, after: Records, id: Network['id'], { steps }: Plan): Sentence[] {
  const [was, is] = [before.networks.get(id), after.networks.get(id)]
  const names = before
    .endpointsOn({ id })
    .filter(({ assigned }) => assigned)
    .flatMap(({ containerId }) => before.containers.get(containerId)?.name ?? [])
  if (!was || !is || names.length === 0) return []
  const apart = steps.some(({ verb, object }) => verb === 'add' && isWall(object, id))
  return [
    ...(was.name === is.name
      ? []
      : [sentence`names on network ${is.name} end in .${is.name} and no longer in .${was.name}`]),
    ...(apart && names.length > 1
      ? [sentence`containers ${names} reach each other no longer on network ${is.name}`]
      : []),
    ...(mayStopMore(was.policy, is.policy)
      ? [sentence`connections of ${names} that the policy of network ${is.name} does not allow any more stand still`]
      : []),
    ...was.pools.flatMap((pool) => leftByHost(before, is, pool, steps)),
  ]
}

/** What goes on with a container that runs, and its policy lets pass no longer. */
export function stoppedByPolicy({ name, sandbox, policy: before }: Container, after: Container): Sentence[] {
  return sandbox && mayStopMore(before, after.policy)
    ? [sentence`connections of container ${name} that its policy does not allow any more stand still`]
    : []
}

/** The host gives an address up that containers are neighbours of. */
function leftByHost(before: Records, { id, name }: Network, pool: AddressPool, steps: Plan['steps']): Sentence[] {
  const subnet = getCidr(pool.subnet)
  const isThere = (text: string) => {
    const address = parseAddress(text)
    return address !== undefined && contains(subnet, address)
  }
  const neighbours = before
    .endpointsOn({ id })
    .filter((endpoint) => addressesOf(endpoint).some(isThere))
    .flatMap(({ containerId }) => before.containers.get(containerId)?.name ?? [])
  const goes = steps.some(({ verb, object }) => verb === 'remove' && isHostAddress(object, pool.gateway))
  if (!goes || neighbours.length === 0) return []
  return [
    sentence`this host gives up address ${pool.gateway} on network ${name}: connections of ${neighbours} to it end`,
  ]
}

/** A rule that drops what goes from one port of the bridge to another. */
function isWall(object: KernelObject, id: string): boolean {
  if (object.kind !== 'rule' || !object.args.includes(markOf(id)) || object.args.at(-1) !== 'DROP') return false
  const device = (flag: string) => object.args[object.args.indexOf(flag) + 1]
  return !object.args.includes('!') && object.args.includes('-i') && device('-i') === device('-o')
}

function isHostAddress(object: KernelObject, address: string): boolean {
  return object.kind === 'address' && object.netns === 'host' && object.address.split('/')[0] === address
}

function noticedBy(before: Records, after: Records, id: Container['id'], plan: Plan): Sentence[] {
  const [was, is] = [before.containers.get(id), after.containers.get(id)]
  if (!was?.sandbox || !is) return []
  return [
    ...before.endpointsOf(was).flatMap((joint) => {
      const stays = after.endpoints.get(joint.id)
      return stays ? noticed(after, is.name, joint, stays, plan) : missed(before, was, joint)
    }),
    ...movedRoute(before, after, is, 'isDefaultGateway', 'IPv4'),
    ...movedRoute(before, after, is, 'isIpv6DefaultGateway', 'IPv6'),
    ...closedPorts(was, is),
    ...cutPorts(was, is, new Set(after.endpointsOf(is).flatMap(addressesOf)), plan),
  ]
}

function noticed({ networks }: Records, container: string, was: Endpoint, is: Endpoint, { steps }: Plan): Sentence[] {
  const network = networks.get(was.networkId)?.name ?? was.networkId
  const isRemade = steps.some(({ verb, object }) => verb === 'remove' && isCable(object, was))
  if (!is.assigned || !was.assigned) return []
  if (isRemade)
    return [sentence`container ${container} is off network ${network} for a moment: its interface is made anew`]
  const [from, to] = [was.assigned, is.assigned]
  const lost = was.requested.aliases.filter((alias) => !is.requested.aliases.includes(alias))
  return [
    ...otherAddress(container, network, from.ipv4Address, to.ipv4Address),
    ...otherAddress(container, network, from.ipv6Address, to.ipv6Address),
    ...(lost.length > 0 ? [sentence`container ${container} is no longer found as ${lost} on network ${network}`] : []),
  ]
}

/** What goes with a cable that is taken out. */
function missed(records: Records, container: Container, joint: Endpoint): Sentence[] {
  const network = records.networks.get(joint.networkId)
  const addresses = addressesOf(joint)
  if (!network || addresses.length === 0) return []
  const names = [...new Set([container.name, ...joint.requested.aliases])]
  return [
    sentence`container ${container.name} leaves network ${network.name}: connections to and from ${addresses} end`,
    ...(hasNames(network)
      ? [sentence`container ${container.name} is no longer found as ${names} on network ${network.name}`]
      : []),
    ...records
      .servicesOn(network)
      .filter((service) => isSelected(service, container, joint))
      .map((service) => sentence`service ${service.name} on network ${network.name} loses container ${container.name}`),
  ]
}

function otherAddress(
  container: string,
  network: string,
  from: string | undefined,
  to: string | undefined,
): Sentence[] {
  if (from === undefined || from === to) return []
  const [old, fresh] = [from.split('/')[0], to?.split('/')[0]]
  const what = fresh === undefined ? sentence`loses address ${old}` : sentence`has address ${fresh} in place of ${old}`
  return [sentence`container ${container} ${what} on network ${network}: connections to and from the old one end`]
}

/** The link that belongs to an endpoint, at whichever end it is held. */
function isCable(object: KernelObject, { id }: Endpoint): boolean {
  return object.kind === 'link' && object.type !== 'inner' && object.type !== 'ifb' && object.alias.endsWith(id)
}

function movedRoute(
  before: Records,
  after: Records,
  container: Container,
  way: 'isDefaultGateway' | 'isIpv6DefaultGateway',
  family: string,
): Sentence[] {
  const wayOf = (records: Records) => {
    const joint = records.endpointsOf(container).find(({ assigned }) => assigned?.[way])
    return joint && records.networks.get(joint.networkId)
  }
  const [from, to] = [wayOf(before), wayOf(after)]
  if (!from || from.id === to?.id) return []
  const what = to ? sentence`leaves by network ${to.name} instead of ${from.name}` : sentence`has no way out any more`
  return [sentence`container ${container.name} ${what}: its ${family} connections to the outside end`]
}

function closedPorts(was: Container, is: Container): Sentence[] {
  return was.published
    .filter((port) => !isPublished(is, port))
    .map((port) => sentence`${placeOf(port)} leads no longer to port ${portKey(port)} of container ${is.name}`)
}

/** Ports that stay where they are, and whose connections go another way from now on: those that stand end. */
function cutPorts(was: Container, is: Container, addresses: ReadonlySet<string>, { steps }: Plan): Sentence[] {
  const isCut = (port: PortBinding) =>
    steps.some(({ verb, object }) => verb === 'remove' && addresses.has(targetOf(object, port) ?? ''))
  return was.published
    .filter((port) => isPublished(is, port) && isCut(port))
    .map((port) => sentence`connections over ${placeOf(port)} to port ${portKey(port)} of container ${is.name} may end`)
}

/** The address to which a port's connections go by this: by rules, which the kernel tracks, or by a socket that takes them in. */
function targetOf(object: KernelObject, { protocol, hostIp, hostPort }: PortBinding): string | undefined {
  if (object.kind === 'flows') {
    const isIts = object.protocol === protocol && object.hostPort === hostPort
    return isIts && familyOf(object.address) === familyOf(hostIp) ? object.address : undefined
  }
  if (object.kind !== 'socket' || object.service !== 'port') return undefined
  return object.protocol === protocol && object.port === hostPort && object.address === hostIp
    ? object.to?.address
    : undefined
}

function isPublished({ published }: Container, port: PortBinding): boolean {
  return published.some((other) => isDeepStrictEqual(other, port))
}

function placeOf({ hostIp, hostPort }: PortBinding): string {
  return `${hostIp.includes(':') ? `[${hostIp}]` : hostIp}:${hostPort}`
}
