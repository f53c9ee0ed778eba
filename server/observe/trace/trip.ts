import type { Family } from '../../cnm/address'
import type { NetnsId } from '../../cnm/netns-state'
import type { Flow as KeptFlow } from '../../kernel/netns-contract'
import { quote } from '../../plan/render'
import type { CauseCode, RemedyCode, SaidCode, Values } from './codes'
import type { Outcome, Said, StepKind, TracePacket, TracePlace, TraceStep } from './contract'
import type { Learnt } from './wire'
import type { Records, World } from './world'

/** Addresses and ports as they identify a connection; of an echo the ports are its id and 0. */
export interface Tuple {
  readonly source: string
  readonly destination: string
  readonly sourcePort: number
  readonly destinationPort: number
}

/** What the kernel would remember of the connection in one namespace (conntrack). */
export interface Flow {
  readonly netns: NetnsId
  readonly original: Tuple
  /** What an answer looks like there. */
  reply: Tuple
  destinationChanged: boolean
  sourceChanged: boolean
  mark: number
  /** What the kernel has of it already: nothing is decided anew. Null: it begins with this packet. */
  readonly kept: KeptFlow | null
  /** It has been through the nat tables of that side. */
  readonly decided: Set<'destination' | 'source'>
}

/** What rules see of a packet besides what it bears. */
export interface Moving extends TracePacket {
  /** By which ports of a bridge; null: by none, or rules do not see frames of bridges. */
  readonly physIn: string | null
  readonly physOut: string | null
  readonly state: 'NEW' | 'ESTABLISHED' | 'INVALID' | 'UNTRACKED' | null
  /** As the kernel tracks it there. */
  readonly isReply: boolean
  /** It goes the way back. */
  readonly isAnswer: boolean
  /** Of a connection that has begun: no first packet. */
  readonly isMidway: boolean
  readonly flow: Flow | null
}

/** How it ended. */
export interface End {
  readonly outcome: Outcome
  readonly cause: Said<CauseCode>
  readonly remedies: readonly Said<RemedyCode>[]
}

const mostSteps = 1_000

/** Hops that a packet lives, where nobody says otherwise. */
export const usualTtl = 64

/** What stands beside a step. */
interface Beside {
  /** Asked for only where the step is told. */
  readonly evidence?: () => string
  readonly links?: readonly (string | null | undefined)[]
  readonly rule?: TracePlace['rule']
  readonly packet?: Partial<Moving>
}

const nothingBeside: Beside = {}

/** One way of one packet, while it is gone. */
export class Trip {
  readonly world: World
  readonly family: Family
  readonly leg: 'there' | 'back'
  /** Both ways of a connection share what is remembered of it. */
  readonly flows: Flow[]
  readonly caveats: Said[]
  readonly learnt: Learnt
  readonly steps: TraceStep[]
  /** Only how it ends is wanted: of quarter of a million ways no step is told. */
  readonly isBrief: boolean
  /** How many tunnels it is in. */
  readonly depth: number
  /** The last namespace of which something was said. */
  last: NetnsId | null = null
  /** The last namespace that passed the packet on, and by which link. */
  router: { readonly netns: NetnsId; readonly link: string } | null = null
  packet: Moving
  /** The source port is any: that of the first connection that is found is taken. */
  isPortOpen: boolean
  /** As the socket sent it, before any rule saw it. */
  sent: Moving | null = null
  /** The namespace of that socket, and the link that its route said. */
  sender: { readonly netns: NetnsId; readonly link: string } | null = null

  constructor(
    trip: Pick<Trip, 'world' | 'leg' | 'flows' | 'caveats' | 'learnt' | 'packet'> &
      Partial<Pick<Trip, 'steps' | 'isBrief' | 'depth' | 'isPortOpen'>>,
  ) {
    this.world = trip.world
    this.leg = trip.leg
    this.flows = trip.flows
    this.caveats = trip.caveats
    this.learnt = trip.learnt
    this.packet = trip.packet
    this.steps = trip.steps ?? []
    this.isBrief = trip.isBrief ?? false
    this.depth = trip.depth ?? 0
    this.isPortOpen = trip.isPortOpen ?? false
    this.family = trip.packet.family
  }

  /** Changes the packet and says what happened. */
  say(
    netns: NetnsId | null,
    kind: StepKind,
    [code, values]: readonly [SaidCode, Values],
    more: Beside = nothingBeside,
  ): void {
    if (more.packet) this.packet = { ...this.packet, ...more.packet }
    this.last = netns
    if (kind === 'route' && code !== 'route-local' && this.packet.inLink !== null) {
      const { link } = values
      this.router = netns !== null && typeof link === 'string' ? { netns, link } : null
    }
    if (this.isBrief) return
    const links = (more.links ?? []).filter((link) => link !== null && link !== undefined)
    // Of a way that goes in circles, or past thousands of rules, the beginning and the end are told.
    if (this.steps.length === mostSteps) this.steps.splice(mostSteps / 2, 1)
    this.steps.push({
      netns,
      place: { ...placeOf(this.world, netns, links), links, rule: more.rule ?? null },
      kind,
      said: { code, values },
      evidence: more.evidence?.() ?? '',
      packet: shown(this.packet),
      isEnd: false,
    })
  }

  doubt(code: SaidCode, values: Values): void {
    if (this.isBrief) return
    const same = JSON.stringify({ code, values })
    if (!this.caveats.some((one) => JSON.stringify(one) === same)) this.caveats.push({ code, values })
  }
}

export function end(
  outcome: Outcome,
  code: CauseCode,
  values: Values,
  ...remedies: (Said<RemedyCode> | null | undefined)[]
): End {
  return { outcome, cause: { code, values }, remedies: remedies.filter((one) => one !== null && one !== undefined) }
}

export function remedy(code: RemedyCode, values: Values): Said<RemedyCode> {
  return { code, values }
}

/** What one would type, and where. Names of links hold no blanks but may hold all else: every word is safe for a shell. */
export function command(world: World, netns: NetnsId, text: string): Said<RemedyCode> {
  const line = text.split(' ').map(quote).join(' ')
  if (netns === world.host) return remedy('command', { command: line })
  return remedy('command-inside', { command: line, place: world.nameOf(netns) })
}

/** Field by field: thousands a second are made. */
function shown(packet: Moving): TracePacket {
  return {
    family: packet.family,
    protocol: packet.protocol,
    source: packet.source,
    destination: packet.destination,
    sourcePort: packet.sourcePort,
    destinationPort: packet.destinationPort,
    sourceMac: packet.sourceMac,
    destinationMac: packet.destinationMac,
    mark: packet.mark,
    ttl: packet.ttl,
    size: packet.size,
    inLink: packet.inLink,
    outLink: packet.outLink,
  }
}

/** Whose the links are, by Patchbay's records. */
function placeOf(world: World, netns: NetnsId | null, links: readonly string[]): Omit<TracePlace, 'links' | 'rule'> {
  const isHost = netns === world.host
  const containerId = netns === null || isHost ? null : world.containerIn(netns)
  const { endpoints, networks } = ownersIn(world.records)
  const of = isHost ? '' : containerId
  const endpoint = of === null ? undefined : first(links, (link) => endpoints.get(`${of} ${link}`))
  const networkId = isHost ? first(links, (link) => networks.get(link)) : undefined
  return {
    isHost,
    containerId,
    endpointId: endpoint?.id ?? null,
    networkId: endpoint?.networkId ?? networkId ?? null,
  }
}

function first<Found>(links: readonly string[], find: (link: string) => Found | undefined): Found | undefined {
  for (const link of links) {
    const found = find(link)
    if (found !== undefined) return found
  }
  return undefined
}

interface LinkOwners {
  /** By "<container> <link>", those of the host with no container. */
  readonly endpoints: ReadonlyMap<string, { readonly id: string; readonly networkId: string }>
  /** Ids by device. */
  readonly networks: ReadonlyMap<string, string>
}

const owners = new WeakMap<Records, LinkOwners>()

function ownersIn(records: Records): LinkOwners {
  const known = owners.get(records)
  if (known) return known
  const endpoints = new Map<string, { id: string; networkId: string }>()
  for (const { id, networkId, containerId, ifname, hostIfname } of Object.values(records.endpoints)) {
    if (hostIfname !== null) endpoints.set(` ${hostIfname}`, { id, networkId })
    if (ifname !== null) endpoints.set(`${containerId} ${ifname}`, { id, networkId })
  }
  const devices = Object.values(records.networks).flatMap(({ id, device }) =>
    device === null ? [] : [[device, id] as const],
  )
  const found = { endpoints, networks: new Map(devices) }
  owners.set(records, found)
  return found
}
