import type { NetnsId } from '../../cnm/netns-state'
import { isEvery } from '../../cnm/ports'
import type { NetSocket } from '../../kernel/netns-contract'
import { passHook } from './chains'
import { over, type Stage } from './stage'
import { endpointText } from './tracking'
import { command, type End, end, remedy, type Trip } from './trip'

/** INPUT, and whoever takes it: a socket, or the kernel where it is an echo request. */
export function deliver(trip: Trip, { netns, link }: Extract<Stage, { at: 'deliver' }>): Stage {
  const ended = passHook(trip, { netns, hook: 'INPUT', inLink: link.name, outLink: null })
  if (ended) return over(ended)
  if (trip.packet.isAnswer) return { at: 'taken', netns }
  const refused = trip.packet.protocol === 'icmp' ? echo(trip, netns) : toSocket(trip, netns, link.name)
  return refused ? over(refused) : { at: 'taken', netns }
}

function echo(trip: Trip, netns: NetnsId): End | null {
  const { world, family, packet } = trip
  const sysctl = family === 'ipv4' ? 'net.ipv4.icmp_echo_ignore_all' : 'net.ipv6.icmp.echo_ignore_all'
  if (world.sysctl(netns, sysctl) === '1') {
    trip.say(netns, 'sysctl', ['sysctl-stops', { sysctl, value: '1' }], { evidence: () => `${sysctl} = 1` })
    return end(
      'dropped',
      'echo-ignored',
      { place: world.nameOf(netns), sysctl },
      command(world, netns, `sysctl -w ${sysctl}=0`),
    )
  }
  trip.say(netns, 'socket', ['echo-answers', { address: packet.destination }])
  return null
}

function toSocket(trip: Trip, netns: NetnsId, link: string): End | null {
  const { world, packet } = trip
  const port = packet.destinationPort ?? 0
  if (packet.isMidway && packet.protocol === 'tcp') return toConnected(trip, netns, port)
  const { protocol } = packet
  const place = world.nameOf(netns)
  const open = world
    .sockets(netns)
    .filter((socket) => socket.protocol === protocol && socket.localPort === port && isOpen(socket))
  const all = open.filter((socket) => takes(socket, packet.destination, link))
  const taking = all.find((socket) => !isFull(socket)) ?? all[0]
  if (taking && isFull(taking)) {
    const { receiveQueue: count, sendQueue: max } = taking
    trip.say(netns, 'socket', ['socket-full', { port, count, max }], { evidence: () => socketText(taking) })
    return end('dropped', 'queue-full', { port, place, count, max }, remedy('take-in', { port, place }))
  }
  if (taking) {
    trip.say(netns, 'socket', ['socket-takes', { port, protocol, address: taking.localAddress }], {
      evidence: () => socketText(taking),
    })
    return null
  }
  const [elsewhere] = open
  const published = netns === world.host ? publishedNotHere(trip, port) : null
  trip.say(netns, 'socket', ['socket-none', { port, protocol }], {
    evidence: () => (elsewhere ? socketText(elsewhere) : ''),
  })
  if (published) return published
  if (elsewhere?.link) {
    const values = { port, protocol, place, link: elsewhere.link }
    return end('rejected', 'listens-at-link', values, remedy('listen-any-link', { port, place }))
  }
  if (elsewhere) {
    return end(
      'rejected',
      'listens-elsewhere',
      { port, protocol, place, address: elsewhere.localAddress },
      remedy('listen-everywhere', { port, place }),
    )
  }
  return end('rejected', 'nobody-listens', { port, protocol, place }, remedy('listen', { port, protocol, place }))
}

/** Of a connection that has begun: whoever holds it, also where nobody listens any more. */
function toConnected(trip: Trip, netns: NetnsId, port: number): End | null {
  const { world, packet } = trip
  const bare = (address: string | null) => address?.replace(/^::ffff:(?=\d+\.)/, '')
  const own = world
    .connected(netns)
    .find(
      (socket) =>
        socket.localPort === port &&
        socket.remotePort === packet.sourcePort &&
        bare(socket.localAddress) === packet.destination &&
        bare(socket.remoteAddress) === packet.source,
    )
  if (own) {
    const address = endpointText(packet.source, packet.sourcePort)
    trip.say(netns, 'socket', ['socket-connected', { port, address }], { evidence: () => socketText(own) })
    return null
  }
  trip.say(netns, 'socket', ['socket-none', { port, protocol: 'tcp' }])
  return end('rejected', 'connection-gone', { port, place: world.nameOf(netns) })
}

/** A port of the host's that should lead to a container: for those alone who ask another address, or by a rule that is gone. */
function publishedNotHere({ world, packet }: Trip, port: number): End | null {
  for (const { name, ports, sandbox } of Object.values(world.records.containers)) {
    if (sandbox === null) continue
    const binding = ports.find(({ hostPort, protocol }) => hostPort === port && protocol === packet.protocol)
    if (!binding) continue
    if (isEvery(binding.hostIp) || binding.hostIp === packet.destination) {
      const values = { port, container: name }
      return end('rejected', 'publication-missing', values, remedy('repair-publication', { container: name }))
    }
    return end(
      'rejected',
      'published-elsewhere',
      { port, container: name, address: binding.hostIp },
      remedy('publish-everywhere', { container: name, port: binding.containerPort }),
    )
  }
  return null
}

/** The kernel takes in connections for it until as many wait as it said that may: then it drops who asks. */
function isFull({ protocol, receiveQueue, sendQueue }: NetSocket): boolean {
  return protocol === 'tcp' && receiveQueue > sendQueue
}

function isOpen({ protocol, state }: NetSocket): boolean {
  return protocol === 'tcp' ? state === 'listen' : state === 'unconnected'
}

function takes({ family, localAddress, ipv6Only, link: bound }: NetSocket, destination: string, link: string): boolean {
  if (bound !== null && bound !== link) return false
  const isIpv6 = destination.includes(':')
  const own = localAddress.replace(/^::ffff:(?=\d+\.)/, '')
  if (own === destination) return true
  if (isIpv6) return own === '::' || own === '*'
  return own === '0.0.0.0' || own === '*' || (family === 'ipv6' && own === '::' && !ipv6Only)
}

/** As `ss -lntup` shows it. */
function socketText({ protocol, state, localAddress, localPort, processes }: NetSocket): string {
  const owners = processes.map(({ name, pid }) => ` ${name} (${pid})`).join('')
  return `${protocol} ${state} ${endpointText(localAddress, localPort)}${owners}`
}
