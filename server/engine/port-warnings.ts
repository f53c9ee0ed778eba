import { type Family, familyNames, familyOf } from '../cnm/address'
import type { Container, PortRequest } from '../cnm/container'
import type { Endpoint } from '../cnm/endpoint'
import { isEvery, portKey } from '../cnm/ports'
import { type Sentence, sentence } from '../cnm/sentence'
import { lackOf } from '../plan/feature'
import { foreseeGateways } from './assign'
import type { EngineContext } from './context'
import { obeysHostFirewall, type Ways, wantedPorts, wayOf, waysIn } from './ports'

/**
 * What of the ports that a container is to publish will be otherwise than one would think, a sentence each. One that does
 * not run is judged by the networks that it is on.
 */
export async function portWarnings(
  ctx: EngineContext,
  container: Pick<Container, 'name' | 'ports' | 'options'>,
  endpoints: readonly Endpoint[],
): Promise<Sentence[]> {
  const requests = wantedPorts(container)
  const networks = endpoints.flatMap(({ networkId }) => ctx.records.networks.get(networkId) ?? [])
  if (requests.length === 0 || !networks.some(({ driver }) => ctx.drivers.get(driver).hasInterfaces)) return []
  const ways = waysIn(ctx, foreseeGateways(ctx, endpoints))
  const { name } = container
  if (!ways.ipv4 && !ways.ipv6) {
    return some(
      requests,
      (ports) => sentence`port ${ports} is not published: no network of ${name} is a bridge that leads outside`,
    )
  }
  const sctp = requests.filter(({ protocol }) => protocol === 'sctp')
  return [
    ...(['ipv4', 'ipv6'] as const).flatMap((family) => warningsOf(ctx, { name, requests, ways, family })),
    ...(sctp.length > 0 && !(await ctx.kernel.features()).has('sctp')
      ? some(
          sctp,
          (ports) => sentence`port ${ports} is of use only to programs that bring their own SCTP: ${lackOf('sctp')}`,
        )
      : []),
  ]
}

interface Question {
  readonly name: string
  readonly requests: readonly PortRequest[]
  readonly ways: Ways
  readonly family: Family
}

function warningsOf(ctx: EngineContext, { name, requests, ways, family }: Question): Sentence[] {
  const every = family === 'ipv4' ? '0.0.0.0' : '::'
  const way = ways[family]
  const said = familyNames[family]
  const other = familyNames[family === 'ipv4' ? 'ipv6' : 'ipv4']
  // Nobody misses a family in which nothing was asked for by name, but IPv4 is what most clients come by.
  const asked = requests.filter(({ hostIp }) => (hostIp === '' ? family === 'ipv4' : familyOf(hostIp) === family))
  const isOpen = (port: PortRequest) => wayOf(ways, { ...port, hostIp: port.hostIp || every }) !== undefined
  const isStuck = (port: PortRequest) => port.protocol === 'sctp' && (way?.relayed === true || port.hostIp === '::1')
  const closed = asked.filter((port) => port.hostIp !== '' && !isOpen(port) && !isStuck(port))
  const named = closed.filter(({ hostIp }) => !isEvery(hostIp))
  const relayed = way?.relayed && !obeysHostFirewall(ctx, way.network) ? asked.filter(isOpen) : []
  return [
    ...some(
      asked.filter(isStuck),
      (ports) =>
        sentence`port ${ports} is not reached over ${said}: no rule of the kernel's leads from there to ${name}, and sctp, unlike tcp and udp, cannot be handed on by Patchbay`,
    ),
    ...some(
      closed.filter(({ hostIp }) => isEvery(hostIp)),
      (ports) =>
        sentence`port ${ports} is not published at ${every}: ${name} has ${other} alone; name one of this host's ${said} addresses to have it handed on from there`,
    ),
    ...some(
      named,
      (ports) =>
        sentence`port ${ports} is not published at ${[...new Set(named.map(({ hostIp }) => hostIp))]}: no network of ${name} takes in ${said}`,
    ),
    ...some(
      relayed,
      (ports) =>
        sentence`port ${ports} is handed on by Patchbay over ${said}, as ${name} has ${other} alone: it sees this host as its client, and nothing passes while Patchbay does not run`,
    ),
  ]
}

/** One sentence on all ports that it holds for. */
function some(ports: readonly PortRequest[], say: (keys: string[]) => Sentence): Sentence[] {
  return ports.length === 0 ? [] : [say([...new Set(ports.map(portKey))])]
}
