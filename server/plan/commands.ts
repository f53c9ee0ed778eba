import { forgetFlows } from './flow-commands'
import { addLink, changeLink, ip, removeLink } from './link-commands'
import type {
  AddressObject,
  FdbObject,
  FirewallFamily,
  KernelObject,
  LookupObject,
  NeighbourObject,
  Netns,
  RouteObject,
  RuleObject,
} from './object'
import type { Command, Step } from './plan'
import { addRedirect, removeRedirect } from './redirect-commands'
import { addTraffic, changeQueue, removeTraffic } from './traffic-commands'

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
    case 'parent':
      return []
    case 'address':
      return [ip(object, 'address', 'add', object.address, ...addressArgs(object), 'dev', object.link)]
    case 'route':
      return [ip(object, 'route', 'add', ...routeArgs(object))]
    case 'qdisc':
    case 'filter':
      return addTraffic(object)
    case 'chain':
      return [iptables(object, '-N', object.name)]
    case 'rule':
      return [addRule(object)]
    case 'policy':
      return [iptables(object, '-P', object.chain, object.policy)]
    case 'redirect':
      return addRedirect(object)
    case 'sysctl':
      return [{ program: 'sysctl', netns: object.netns, name: object.name, value: object.value }]
    case 'socket':
      return [socket(object, 'open')]
    case 'lease':
      return [{ program: 'lease', verb: 'take', netns: object.netns, object }]
    case 'neighbour':
    case 'fdb':
      return addEntry(object)
    case 'lookup':
      return [lookup(object, 'add')]
    case 'flows':
      return []
  }
}

function removeCommands(object: KernelObject): Command[] {
  switch (object.kind) {
    case 'namespace':
      return [{ program: 'namespace', verb: 'remove', path: object.path }]
    case 'link':
      return [removeLink(object)]
    case 'parent':
      return []
    case 'address':
      return [ip(object, 'address', 'delete', object.address, 'dev', object.link)]
    case 'route':
      return [ip(object, 'route', 'delete', ...routeArgs(object))]
    case 'qdisc':
    case 'filter':
      return [removeTraffic(object)]
    case 'chain':
      return [iptables(object, '-F', object.name), iptables(object, '-X', object.name)]
    case 'rule':
      return [iptables(object, '-D', object.chain, ...object.args)]
    case 'policy':
      return [iptables(object, '-P', object.chain, object.before)]
    case 'redirect':
      return [removeRedirect(object)]
    case 'sysctl':
      if (object.before === undefined) return []
      return [{ program: 'sysctl', netns: object.netns, name: object.name, value: object.before }]
    case 'socket':
      return [socket(object, 'close')]
    case 'lease':
      return [{ program: 'lease', verb: 'release', netns: object.netns, object }]
    case 'neighbour':
      return [ip(object, 'neighbour', 'delete', object.address, 'dev', object.link)]
    case 'fdb':
      return [{ program: 'bridge', netns: 'host', args: ['fdb', 'delete', ...fdbArgs(object)] }]
    case 'lookup':
      return [lookup(object, 'delete')]
    case 'flows':
      return forgetFlows(object)
  }
}

function changeCommands(object: KernelObject, before: KernelObject): Command[] {
  switch (object.kind) {
    case 'link':
      return before.kind === 'link' ? changeLink(object, before) : []
    case 'route':
      return [ip(object, 'route', 'replace', ...routeArgs(object))]
    case 'qdisc':
      return [changeQueue(object)]
    case 'sysctl':
    case 'policy':
      return addCommands(object)
    default:
      return []
  }
}

/**
 * Subnets of two addresses and single ones have no broadcast address. An IPv6 address is usable at once:
 * who has it is known, and nobody has to be asked for a second.
 */
function addressArgs({ address, scope, deprecated }: AddressObject): string[] {
  const isIpv6 = address.includes(':')
  const hasBroadcast = !isIpv6 && Number(address.split('/')[1]) <= 30
  const lifetime = deprecated ? ['valid_lft', 'forever', 'preferred_lft', '0'] : []
  const scopeArgs = scope === undefined ? [] : ['scope', scope]
  return [...(hasBroadcast ? ['broadcast', '+'] : []), ...(isIpv6 ? ['nodad'] : []), ...scopeArgs, ...lifetime]
}

function routeArgs({ destination, via, link, metric, fate }: RouteObject): string[] {
  const way = fate === undefined ? [...(via === undefined ? [] : ['via', via]), 'dev', link] : []
  const order = metric === undefined ? [] : ['metric', String(metric)]
  return [...(fate === undefined ? [] : [fate]), destination, ...way, ...order]
}

/** Puts back an entry that was taken out; one that was learned comes by itself. */
function addEntry(object: NeighbourObject | FdbObject): Command[] {
  if (!object.permanent) return []
  if (object.kind === 'neighbour') {
    return [ip(object, 'neighbour', 'replace', object.address, 'lladdr', object.mac, 'dev', object.link)]
  }
  return [{ program: 'bridge', netns: 'host', args: ['fdb', 'replace', ...fdbArgs(object), 'static'] }]
}

function fdbArgs({ mac, link, vlan }: FdbObject): string[] {
  return [mac, 'dev', link, 'master', ...(vlan === null ? [] : ['vlan', String(vlan)])]
}

function lookup({ family, priority, args }: LookupObject, verb: 'add' | 'delete'): Command {
  const order = ['priority', String(priority)]
  return { program: 'ip rule', netns: 'host', args: [family === 'ipv6' ? '-6' : '-4', 'rule', verb, ...order, ...args] }
}

function addRule(rule: RuleObject): Command {
  if (rule.position === undefined) return iptables(rule, '-A', rule.chain, ...rule.args)
  return iptables(rule, '-I', rule.chain, String(rule.position), ...rule.args)
}

function iptables(
  object: { netns: Netns; family?: FirewallFamily; table: RuleObject['table'] },
  ...args: string[]
): Command {
  const program = object.family === undefined ? 'iptables' : 'ip6tables'
  return { program, netns: object.netns, table: object.table, args }
}

function socket(object: KernelObject & { kind: 'socket' }, verb: 'open' | 'close'): Command {
  const { kind: _, ...rest } = object
  return { program: 'socket', verb, ...rest }
}
