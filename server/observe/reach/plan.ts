import type { Chosen, NetSocket } from '../../kernel/netns-contract'
import type { Place, TraceQuestion } from '../trace/contract'
import type { ReachColumn, ReachEnd, ReachRequest } from './contract'

/** Ports of one container that are columns of their own; the others are counted. */
const mostPorts = 6

export interface ReachPlan {
  readonly rows: readonly ReachEnd[]
  readonly columns: readonly ReachColumn[]
  readonly cut: number
}

export type ListeningPort = { readonly protocol: 'tcp' | 'udp'; readonly port: number }

/** Who asks whom for what. `listening` gives the ports of each container that somebody listens on, from others' sight. */
export function planReach(request: ReachRequest, listening: ReadonlyMap<string, readonly ListeningPort[]>): ReachPlan {
  const containers = request.containers.map(({ id, name }): ReachEnd => ({ place: { kind: 'container', id }, name }))
  const host: ReachEnd = { place: { kind: 'host' }, name: '' }
  const outside = request.outside.map((address): ReachEnd => ({ place: { kind: 'address', address }, name: address }))
  const rows = [...containers, host]
  const columns: ReachColumn[] = []
  let cut = 0
  for (const end of [...containers, host, ...outside]) {
    const ports = portsOf(end, request, listening)
    columns.push(...ports.slice(0, mostPorts).map((port) => ({ ...end, ...port })))
    cut += Math.max(0, ports.length - mostPorts)
  }
  return { rows, columns, cut }
}

type Port = Pick<ReachColumn, 'protocol' | 'port'>

/** What listens nowhere, or outside where nobody sees it, is asked for an echo. */
function portsOf(
  { place }: ReachEnd,
  { what }: ReachRequest,
  listening: ReadonlyMap<string, readonly ListeningPort[]>,
): readonly Port[] {
  const echo: readonly Port[] = [{ protocol: 'icmp', port: null }]
  if (what.kind === 'echo') return echo
  if (what.kind === 'port') return [{ protocol: what.protocol, port: what.port }]
  const ports = place.kind === 'container' ? listening.get(place.id) : undefined
  return ports && ports.length > 0 ? ports : echo
}

/** Undefined: it would ask itself. */
export function questionOf(row: ReachEnd, column: ReachColumn, by: ReachRequest['by']): TraceQuestion | undefined {
  if (isSame(row.place, column.place)) return undefined
  const isNamed = by === 'name' && row.place.kind === 'container' && column.place.kind === 'container'
  const to: Place = isNamed ? { kind: 'name', name: column.name } : column.place
  const { protocol, port } = column
  return { from: row.place, to, protocol, ...(port === null ? {} : { port }) }
}

function isSame(a: Place, b: Place): boolean {
  if (a.kind === 'container') return b.kind === 'container' && a.id === b.id
  return a.kind === 'host' && b.kind === 'host'
}

/** The ports of a namespace that others may ask for: not those of its loopback, such as the resolver's. */
export function listeningPorts({ rows }: Pick<Chosen<NetSocket>, 'rows'>): ListeningPort[] {
  const ports = new Map<string, ListeningPort>()
  for (const { protocol, state, localAddress, localPort } of rows) {
    if (protocol !== 'tcp' && protocol !== 'udp') continue
    const isOpen = protocol === 'tcp' ? state === 'listen' : state === 'unconnected'
    const isLoopback = localAddress.startsWith('127.') || localAddress === '::1'
    if (isOpen && !isLoopback && localPort !== null)
      ports.set(`${protocol} ${localPort}`, { protocol, port: localPort })
  }
  return [...ports.values()].sort((a, b) => a.protocol.localeCompare(b.protocol) || a.port - b.port)
}
