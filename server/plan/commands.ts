import { createHash } from 'node:crypto'
import { PatchbayError } from '../cnm/errors'
import type {
  AddressObject,
  BridgeLink,
  KernelObject,
  LinkObject,
  Netns,
  RouteObject,
  RuleObject,
  VethLink,
} from './object'
import type { Command, Step } from './plan'

/** What a step asks of which program, in order. A step that needs nothing done gives no commands. */
export function commandsOf(step: Step): Command[] {
  switch (step.verb) {
    case 'add':
      return [step.object, ...(step.along ?? [])].flatMap(addCommands)
    case 'remove':
      return removeCommands(step.object)
    case 'change':
      return changeCommands(step.object, step.before)
  }
}

function addCommands(object: KernelObject): Command[] {
  switch (object.kind) {
    case 'namespace':
      return [{ program: 'namespace', verb: 'add', path: object.path }]
    case 'link':
      return addLink(object)
    case 'address':
      return [ip(object, 'address', 'add', object.address, ...broadcastOf(object), 'dev', object.link)]
    case 'route':
      return [ip(object, 'route', 'add', ...routeArgs(object))]
    case 'chain':
      return [iptables(object, '-N', object.name)]
    case 'rule':
      return [addRule(object)]
    case 'policy':
      return [iptables(object, '-P', object.chain, object.policy)]
    case 'sysctl':
      return [{ program: 'sysctl', netns: object.netns, name: object.name, value: object.value }]
    case 'socket':
      return [socket(object, 'open')]
  }
}

function removeCommands(object: KernelObject): Command[] {
  switch (object.kind) {
    case 'namespace':
      return [{ program: 'namespace', verb: 'remove', path: object.path }]
    case 'link':
      if (object.type === 'inner') return [ip(object, 'link', 'set', 'dev', object.name, 'down')]
      return [ip(object, 'link', 'delete', 'dev', object.name)]
    case 'address':
      return [ip(object, 'address', 'delete', object.address, 'dev', object.link)]
    case 'route':
      return [ip(object, 'route', 'delete', ...routeArgs(object))]
    case 'chain':
      return [iptables(object, '-F', object.name), iptables(object, '-X', object.name)]
    case 'rule':
      return [iptables(object, '-D', object.chain, ...object.args)]
    case 'policy':
      return [iptables(object, '-P', object.chain, object.before)]
    case 'sysctl':
      if (object.before === undefined) return []
      return [{ program: 'sysctl', netns: object.netns, name: object.name, value: object.before }]
    case 'socket':
      return [socket(object, 'close')]
  }
}

function changeCommands(object: KernelObject, before: KernelObject): Command[] {
  switch (object.kind) {
    case 'link':
      return before.kind === 'link' ? changeLink(object, before) : []
    case 'route':
      return [ip(object, 'route', 'replace', ...routeArgs(object))]
    case 'sysctl':
    case 'policy':
      return addCommands(object)
    default:
      return []
  }
}

function addLink(link: LinkObject): Command[] {
  if (link.type === 'inner') return [ip(link, 'link', 'set', 'dev', link.name, link.up ? 'up' : 'down')]
  const mtu = ['mtu', String(link.mtu)]
  const born =
    link.type === 'bridge'
      ? ip(link, 'link', 'add', 'name', link.name, 'address', bridgeMac(link), ...mtu, 'type', 'bridge')
      : ip(link, 'link', 'add', 'name', link.name, ...mtu, ...masterArgs(link), 'type', 'veth', ...peerArgs(link))
  // The mark comes before or together with `up`; `link add` takes no alias.
  return [born, ip(link, 'link', 'set', 'dev', link.name, 'alias', link.alias, ...upArgs(link), ...hairpinArgs(link))]
}

/**
 * A bridge without an address of its own takes its ports' lowest: the gateway's MAC would change while
 * containers come and go. Derived from the mark, so that a bridge made anew keeps it.
 */
function bridgeMac(link: BridgeLink): string {
  const digits = createHash('sha256').update(`${link.alias} ${link.name}`).digest('hex')
  return ['02', '42', ...Array.from({ length: 4 }, (_, at) => digits.slice(2 * at, 2 * at + 2))].join(':')
}

function masterArgs(link: VethLink): string[] {
  return link.master === '' ? [] : ['master', link.master]
}

function upArgs(link: BridgeLink | VethLink): string[] {
  return link.up ? ['up'] : []
}

function hairpinArgs(link: BridgeLink | VethLink): string[] {
  return link.type === 'veth' && link.hairpin ? ['type', 'bridge_slave', 'hairpin', 'on'] : []
}

function peerArgs(link: VethLink): string[] {
  const { peer } = link
  if (peer.netns === 'host' && link.netns !== 'host') {
    throw new PatchbayError('not-implemented', `link ${link.name} in ${link.netns} cannot have its peer on the host`)
  }
  const place = peer.netns === link.netns ? [] : ['netns', peer.netns]
  return ['peer', 'name', peer.name, 'address', peer.mac, 'mtu', String(link.mtu), ...place]
}

function changeLink(link: LinkObject, before: LinkObject): Command[] {
  const settings: string[] = []
  const commands: Command[] = []
  if (link.type !== 'inner' && before.type !== 'inner') {
    if (link.mtu !== before.mtu) settings.push('mtu', String(link.mtu))
    if (link.alias !== before.alias) settings.push('alias', link.alias)
  }
  const master = link.type === 'veth' ? link.master : undefined
  const isMoved = before.type === 'veth' && master !== before.master
  if (isMoved && master !== undefined) settings.push(...(master === '' ? ['nomaster'] : ['master', master]))
  if (link.up !== before.up) settings.push(link.up ? 'up' : 'down')
  if (settings.length > 0) commands.push(ip(link, 'link', 'set', 'dev', link.name, ...settings))
  // A port forgets its settings when it changes bridges, and has none without a bridge.
  if (link.type === 'veth' && before.type === 'veth' && master !== '') {
    const present = isMoved ? false : before.hairpin
    const mode = link.hairpin ? 'on' : 'off'
    const args = ['link', 'set', 'dev', link.name, 'type', 'bridge_slave', 'hairpin', mode]
    if (link.hairpin !== present) commands.push(ip(link, ...args))
  }
  return commands
}

/** Subnets of two addresses and single ones have no broadcast address. */
function broadcastOf(object: AddressObject): string[] {
  return Number(object.address.split('/')[1]) <= 30 ? ['broadcast', '+'] : []
}

function routeArgs(route: RouteObject): string[] {
  return [route.destination, ...(route.via === undefined ? [] : ['via', route.via]), 'dev', route.link]
}

function addRule(rule: RuleObject): Command {
  if (rule.position === undefined) return iptables(rule, '-A', rule.chain, ...rule.args)
  return iptables(rule, '-I', rule.chain, String(rule.position), ...rule.args)
}

function ip(object: { netns: Netns }, ...args: string[]): Command {
  return { program: 'ip', netns: object.netns, args }
}

function iptables(object: { netns: Netns; table: RuleObject['table'] }, ...args: string[]): Command {
  return { program: 'iptables', netns: object.netns, table: object.table, args }
}

function socket(object: KernelObject & { kind: 'socket' }, verb: 'open' | 'close'): Command {
  const { netns, protocol, address, port, service } = object
  return { program: 'socket', verb, netns, protocol, address, port, service }
}
