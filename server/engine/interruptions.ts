import type { Container } from '../cnm/container'
import type { Endpoint } from '../cnm/endpoint'
import { portKey } from '../cnm/ports'
import type { KernelObject } from '../plan/object'
import type { Plan } from '../plan/plan'
import type { Records } from './records'

/** What containers that run notice of a change, a sentence each. */
export function interruptionsOf(
  before: Records,
  after: Records,
  touched: readonly Pick<Container, 'id'>[],
  plan: Plan,
): string[] {
  return touched.flatMap(({ id }) => {
    const [was, is] = [before.containers.get(id), after.containers.get(id)]
    if (!was?.sandbox || !is) return []
    const joints = before.endpointsOf(was)
    return [
      ...joints.flatMap((joint) => noticed(before, is.name, joint, after.endpoints.get(joint.id), plan)),
      ...movedRoute(before, after, is, 'isDefaultGateway', 'IPv4'),
      ...movedRoute(before, after, is, 'isIpv6DefaultGateway', 'IPv6'),
      ...closedPorts(was, is),
    ]
  })
}

function noticed(
  { networks }: Records,
  container: string,
  was: Endpoint,
  is: Endpoint | undefined,
  { steps }: Plan,
): string[] {
  const network = networks.get(was.networkId)?.name ?? was.networkId
  const isRemade = steps.some(({ verb, object }) => verb === 'remove' && isCable(object, was))
  if (!is?.assigned || !was.assigned) return []
  if (isRemade) return [`container ${container} is off network ${network} for a moment: its interface is made anew`]
  const [from, to] = [was.assigned, is.assigned]
  return [
    ...otherAddress(container, network, from.ipv4Address, to.ipv4Address),
    ...otherAddress(container, network, from.ipv6Address, to.ipv6Address),
  ]
}

function otherAddress(container: string, network: string, from: string | undefined, to: string | undefined): string[] {
  if (from === undefined || from === to) return []
  const [old, fresh] = [from.split('/')[0], to?.split('/')[0]]
  const what = fresh === undefined ? `loses address ${old}` : `has address ${fresh} in place of ${old}`
  return [`container ${container} ${what} on network ${network}: connections to and from the old one end`]
}

/** The link that belongs to an endpoint, at whichever end it is held. */
function isCable(object: KernelObject, { id }: Endpoint): boolean {
  return object.kind === 'link' && object.type !== 'inner' && object.alias.endsWith(id)
}

function movedRoute(
  before: Records,
  after: Records,
  container: Container,
  way: 'isDefaultGateway' | 'isIpv6DefaultGateway',
  family: string,
): string[] {
  const wayOf = (records: Records) => {
    const joint = records.endpointsOf(container).find(({ assigned }) => assigned?.[way])
    return joint && records.networks.get(joint.networkId)
  }
  const [from, to] = [wayOf(before), wayOf(after)]
  if (!from || from.id === to?.id) return []
  const what = to ? `leaves by network ${to.name} instead of ${from.name}` : 'has no way out any more'
  return [`container ${container.name} ${what}: its ${family} connections to the outside end`]
}

function closedPorts(was: Container, is: Container): string[] {
  const kept = new Set(is.published.map((port) => JSON.stringify(port)))
  return was.published
    .filter((port) => !kept.has(JSON.stringify(port)))
    .map((port) => {
      const place = `${port.hostIp.includes(':') ? `[${port.hostIp}]` : port.hostIp}:${port.hostPort}`
      return `${place} leads no longer to port ${portKey(port)} of container ${is.name}`
    })
}
