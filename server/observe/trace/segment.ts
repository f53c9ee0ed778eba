import type { FdbRecord, NetLink, NetnsId, NetnsState } from '../../cnm/netns-state'
import { apartBlock, type Block, downBlock, looseBlock, noEntry, parentBlock, tooBig } from './obstacles'
import { command, end } from './trip'
import {
  type Arrival,
  type Carried,
  everybody,
  type Frame,
  type Learnt,
  learntKey,
  sameMac,
  type WirePiece,
} from './wire'
import { linkAt, linkBeneath, outerNetns, type Port, type World } from './world'

interface Course {
  readonly world: World
  readonly frame: Frame
  readonly learnt: Learnt
  /** Past every obstacle, to see what there would be behind. */
  readonly regardless: boolean
  readonly arrivals: Arrival[]
  readonly blocks: Block[]
  readonly seen: Set<string>
  /** Links from which frames may come back by the port that they came in by. */
  readonly fromVepa: Set<string>
}

interface Way {
  readonly pieces: readonly WirePiece[]
  readonly block: Block | null
}

/**
 * Where a frame comes to that leaves by a link: over veths, bridges with their MAC tables, macvlans and tunnels. With
 * `regardless` all obstacles are passed and told, and MAC tables are not asked.
 */
export function carry(world: World, from: Port, frame: Frame, learnt: Learnt, regardless = false): Carried {
  const course: Course = {
    world,
    frame,
    learnt,
    regardless,
    arrivals: [],
    blocks: [],
    seen: new Set(),
    fromVepa: new Set(),
  }
  send(course, from, { pieces: [], block: null })
  return course
}

/** Gives the way behind an obstacle, or nothing where it ends there. */
function stop(course: Course, way: Way, block: Block): Way | undefined {
  if (!course.regardless) {
    course.blocks.push(block)
    return undefined
  }
  return { ...way, block: way.block ?? block }
}

function send(course: Course, port: Port, given: Way): void {
  const { world } = course
  const { link } = port
  const way = link.up ? given : stop(course, given, downBlock(world, port))
  if (!way) return
  if (course.regardless && !course.fromVepa.has(`${port.netns} ${link.index}`)) aboveParent(course, port, way)
  switch (link.kind) {
    case 'bridge':
      forward(course, port.netns, link, null, way)
      return
    case 'veth':
      cross(course, port, way)
      return
    case 'macvlan':
    case 'macvtap':
      overParent(course, port, way)
      return
    case 'vxlan':
      tunnel(course, port, way)
      return
    case 'dummy':
    case 'ifb':
      stop(course, way, looseBlock(world, port))
      return
    default:
      arrive(course, port, way, null, true)
      return
  }
}

function arrive(course: Course, port: Port, { pieces, block }: Way, physIn: NetLink | null, isOutside = false): void {
  course.arrivals.push({ port, pieces, block, physIn, isOutside })
}

function cross(course: Course, from: Port, way: Way): void {
  const { world } = course
  const to = linkBeneath(world, from)
  if (!to) {
    stop(course, way, looseBlock(world, from))
    return
  }
  const over = { ...way, pieces: [...way.pieces, { kind: 'wire', from, to } as const] }
  if (!to.link.up) {
    const behind = stop(course, over, downBlock(world, to))
    if (behind) receive(course, to, behind)
    return
  }
  const fitting = fits(course, to, over)
  if (fitting) receive(course, to, fitting)
}

/** Frames may be a VLAN tag longer than a link's MTU says (is_skb_forwardable). */
const vlanTag = 4

function fits(course: Course, port: Port, way: Way): Way | undefined {
  if (course.frame.size <= port.link.mtu + vlanTag) return way
  return stop(course, way, { port, end: tooBig(course.world, port, course.frame.size) })
}

function receive(course: Course, port: Port, way: Way): void {
  const { netns, link } = port
  const key = `${netns} ${link.index}`
  if (course.seen.has(key)) return
  course.seen.add(key)
  const { destination } = course.frame
  const master = linkAt(course.world, netns, link.master)
  if (master?.kind === 'bridge') {
    forward(course, netns, master, link, way)
    return
  }
  const isMine = course.regardless || destination === everybody || sameMac(link.mac, destination)
  if (!isMine || destination === everybody) {
    for (const child of childrenOf(course.world, port)) {
      if (destination === everybody || course.regardless || sameMac(child.link.mac, destination)) {
        enterChild(course, port, child, way)
      }
    }
  }
  if (isMine) arrive(course, port, way, null)
  else if (!childrenOf(course.world, port).some((child) => sameMac(child.link.mac, destination))) {
    course.blocks.push({
      port,
      end: end('lost', 'mac-foreign', { mac: destination, link: link.name, place: course.world.nameOf(netns) }),
    })
  }
}

function enterChild(course: Course, parent: Port, child: Port, way: Way): void {
  const over = { ...way, pieces: [...way.pieces, { kind: 'wire', from: parent, to: child } as const] }
  const behind = child.link.up ? over : stop(course, over, downBlock(course.world, child))
  if (behind) arrive(course, child, behind, null)
}

/** The macvlans that stand on a link: on those of the host from anywhere, on others from their own namespace. */
function childrenOf(world: World, { netns, link }: Port): Port[] {
  return world.states(netns === world.host ? world.all : [netns]).flatMap((state) =>
    state.links
      .filter((one) => (one.kind === 'macvlan' || one.kind === 'macvtap') && one.link === link.index)
      .map((one) => ({ netns: state.id, link: one }))
      .filter((child) => linkBeneath(world, child)?.netns === netns),
  )
}

/** What stands on a link is not reached from the link itself. */
function aboveParent(course: Course, port: Port, way: Way): void {
  for (const child of childrenOf(course.world, port)) {
    const behind = stop(course, way, parentBlock(child, port))
    if (behind && !course.seen.has(`${child.netns} ${child.link.index}`)) arrive(course, child, behind, null)
  }
}

function overParent(course: Course, port: Port, given: Way): void {
  const { world, frame } = course
  const parent = linkBeneath(world, port)
  if (!parent) {
    stop(course, given, looseBlock(world, port))
    return
  }
  const way = parent.link.up ? given : stop(course, given, downBlock(world, parent))
  if (!way) return
  const mode = port.link.macvlan?.mode ?? 'bridge'
  const siblings = childrenOf(world, parent).filter(
    ({ netns, link }) => netns !== port.netns || link.index !== port.link.index,
  )
  const wanted = siblings.filter(
    ({ link }) => course.regardless || frame.destination === everybody || sameMac(link.mac, frame.destination),
  )
  // What is set to vepa leaves by the wire also for who stands beside it: it comes back if the bridge there sends it so.
  for (const sibling of mode === 'vepa' ? [] : wanted) {
    const apart =
      mode === 'bridge' && (sibling.link.macvlan?.mode ?? 'bridge') === 'bridge'
        ? way
        : stop(course, way, apartBlock(world, port, sibling))
    if (apart) enterChild(course, port, sibling, apart)
  }
  if (course.regardless || sameMac(parent.link.mac, frame.destination)) {
    const behind = stop(course, way, parentBlock(port, parent))
    if (behind) arrive(course, parent, behind, null)
  }
  const isInside = mode !== 'vepa' && wanted.length > 0 && frame.destination !== everybody && !course.regardless
  if (mode === 'vepa') course.fromVepa.add(`${parent.netns} ${parent.link.index}`)
  if (!isInside) send(course, parent, { ...way, pieces: [...way.pieces, { kind: 'wire', from: port, to: parent }] })
}

/** Frames go to the VTEP that the entry names; the link at that end is found where it is on this machine. */
function tunnel(course: Course, port: Port, way: Way): void {
  const { world, frame } = course
  const { netns, link } = port
  const entries = world.state(netns).fdb.filter((one) => one.index === link.index && one.remote !== null)
  const usual = entries.filter(({ mac }) => mac === '00:00:00:00:00:00')
  const named = entries.filter(({ mac }) => sameMac(mac, frame.destination))
  const fitting = course.regardless ? entries : named
  const remotes = new Set((fitting.length > 0 ? fitting : usual).flatMap(({ remote }) => remote ?? []))
  if (remotes.size === 0 && link.vxlan?.remote) remotes.add(link.vxlan.remote)
  const [first] = remotes
  if (first === undefined) {
    stop(course, way, { port, end: end('lost', 'vtep-unknown', { mac: frame.destination, link: link.name }) })
    return
  }
  for (const state of world.states(world.all)) {
    for (const other of state.links) {
      if (other.kind !== 'vxlan' || other.vxlan?.vni !== link.vxlan?.vni) continue
      const to = { netns: state.id, link: other }
      const outer = world.state(outerNetns(world, to)).addresses
      const remote = [...remotes].find((one) => outer.some(({ address }) => address === one))
      if (remote === undefined) continue
      receive(course, to, { ...way, pieces: [...way.pieces, { kind: 'tunnel', from: port, to, remote }] })
      return
    }
  }
  const pieces = [...way.pieces, { kind: 'tunnel', from: port, to: null, remote: first } as const]
  arrive(course, port, { ...way, pieces }, null, true)
}

function forward(course: Course, netns: NetnsId, bridge: NetLink, inPort: NetLink | null, given: Way): void {
  const { world, frame, learnt } = course
  let way: Way | undefined = bridge.up ? given : stop(course, given, downBlock(world, { netns, link: bridge }))
  if (way && inPort && bridge.up) way = passState(course, netns, bridge, inPort, way)
  if (!way) return
  const piece = (outPort: NetLink | null, entry: FdbRecord | null): Way => ({
    ...(way as Way),
    pieces: [...(way as Way).pieces, { kind: 'bridge', netns, bridge, inPort, outPort, entry }],
  })
  const state = world.state(netns)
  const ports = portsOf(state, bridge)
  const isToAll = frame.destination === everybody || course.regardless
  const entries = isToAll ? [] : entriesOf(state, bridge, frame.destination)
  const own = entries.find(({ type }) => type === 'local')
  if (!isToAll && (own || sameMac(bridge.mac, frame.destination))) {
    if (inPort) arrive(course, { netns, link: bridge }, piece(null, own ?? null), inPort)
    return
  }
  if (isToAll && inPort) arrive(course, { netns, link: bridge }, piece(null, null), inPort)
  const known = learnt.get(learntKey(netns, bridge, frame.destination)) ?? entries[0]?.index
  if (!isToAll && known !== undefined) {
    const outPort = ports.find(({ index }) => index === known)
    const entry = entries.find(({ index }) => index === known) ?? null
    if (outPort) out(course, netns, bridge, inPort, outPort, piece(outPort, entry))
    return
  }
  readPeers(world, netns, ports)
  for (const outPort of ports) {
    if (outPort.index === inPort?.index && !outPort.port?.hairpin && !isVepas(course, netns, outPort)) continue
    if (!isToAll && outPort.port?.flood === false) {
      course.blocks.push({
        port: { netns, link: outPort },
        end: noEntry(world, netns, bridge, outPort, frame.destination),
      })
      continue
    }
    out(course, netns, bridge, inPort, outPort, piece(outPort, null))
  }
}

interface Switching {
  readonly ports: ReadonlyMap<number, readonly NetLink[]>
  /** By "<bridge> <mac>". */
  readonly entries: ReadonlyMap<string, readonly FdbRecord[]>
}

const switchings = new WeakMap<NetnsState, Switching>()

function switchingIn(state: NetnsState): Switching {
  const known = switchings.get(state)
  if (known) return known
  const ports = new Map<number, NetLink[]>()
  for (const link of state.links) if (link.master !== null) put(ports, link.master, link)
  const entries = new Map<string, FdbRecord[]>()
  for (const entry of state.fdb) put(entries, `${entry.master ?? entry.index} ${entry.mac.toLowerCase()}`, entry)
  const found = { ports, entries }
  switchings.set(state, found)
  return found
}

function put<Key, One>(groups: Map<Key, One[]>, key: Key, one: One): void {
  const known = groups.get(key)
  if (known) known.push(one)
  else groups.set(key, [one])
}

function portsOf(state: NetnsState, { index }: NetLink): readonly NetLink[] {
  return switchingIn(state).ports.get(index) ?? []
}

function entriesOf(state: NetnsState, { index }: NetLink, mac: string): readonly FdbRecord[] {
  return switchingIn(state).entries.get(`${index} ${mac.toLowerCase()}`) ?? []
}

/** Whether behind that port are links that rely on being sent back to. */
function isVepas({ world, fromVepa }: Course, netns: NetnsId, port: NetLink): boolean {
  const opposite = fromVepa.size > 0 ? linkBeneath(world, { netns, link: port }) : undefined
  return opposite !== undefined && fromVepa.has(`${opposite.netns} ${opposite.link.index}`)
}

/** What hangs on a bridge is read side by side. */
function readPeers(world: World, netns: NetnsId, ports: readonly NetLink[]): void {
  if (!ports.some(({ linkNetnsId }) => linkNetnsId !== null)) return
  const peers = world.peers(netns)
  const there = ports.map(({ linkNetnsId }) => (linkNetnsId === null ? undefined : peers.get(linkNetnsId)))
  world.states([...new Set(there.filter((one) => one !== undefined))])
}

function passState(course: Course, netns: NetnsId, bridge: NetLink, port: NetLink, way: Way): Way | undefined {
  const state = port.port?.state ?? 'forwarding'
  if (state === 'forwarding') return way
  const { world } = course
  // A port that is down, or whose other end is, is disabled by that.
  if (!port.up) return stop(course, way, downBlock(world, { netns, link: port }))
  const block: Block = {
    port: { netns, link: port },
    end: end(
      'lost',
      'port-blocked',
      { port: port.name, bridge: bridge.name, state },
      command(world, netns, `bridge link set dev ${port.name} state 3`),
    ),
  }
  return stop(course, way, block)
}

function out(
  course: Course,
  netns: NetnsId,
  bridge: NetLink,
  inPort: NetLink | null,
  outPort: NetLink,
  given: Way,
): void {
  const { world } = course
  const port = { netns, link: outPort }
  let way: Way | undefined = given
  if (inPort?.index === outPort.index && !outPort.port?.hairpin) {
    way = stop(course, way, {
      port,
      end: end(
        'lost',
        'hairpin-off',
        { port: outPort.name, bridge: bridge.name },
        command(world, netns, `bridge link set dev ${outPort.name} hairpin on`),
      ),
    })
  }
  if (way && inPort?.port?.isolated && outPort.port?.isolated) {
    way = stop(course, way, {
      port,
      end: end(
        'dropped',
        'port-isolated',
        { port: inPort.name, other: outPort.name, bridge: bridge.name },
        command(world, netns, `bridge link set dev ${outPort.name} isolated off`),
      ),
    })
  }
  // What is blocked because nothing is at the other end is told by what is wrong there.
  if (way && outPort.up && outPort.carrier) way = passState(course, netns, bridge, outPort, way)
  if (way) way = fits(course, port, way)
  if (way) send(course, port, way)
}
