import { createHash } from 'node:crypto'
import { PatchbayError } from '../cnm/errors'
import { changedBridgeArgs, hasOtherGroup, hasOtherMtu, peerMtu } from './equal'
import { type BridgeLink, isStanding, type LinkObject, type Netns, type OwnLink, type VethLink } from './object'
import type { Command } from './plan'
import { changedPortArgs, type Port, plainPort } from './port'

/** `ip` in the namespace that an object is in. */
export function ip(object: { netns: Netns }, ...args: string[]): Command {
  return { program: 'ip', netns: object.netns, args }
}

export function addLink(link: LinkObject): Command[] {
  if (link.type === 'inner') return [ip(link, 'link', 'set', 'dev', link.name, link.up ? 'up' : 'down')]
  const settings = [
    ...takenMac(link),
    ...(link.type === 'bridge' ? mtuArgs(link) : []),
    ...['alias', link.alias, ...(link.up ? ['up'] : [])],
    ...portArgs(link, plainPort),
  ]
  // The mark comes before or together with `up`; `link add` takes no alias. What stands on a parent is born beside it.
  return [
    ip(isStanding(link) ? { netns: 'host' } : link, 'link', 'add', ...bornArgs(link)),
    ip(link, 'link', 'set', 'dev', link.name, ...settings),
  ]
}

export function removeLink(link: LinkObject): Command {
  if (link.type === 'inner') return ip(link, 'link', 'set', 'dev', link.name, 'down')
  return ip(link, 'link', 'delete', 'dev', link.name)
}

/** Of a bridge that was only born with an MTU the kernel makes its ports' lowest, or 1500 when the last one leaves. */
function mtuArgs({ mtu }: OwnLink): string[] {
  return mtu === undefined ? [] : ['mtu', String(mtu)]
}

function groupArgs({ group }: BridgeLink): string[] {
  return group === undefined ? [] : ['group', String(group)]
}

function bornArgs(link: OwnLink): string[] {
  const name = ['name', link.name]
  const mtu = mtuArgs(link)
  const place = link.netns === 'host' ? [] : ['netns', link.netns]
  switch (link.type) {
    case 'bridge':
      return [...name, 'address', bridgeMac(link), ...groupArgs(link), 'type', 'bridge', ...changedBridgeArgs(link, {})]
    case 'veth':
      return [
        ...name,
        ...mtu,
        ...(link.master === '' ? [] : ['master', link.master]),
        'type',
        'veth',
        ...peerArgs(link),
      ]
    case 'macvlan': {
      const mac = link.mode === 'passthru' ? [] : ['address', link.mac]
      return ['link', link.parent, ...name, ...mac, ...mtu, ...place, 'type', 'macvlan', 'mode', link.mode]
    }
    case 'ipvlan':
      return ['link', link.parent, ...name, ...mtu, ...place, 'type', 'ipvlan', 'mode', link.mode, link.flag]
    case 'vlan':
      return ['link', link.parent, ...name, ...mtu, 'type', 'vlan', 'id', String(link.vlanId)]
    case 'dummy':
    case 'ifb':
      return [...name, ...mtu, 'type', link.type]
  }
}

/** The only macvlan of its parent takes the parent's MAC when it is born; given another, it gives that to the parent, too. */
function takenMac(link: OwnLink): string[] {
  return link.type === 'macvlan' && link.mode === 'passthru' ? ['address', link.mac] : []
}

/**
 * A bridge without an address of its own takes its ports' lowest: the gateway's MAC would change while
 * containers come and go. Derived from the mark, so that a bridge made anew keeps it.
 */
function bridgeMac(link: BridgeLink): string {
  const digits = createHash('sha256').update(`${link.alias} ${link.name}`).digest('hex')
  return ['02', '42', ...Array.from({ length: 4 }, (_, at) => digits.slice(2 * at, 2 * at + 2))].join(':')
}

function portArgs(link: OwnLink, present: Port): string[] {
  const settings = link.type === 'veth' ? changedPortArgs(link, present) : []
  return settings.length === 0 ? [] : ['type', 'bridge_slave', ...settings]
}

function peerArgs(link: VethLink): string[] {
  const { peer } = link
  if (peer.netns === 'host' && link.netns !== 'host') {
    throw new PatchbayError('not-implemented', `link ${link.name} in ${link.netns} cannot have its peer on the host`)
  }
  const place = peer.netns === link.netns ? [] : ['netns', peer.netns]
  return ['peer', 'name', peer.name, 'address', peer.mac, 'mtu', String(peerMtu(link)), ...place]
}

export function changeLink(link: LinkObject, before: LinkObject): Command[] {
  const settings: string[] = []
  const commands: Command[] = []
  if (link.name !== before.name) commands.push(ip(link, 'link', 'set', 'dev', before.name, 'name', link.name))
  if (link.type !== 'inner' && before.type !== 'inner') {
    if (hasOtherMtu(link, before)) settings.push('mtu', String(link.mtu))
    if (link.alias !== before.alias) settings.push('alias', link.alias)
  }
  const master = link.type === 'veth' ? link.master : undefined
  const isMoved = before.type === 'veth' && master !== before.master
  if (isMoved && master !== undefined) settings.push(...(master === '' ? ['nomaster'] : ['master', master]))
  if (link.up !== before.up) settings.push(link.up ? 'up' : 'down')
  if (settings.length > 0) commands.push(ip(link, 'link', 'set', 'dev', link.name, ...settings))
  if (link.type === 'veth' && before.type === 'veth') commands.push(...changePeer(link, before))
  if (link.type === 'bridge' && before.type === 'bridge') {
    if (hasOtherGroup(link, before))
      commands.push(ip(link, 'link', 'set', 'dev', link.name, ...groupArgs({ ...link, group: link.group ?? 0 })))
    const args = changedBridgeArgs(link, before)
    if (args.length > 0) commands.push(ip(link, 'link', 'set', 'dev', link.name, 'type', 'bridge', ...args))
  }
  // A port forgets its settings when it changes bridges, and has none without a bridge.
  if (link.type === 'veth' && before.type === 'veth' && master !== '') {
    const args = portArgs(link, isMoved ? plainPort : before)
    if (args.length > 0) commands.push(ip(link, 'link', 'set', 'dev', link.name, ...args))
  }
  return commands
}

/** What a cable's end inside the sandbox has to be given; its other end is told by itself. */
function changePeer(link: VethLink, before: VethLink): Command[] {
  const settings = [
    ...(peerMtu(link) === peerMtu(before) ? [] : ['mtu', String(peerMtu(link))]),
    ...(link.peer.mac === before.peer.mac ? [] : ['address', link.peer.mac]),
  ]
  if (settings.length === 0) return []
  const change = ip(link.peer, 'link', 'set', 'dev', link.peer.name, ...settings)
  return link.peer.mac === before.peer.mac ? [change] : [...announcing(link, '1'), change, ...announcing(link, '0')]
}

/** Neighbours go on sending to a MAC that they know, unless a new one is announced to them as it comes. */
function announcing({ peer }: VethLink, value: '0' | '1'): Command[] {
  const paths = [`ipv4/conf/${peer.name}/arp_notify`, `ipv6/conf/${peer.name}/ndisc_notify`]
  return paths.map((path) => ({ program: 'sysctl', netns: peer.netns, name: `net/${path}`, value }))
}
