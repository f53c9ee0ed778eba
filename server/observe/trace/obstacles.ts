import type { NetLink, NetnsId } from '../../cnm/netns-state'
import { command, type End, end, remedy } from './trip'
import type { Port, World } from './world'

/** Why a frame goes no further, and where. */
export interface Block {
  readonly port: Port
  readonly end: End
}

/** Gives an end that is silent, as between two ports of a bridge. */
export function tooBig(world: World, { netns, link }: Port, size: number, mtu = link.mtu): End {
  return end(
    'dropped',
    'mtu-exceeded',
    { size, mtu, link: link.name, place: world.nameOf(netns) },
    command(world, netns, `ip link set dev ${link.name} mtu ${size}`),
    remedy('smaller-packets', { mtu }),
  )
}

export function downBlock(world: World, port: Port): Block {
  const { netns, link } = port
  const values = { link: link.name, place: world.nameOf(netns) }
  return { port, end: end('lost', 'link-down', values, command(world, netns, `ip link set dev ${link.name} up`)) }
}

export function looseBlock(world: World, port: Port): Block {
  const { netns, link } = port
  return { port, end: end('lost', 'cable-loose', { link: link.name, place: world.nameOf(netns) }) }
}

export function apartBlock(world: World, port: Port, sibling: Port): Block {
  const mode =
    port.link.macvlan?.mode === 'bridge' ? (sibling.link.macvlan?.mode ?? '') : (port.link.macvlan?.mode ?? '')
  const values = { link: world.nameOf(port.netns), other: world.nameOf(sibling.netns), mode }
  return {
    port,
    end: end(
      'lost',
      'macvlan-apart',
      values,
      command(world, port.netns, `ip link set dev ${port.link.name} type macvlan mode bridge`),
    ),
  }
}

export function parentBlock(port: Port, parent: Port): Block {
  return { port, end: end('lost', 'macvlan-parent', { link: port.link.name, parent: parent.link.name }) }
}

export function noEntry(world: World, netns: NetnsId, bridge: NetLink, port: NetLink, mac: string): End {
  return end(
    'lost',
    'fdb-missing',
    { mac, port: port.name, bridge: bridge.name },
    command(world, netns, `bridge fdb add ${mac} dev ${port.name} master static`),
  )
}
