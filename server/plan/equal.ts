import { isDeepStrictEqual } from 'node:util'
import {
  type BridgeLink,
  isStanding,
  type KernelObject,
  type QdiscObject,
  type StandingLink,
  type VethLink,
} from './object'
import { hasSamePort } from './port'

/** What has to be done where an object with the wanted key is there already. */
export type Difference = 'none' | 'change' | 'replace'

/** Compares two objects of one key. `replace`: the kernel cannot turn one into the other. */
export function compareContent(wanted: KernelObject, present: KernelObject): Difference {
  switch (wanted.kind) {
    case 'link':
      return compareLinks(wanted, present)
    case 'route':
      return present.kind === 'route' && wanted.via === present.via ? 'none' : 'change'
    case 'qdisc':
      return present.kind === 'qdisc' ? compareQueues(wanted, present) : 'replace'
    case 'filter':
      return isDeepStrictEqual(wanted, present) ? 'none' : 'replace'
    case 'lease':
      return present.kind === 'lease' && wanted.link === present.link && wanted.clientId === present.clientId
        ? 'none'
        : 'replace'
    case 'socket':
      return present.kind === 'socket' && isDeepStrictEqual(wanted.to, present.to) ? 'none' : 'replace'
    case 'redirect':
      return isDeepStrictEqual(wanted, present) ? 'none' : 'replace'
    case 'sysctl':
      return present.kind === 'sysctl' && wanted.value === present.value ? 'none' : 'change'
    case 'policy':
      return present.kind === 'policy' && wanted.policy === present.policy ? 'none' : 'change'
    default:
      return 'none'
  }
}

function compareLinks(wanted: KernelObject & { kind: 'link' }, present: KernelObject): Difference {
  if (present.kind !== 'link' || present.type !== wanted.type) return 'replace'
  if (wanted.type === 'veth' && present.type === 'veth') {
    if (!hasSamePeer(wanted, present)) return 'replace'
    if (wanted.master !== present.master || !hasSamePort(wanted, present)) return 'change'
    if (wanted.peer.mac !== present.peer.mac || peerMtu(wanted) !== peerMtu(present)) return 'change'
  }
  if (wanted.type === 'bridge' && present.type === 'bridge') {
    if (hasOtherGroup(wanted, present) || changedBridgeArgs(wanted, present).length > 0) return 'change'
  }
  if (isStanding(wanted) && isStanding(present) && !standsAlike(wanted, present)) return 'replace'
  if (wanted.type !== 'inner' && present.type !== 'inner') {
    if (wanted.alias !== present.alias || hasOtherMtu(wanted, present)) return 'change'
  }
  return wanted.up === present.up ? 'none' : 'change'
}

/** The kernel keeps a burst as the time that it takes, so that it comes back a little different. */
function compareQueues(wanted: QdiscObject, present: QdiscObject): Difference {
  if (wanted.type === 'clsact' || wanted.type !== present.type) return wanted.type === present.type ? 'none' : 'replace'
  if (wanted.type === 'tbf' && present.type === 'tbf') {
    const isAlike = Math.abs(wanted.burstBytes - present.burstBytes) <= wanted.burstBytes / 50 + 2
    return isAlike && wanted.bytesPerSecond === present.bytesPerSecond ? 'none' : 'change'
  }
  return isDeepStrictEqual(wanted, present) ? 'none' : 'change'
}

/** A new port waits twice this long, in hundredths of a second, before frames pass: the least that the kernel takes, not 30 s. */
const withTree = ['forward_delay', '200', 'stp_state', '1']

/** What `type bridge` has to be given so that a bridge is as wanted; without a wish, anything will do. */
export function changedBridgeArgs(wanted: BridgeLink, present: Partial<BridgeLink>): string[] {
  const { stp, multicastSnooping } = wanted
  return [
    ...(stp === undefined || stp === present.stp ? [] : stp ? withTree : ['stp_state', '0']),
    ...(multicastSnooping === undefined || multicastSnooping === present.multicastSnooping
      ? []
      : ['mcast_snooping', multicastSnooping ? '1' : '0']),
  ]
}

export function hasOtherGroup({ group = 0 }: BridgeLink, present: BridgeLink): boolean {
  return group !== (present.group ?? 0)
}

export function peerMtu({ mtu, peer }: VethLink): number {
  return peer.mtu ?? mtu
}

/** Without a wish, any MTU will do. */
export function hasOtherMtu(wanted: { readonly mtu?: number }, present: { readonly mtu?: number }): boolean {
  return wanted.mtu !== undefined && wanted.mtu !== present.mtu
}

function standsAlike(a: StandingLink, b: StandingLink): boolean {
  if (a.parent !== b.parent) return false
  if (a.type === 'macvlan' && b.type === 'macvlan') return a.mode === b.mode && a.mac === b.mac
  if (a.type === 'ipvlan' && b.type === 'ipvlan') return a.mode === b.mode && a.flag === b.flag
  return a.type === 'vlan' && b.type === 'vlan' && a.vlanId === b.vlanId
}

function hasSamePeer(a: VethLink, b: VethLink): boolean {
  return a.peer.netns === b.peer.netns && a.peer.name === b.peer.name
}
