import { familyOf } from '../../cnm/address'
import { isEvery } from '../../cnm/ports'
import type { NetSocket } from '../../kernel/netns-contract'
import type { Place, TraceQuestion } from '../trace/contract'
import { isLoopback } from '../trace/subnet'
import type { ReachColumn, ReachEnd, ReachRequest } from './contract'

/** Ports of one container that are columns of their own, and published ports of the host's; the others are counted. */
const [mostPorts, mostPublished] = [6, 60]

export interface ReachPlan {
  readonly rows: readonly ReachEnd[]
  readonly columns: readonly ReachColumn[]
  readonly cut: number
}

export type ListeningPort = { readonly protocol: 'tcp' | 'udp'; readonly port: number }

/** Where somebody listens, from others' sight: of containers by id, and of the host. */
export interface Listening {
  readonly containers: ReadonlyMap<string, readonly ListeningPort[]>
  readonly host: readonly ListeningPort[]
}

/** Who asks whom for what. */
export function planReach(request: ReachRequest, listening: Listening): ReachPlan {
  const containers = request.containers.map(({ id, name }): ReachEnd => ({ place: { kind: 'container', id }, name }))
  const host: ReachEnd = { place: { kind: 'host' }, name: '' }
  const outside = request.outside.map((address) => atAddress(address))
  const isByPort = request.what.kind === 'listening'
  const published = isByPort ? publishedColumns(request) : []
  const shown = published.slice(0, mostPublished)
  const taken = new Set(published.map(({ protocol, port }) => `${protocol} ${port}`))
  const own = listening.host.filter(({ protocol, port }) => !taken.has(`${protocol} ${port}`))
  const columns: ReachColumn[] = []
  let cut = published.length - shown.length
  const add = (end: ReachEnd, ports: readonly Port[]) => {
    columns.push(...ports.slice(0, mostPorts).map((port) => ({ ...end, ...port })))
    cut += Math.max(0, ports.length - mostPorts)
  }
  for (const end of containers) add(end, portsOf(end, request, listening.containers))
  columns.push(...shown.filter(({ place }) => place.kind === 'host'))
  add(host, isByPort && own.length > 0 ? own : portsOf(host, request, listening.containers))
  columns.push(...shown.filter(({ place }) => place.kind !== 'host'))
  for (const end of outside) add(end, portsOf(end, request, listening.containers))
  return { rows: [...containers, host, ...outside], columns, cut }
}

function atAddress(address: string): ReachEnd {
  return { place: { kind: 'address', address }, name: address }
}

/** The host's ports that lead to containers; those at all of its addresses are the host's, others that address's. */
function publishedColumns({ containers }: ReachRequest): ReachColumn[] {
  const columns = new Map<string, ReachColumn>()
  for (const { name, published } of containers) {
    for (const { protocol, containerPort, hostIp, hostPort } of published) {
      if (protocol !== 'tcp' && protocol !== 'udp') continue
      const end: ReachEnd = isEvery(hostIp) ? { place: { kind: 'host' }, name: '' } : atAddress(hostIp)
      const leadsTo = { name, port: containerPort }
      columns.set(`${end.name} ${protocol} ${hostPort}`, { ...end, protocol, port: hostPort, leadsTo })
    }
  }
  return [...columns.values()].sort((a, b) => a.name.localeCompare(b.name) || (a.port ?? 0) - (b.port ?? 0))
}

type Port = Pick<ReachColumn, 'protocol' | 'port'>

/** What listens nowhere, or outside where nobody sees it, is asked for an echo. */
function portsOf({ place }: ReachEnd, { what }: ReachRequest, listening: Listening['containers']): readonly Port[] {
  const echo: readonly Port[] = [{ protocol: 'icmp', port: null }]
  if (what.kind === 'echo') return echo
  if (what.kind === 'port') return [{ protocol: what.protocol, port: what.port }]
  const ports = place.kind === 'container' ? listening.get(place.id) : undefined
  return ports && ports.length > 0 ? ports : echo
}

/** Undefined: it would ask itself. */
export function questionOf(row: ReachEnd, column: ReachColumn, by: ReachRequest['by']): TraceQuestion | undefined {
  if (isItself(row.place, column)) return undefined
  const isNamed = by === 'name' && row.place.kind === 'container' && column.place.kind === 'container'
  const to = isNamed ? nameOf(column) : column.place
  const { protocol, port } = column
  return { from: row.place, to, protocol, ...(port === null ? {} : { port }) }
}

const named = new WeakMap<ReachColumn, Place>()

/** One object a column: of those who ask there are hundreds. */
function nameOf(column: ReachColumn): Place {
  const known = named.get(column) ?? { kind: 'name', name: column.name }
  named.set(column, known)
  return known
}

/** The host asks itself for what it has published, for that is somebody else; from outside nobody asks somebody outside. */
function isItself(from: Place, { place, leadsTo }: ReachColumn): boolean {
  switch (place.kind) {
    case 'container':
      return from.kind === 'container' && from.id === place.id
    case 'host':
      return from.kind === 'host' && !leadsTo
    case 'address':
      if (!leadsTo) return from.kind === 'address'
      return isLoopback(place.address) ? from.kind !== 'host' : isOtherFamily(from, place.address)
    default:
      return false
  }
}

function isOtherFamily(from: Place, address: string): boolean {
  return from.kind === 'address' && familyOf(from.address) !== familyOf(address)
}

/** From here on the kernel chooses ports for those who ask: a socket of UDP there waits for an answer. */
const firstOfClients = 32_768

/** The ports of a namespace that others may ask for: not those of its loopback, such as the resolver's. */
export function listeningPorts(sockets: readonly NetSocket[]): ListeningPort[] {
  const ports = new Map<string, ListeningPort>()
  for (const { protocol, state, localAddress, localPort } of sockets) {
    if (protocol !== 'tcp' && protocol !== 'udp') continue
    const isOpen = protocol === 'tcp' ? state === 'listen' : state === 'unconnected'
    if (localPort === null || isLoopback(localAddress) || (protocol === 'udp' && localPort >= firstOfClients)) continue
    if (isOpen) ports.set(`${protocol} ${localPort}`, { protocol, port: localPort })
  }
  return [...ports.values()].sort((a, b) => a.protocol.localeCompare(b.protocol) || a.port - b.port)
}
