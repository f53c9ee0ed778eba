import type { NetnsId, NetnsState } from '../../cnm/netns-state'
import type { KernelObject, LinkObject, Netns } from '../../plan/object'
import type { Step } from '../../plan/plan'
import type { TraceChange } from './contract'
import { withRules } from './planned-firewall'
import { plannedRecords } from './planned-records'
import { addAddress, addRoute, removeAddress, removeRoute, setUp, withLink, withoutLink } from './planned-state'
import type { HookedFirewall, World } from './world'

/** The world as it would be after these steps: on paper, laid over what was read. */
export function plannedWorld(world: World, change: TraceChange, steps: readonly Step[]): World {
  const parts = steps.flatMap(simple)
  const numbers = new Map<NetnsId, number>()
  const states = new Map<NetnsId, NetnsState>()
  const firewalls = new Map<string, readonly HookedFirewall[]>()
  const switches = new Map(
    parts.flatMap(({ verb, object }) =>
      object.kind === 'sysctl' && verb === 'add'
        ? [[`${idOf(object.netns)} ${dotted(object.name)}`, object.value] as const]
        : [],
    ),
  )

  function idOf(netns: Netns): NetnsId | null {
    return netns === 'host' ? world.host : world.netnsAt(netns)
  }

  /** Numbers that the kernel gives later; here any will do that is not in use. */
  function numberOf(netns: NetnsId): number {
    const number = numbers.get(netns) ?? firstNumber + numbers.size
    numbers.set(netns, number)
    return number
  }

  function state(netns: NetnsId): NetnsState {
    const known = states.get(netns)
    if (known) return known
    let found = world.state(netns)
    for (const [at, { verb, object }] of parts.entries()) found = changed(found, netns, verb, object, at)
    states.set(netns, found)
    return found
  }

  function changed(
    found: NetnsState,
    netns: NetnsId,
    verb: 'add' | 'remove',
    object: KernelObject,
    at: number,
  ): NetnsState {
    if (object.kind === 'link') return changedLink(found, netns, verb, object, at)
    if (!('netns' in object) || idOf(object.netns) !== netns) return found
    if (object.kind === 'address') return (verb === 'add' ? addAddress : removeAddress)(found, object)
    if (object.kind === 'route') return (verb === 'add' ? addRoute : removeRoute)(found, object)
    return found
  }

  function changedLink(
    found: NetnsState,
    netns: NetnsId,
    verb: 'add' | 'remove',
    object: LinkObject,
    at: number,
  ): NetnsState {
    const isHere = idOf(object.netns) === netns
    if (object.type === 'inner') return isHere ? setUp(found, object.name, verb === 'add' && object.up) : found
    const there = object.type === 'veth' ? idOf(object.peer.netns) : null
    if (verb === 'remove') {
      const rest = isHere ? withoutLink(found, object.name) : found
      return object.type === 'veth' && there === netns ? withoutLink(rest, object.peer.name) : rest
    }
    const index = firstIndex + 2 * at
    let next = found
    if (isHere)
      next = withLink(next, object, {
        index,
        opposite: index + 1,
        number: there === null || there === netns ? null : numberOf(there),
      })
    if (object.type === 'veth' && there === netns) {
      const number = isHere ? null : numberOf(world.host)
      next = withLink(
        next,
        { ...object, ...object.peer, type: 'end', mtu: object.peer.mtu ?? object.mtu },
        { index: index + 1, opposite: index, number },
      )
    }
    return next
  }

  return {
    ...world,
    records: plannedRecords(world.records, change, steps),
    state,
    states: (ids) => {
      world.states(ids)
      return ids.map(state)
    },
    peers: (netns) => {
      state(netns)
      for (const { object } of parts) {
        if (object.kind !== 'link' || object.type !== 'veth') continue
        const there = idOf(object.peer.netns)
        if (there !== null) numberOf(there)
        numberOf(world.host)
      }
      return new Map([...world.peers(netns), ...[...numbers].map(([id, number]) => [number, id] as const)])
    },
    firewalls(netns, family) {
      const key = `${netns} ${family}`
      const known =
        firewalls.get(key) ??
        withRules(
          world.firewalls(netns, family),
          parts.filter(({ object }) => 'netns' in object && idOf(object.netns) === netns),
          family,
        )
      firewalls.set(key, known)
      return known
    },
    sysctl: (netns, name) =>
      switches.get(`${netns} ${name}`) ?? (isNew(state(netns), name) ? fresh(name) : world.sysctl(netns, name)),
  }
}

const firstIndex = 1_000_000
const firstNumber = 1_000_000

/** A change is the one object gone and the other there. */
function simple(step: Step): { verb: 'add' | 'remove'; object: KernelObject }[] {
  if (step.verb === 'change') {
    // A link that changes stays what it is; of one that is taken out all that lives on it would go, too.
    const isKept = step.object.kind === 'link'
    return [...(isKept ? [] : [{ verb: 'remove' as const, object: step.before }]), { verb: 'add', object: step.object }]
  }
  const along = step.verb === 'add' ? (step.along ?? []).map((object) => ({ verb: 'add' as const, object })) : []
  return [{ verb: step.verb, object: step.object }, ...along]
}

/** "net/ipv4/conf/br-0.1/forwarding" is "net.ipv4.conf.br-0/1.forwarding" */
function dotted(name: string): string {
  return name
    .split('/')
    .map((part) => part.replaceAll('.', '/'))
    .join('.')
}

/** Switches of a link that is not there yet are as the kernel makes them where nobody said otherwise. */
function isNew({ links }: NetnsState, name: string): boolean {
  const link = /^net\.ipv[46]\.conf\.([^.]+)\./.exec(name)?.[1]?.replaceAll('/', '.')
  return links.some((one) => one.name === link && one.index >= firstIndex)
}

function fresh(name: string): string {
  return name.endsWith('.forwarding') ? '1' : '0'
}
