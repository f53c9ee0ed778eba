import { findRoute } from './route'
import { command, type End, end, type Trip } from './trip'
import { highest, ownSwitch, type Port } from './world'

/** Why a link does not answer who asks for an address; null: it does. */
export function refusal(trip: Trip, port: Port, address: string): End | null | undefined {
  const { world, packet } = trip
  const { netns, link } = port
  const own = world.state(netns).addresses.filter((one) => one.address === address)
  if (packet.family === 'ipv6') return refusal6(trip, port, address)
  if (own.length === 0) return isProxy(trip, port, address) ? null : undefined
  const place = world.nameOf(netns)
  const here = own.find(({ index }) => index === link.index)
  const settled = (setting: string, mend: string) =>
    end('lost', 'arp-unanswered', { address, place, link: link.name, setting }, command(world, netns, mend))
  if (link.noArp) return settled('arp off', `ip link set dev ${link.name} arp on`)
  if (
    own.every(({ index }) => !world.state(netns).links.find((one) => one.index === index)?.up && index !== link.index)
  )
    return undefined
  const ignore = highest(world, netns, link.name, 'arp_ignore')
  const ignores = ignore === 8 || (ignore >= 1 && ignore <= 2 && !here)
  if (ignores) {
    const name = Number(ownSwitch(world, netns, 'ipv4', 'all', 'arp_ignore') ?? 0) === ignore ? 'all' : link.name
    return settled(`arp_ignore=${ignore}`, `sysctl -w net.ipv4.conf.${name}.arp_ignore=0`)
  }
  return sourceCheck(trip, port)
}

/** Who asks is looked at as the sender of a packet is: where rp_filter would drop it, nothing is answered. */
function sourceCheck({ world, packet }: Trip, { netns, link }: Port): End | null {
  if (highest(world, netns, link.name, 'rp_filter') !== 1) return null
  const route = findRoute(world, netns, {
    destination: packet.source,
    source: null,
    inLink: link.name,
    outLink: null,
    mark: 0,
  }).answer
  if (route.kind === 'way' && route.link.index === link.index) return null
  const sysctl = `net.ipv4.conf.${link.name}.rp_filter`
  const values = { source: packet.source, link: link.name, place: world.nameOf(netns), sysctl }
  return end('lost', 'rp-filter', values, command(world, netns, `sysctl -w net.ipv4.conf.all.rp_filter=0 ${sysctl}=0`))
}

function refusal6({ world }: Trip, { netns, link }: Port, address: string): End | null | undefined {
  const state = world.state(netns)
  const here = state.addresses.find((one) => one.index === link.index && one.address === address)
  if (!here)
    return state.neighbours.some((one) => one.isProxy && one.address === address && one.index === link.index)
      ? null
      : undefined
  const flag = here.flags.find((one) => one === 'tentative' || one === 'dadfailed')
  if (flag === undefined) return null
  const place = world.nameOf(netns)
  // What is tentative will be used, unless somebody else turns out to have it.
  const isTaken = flag === 'dadfailed'
  return end(
    'lost',
    'address-unusable',
    { address, place, flag },
    isTaken ? command(world, netns, `ip address del ${address}/${here.prefixLength} dev ${link.name}`) : null,
  )
}

/** It answers for others to whom it knows another way. */
export function isProxy({ world }: Trip, { netns, link }: Port, address: string): boolean {
  const entries = world.state(netns).neighbours
  if (entries.some((one) => one.isProxy && one.index === link.index && one.address === address)) return true
  const isOn = ['all', link.name].some((name) => ownSwitch(world, netns, 'ipv4', name, 'proxy_arp') === '1')
  if (!isOn || ownSwitch(world, netns, 'ipv4', link.name, 'forwarding') !== '1') return false
  const { answer } = findRoute(world, netns, {
    destination: address,
    source: null,
    inLink: link.name,
    outLink: null,
    mark: 0,
  })
  return answer.kind === 'way' && answer.link.index !== link.index
}
