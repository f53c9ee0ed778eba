import { changedBridgeArgs, hasOtherGroup, hasOtherMtu } from '../plan/equal'
import { isStanding, type KernelObject, type LinkObject, ownerOf, type QdiscObject } from '../plan/object'
import { portWords } from '../plan/port'
import { isStranger } from '../plan/stranger'
import type { Finding } from './drift'
import type { Subject } from './subjects'

/** One sentence for people: what is wrong with what of whom. */
export function summaryOf(finding: Finding, subject: Subject | null): string {
  const { kind, object, present, rename } = finding
  const name = `${nounOf(object)}${subject ? ` of ${subject.name}` : ''}`
  if (kind === 'missing' && object.kind === 'parent') {
    return `${name} is missing: it went away from this host, and all that stood on it with it`
  }
  if (kind === 'missing') return `${name} is missing`
  if (kind === 'foreign') return foreignSummary(finding, name)
  if (rename) return `${name} was renamed to ${rename.from}`
  if (finding.isMoved) return `${name} is not in its place among the others`
  return `${name} ${differenceOf(object, present)}`
}

function foreignSummary({ object }: Finding, name: string): string {
  if (object.kind === 'neighbour') return `${name} is said to be at ${object.mac}; it is at ${object.expected}`
  if (object.kind === 'fdb') return `${name} is said to be at ${object.link}; it is at ${object.expected}`
  if (object.kind === 'lookup') {
    const of = object.concerns === 'sent' ? 'what is sent by' : 'what belongs to'
    return `${name} leads ${of} ${object.expected.join(', ')} to ${object.leads}`
  }
  if (object.kind === 'route' && object.expected !== undefined) {
    return `${name} takes what belongs to ${object.expected}`
  }
  if (isStranger(object)) return `${name} was put there by somebody else`
  if (object.kind === 'rule' && ownerOf(object)?.startsWith('patchbay:') !== true) {
    return `${name} was put among Patchbay's by somebody else`
  }
  return `${name} carries Patchbay's mark, but is not wanted`
}

function nounOf(object: KernelObject): string {
  switch (object.kind) {
    case 'namespace':
      return `namespace ${object.path}`
    case 'link':
      return `${object.type === 'inner' ? 'interface' : object.type} ${object.name}`
    case 'parent':
      return `parent ${object.name}`
    case 'address':
      return `address ${object.address} on ${object.link}`
    case 'route':
      return `route ${object.destination} by ${object.link}`
    case 'neighbour':
      return `neighbour ${object.address} on ${object.link}`
    case 'fdb':
      return `MAC ${object.mac} in ${object.bridge}`
    case 'lookup':
      return `routing rule ${object.priority}: ${object.args.join(' ')}`
    case 'qdisc':
      return `queue (${object.type}) on ${object.link}`
    case 'filter':
      return object.type === 'loss' ? `loss at ${object.link}` : `way from ${object.link} to ${object.to}`
    case 'chain':
      return `chain ${object.name} in ${object.table}`
    case 'policy':
      return `policy of ${object.chain} in ${object.table}`
    case 'rule':
      return `rule in ${object.table} ${object.chain}`
    case 'redirect':
      return `way of ${object.address} port ${object.port} to port ${object.to}`
    case 'sysctl':
      return `sysctl ${object.name}`
    case 'lease':
      return `DHCP client of ${object.link}`
    case 'flows':
      return `connections to ${object.address} port ${object.port}/${object.protocol}`
    case 'socket':
      return `${object.service} socket ${object.protocol} ${object.address}:${object.port}`
  }
}

function differenceOf(wanted: KernelObject, present: KernelObject | undefined): string {
  if (wanted.kind === 'link' && present?.kind === 'link') return linkDifference(wanted, present)
  if (wanted.kind === 'route' && present?.kind === 'route') {
    return `goes by ${present.via ?? 'no gateway'} instead of ${wanted.via ?? 'none'}`
  }
  if (wanted.kind === 'qdisc' && present?.kind === 'qdisc') return queueDifference(wanted, present)
  if (wanted.kind === 'sysctl' && present?.kind === 'sysctl') return `is ${present.value} instead of ${wanted.value}`
  if (wanted.kind === 'policy' && present?.kind === 'policy') return `is ${present.policy} instead of ${wanted.policy}`
  return 'is not as it should be'
}

function queueDifference(wanted: QdiscObject, present: QdiscObject): string {
  if (wanted.type !== present.type) return `is a ${present.type}`
  if (wanted.type === 'tbf' && present.type === 'tbf' && wanted.bytesPerSecond !== present.bytesPerSecond) {
    return `lets ${present.bytesPerSecond * 8} bit/s pass instead of ${wanted.bytesPerSecond * 8}`
  }
  return 'is not set as it should be'
}

function linkDifference(wanted: LinkObject, present: LinkObject): string {
  const differences: string[] = []
  if (wanted.type !== present.type) differences.push(`is a ${present.type}`)
  if (wanted.up !== present.up) differences.push(present.up ? 'is up' : 'is down')
  if (wanted.type === 'veth' && present.type === 'veth') {
    if (wanted.master !== present.master) {
      differences.push(`is plugged into ${present.master || 'nothing'} instead of ${wanted.master}`)
    }
    if (wanted.hairpin !== present.hairpin) differences.push(`has hairpin ${present.hairpin ? 'on' : 'off'}`)
    const isOpen = !(present.isolated ?? false)
    if ((wanted.isolated ?? false) === isOpen) differences.push(isOpen ? 'is not isolated' : 'is isolated')
    if (present.otherwise && wanted.master === present.master) {
      differences.push(`has port settings that were changed: ${portWords(present.otherwise)}`)
    }
    if (wanted.peer.mac !== present.peer.mac) differences.push(`has the address ${present.peer.mac} at its other end`)
  }
  if (isStanding(wanted) && isStanding(present) && wanted.parent !== present.parent) {
    differences.push(`stands on ${present.parent || 'nothing'} instead of ${wanted.parent}`)
  }
  if (wanted.type === 'bridge' && present.type === 'bridge' && changedBridgeArgs(wanted, present).length > 0) {
    differences.push(`wants ${changedBridgeArgs(wanted, present).join(' ')}`)
  }
  if (wanted.type === 'bridge' && present.type === 'bridge' && hasOtherGroup(wanted, present)) {
    differences.push(`is in group ${present.group ?? 0} instead of ${wanted.group ?? 0}`)
  }
  if ('mode' in wanted && 'mode' in present && wanted.mode !== present.mode) {
    differences.push(`is in mode ${present.mode} instead of ${wanted.mode}`)
  }
  if (wanted.type === 'macvlan' && present.type === 'macvlan' && wanted.mac !== present.mac) {
    differences.push(`has the address ${present.mac} instead of ${wanted.mac}`)
  }
  if (wanted.type !== 'inner' && present.type !== 'inner') {
    if (hasOtherMtu(wanted, present)) differences.push(`has MTU ${present.mtu} instead of ${wanted.mtu}`)
    if (wanted.alias !== present.alias) differences.push('has lost its mark')
  }
  return differences.length > 0 ? differences.join(' and ') : 'is not as it should be'
}
