import { addressOf } from '../route'
import { translate } from '../tracking'
import { end, type Moving } from '../trip'
import { linkNamed } from '../world'
import { isObject, lookedUp, type Named } from './match'
import { absent, type NftScene, operandOf } from './operand'
import type { Expression } from './ruleset'
import { type Done, endBy, type NftFound, tell } from './words'

/** What a statement does that is neither a comparison nor a verdict. `doubt` says that it is open what it does. */
export function act(
  found: NftFound,
  name: string,
  about: Expression,
  scene: NftScene,
  named: Named,
  doubt: () => void,
): Done {
  const { trip, place } = found.passage
  const valued = (expression: Expression): Expression => {
    if (!isObject(expression)) return expression
    if (isObject(expression.map)) {
      const given = lookedUp(expression.map as never, scene, named)
      if (given === undefined || given.isChance) doubt()
      return given === undefined || given.found === undefined ? absent : valued(given.found)
    }
    if (Array.isArray(expression.range)) return expression.range[0]
    if (Array.isArray(expression.concat)) return expression
    return operandOf(expression, scene)
  }
  switch (name) {
    case 'limit':
    case 'quota':
    case 'ct count': {
      // That few packets come is usual: what is over the limit is another.
      doubt()
      return isObject(about) && about.inv === true ? 'no' : 'next'
    }
    case 'set':
      if (isObject(about) && Array.isArray(about.stmt)) {
        doubt()
        if (JSON.stringify(about.stmt).includes('"inv":true')) return 'no'
      }
      return 'next'
    case 'mangle':
      return isObject(about) ? mangle(found, about.key, valued(about.value), doubt) : 'no'
    case 'notrack':
      trip.packet = { ...trip.packet, state: 'UNTRACKED', flow: null }
      tell(found, 'rule-does', { target: name })
      return 'next'
    case 'reject':
      return reject(found, isObject(about) ? about : {})
    case 'dnat':
    case 'snat':
    case 'masquerade':
    case 'redirect':
      return translated(found, name, isObject(about) ? about : {}, valued, doubt)
    case 'queue':
    case 'tproxy':
    case 'synproxy':
    case 'fwd':
      return end('unknown', 'not-judged', { what: name, place: trip.world.nameOf(place.netns) })
    case 'xt':
      doubt()
      return isObject(about) && about.type === 'target' ? 'next' : 'no'
    default:
      return 'next'
  }
}

function reject(found: NftFound, { type, expr }: Record<string, unknown>): Done {
  if (type === 'tcp reset' && found.passage.trip.packet.protocol !== 'tcp') return 'no'
  tell(found, 'rule-rejects', { with: type === 'tcp reset' ? type : `${type ?? 'icmp'} ${expr ?? 'port-unreachable'}` })
  return endBy(found, 'rejected', 'rule-rejects')
}

/** A mark, an address or a port that gets another value. */
function mangle(found: NftFound, key: Expression, value: Expression, doubt: () => void): Done {
  const { trip } = found.passage
  const { packet } = trip
  if (value === absent) return 'no'
  const [of, field] = keyOf(key)
  if (of === 'ct' && field === 'mark' && packet.flow && typeof value === 'number') packet.flow.mark = value
  else if (of !== 'ct') {
    const change = changeOf(packet, of, field, value)
    if (change === 'no' || change === undefined) {
      if (change === undefined && isTelling(of, field)) doubt()
      return change ?? 'next'
    }
    trip.packet = { ...packet, ...change }
  }
  if (field !== 'nftrace') tell(found, 'rule-does', { target: `${of} ${field}` })
  return 'next'
}

function keyOf(key: Expression): readonly [string, string] {
  const [[name, about] = ['', null]] = isObject(key) ? Object.entries(key) : []
  if (!isObject(about)) return [name, '']
  return name === 'payload'
    ? [String(about.protocol ?? ''), String(about.field ?? '')]
    : [name, String(about.key ?? '')]
}

/** What changes that decides where a packet goes. */
function isTelling(of: string, field: string): boolean {
  return ['mark', 'saddr', 'daddr', 'sport', 'dport', 'ttl', 'hoplimit'].includes(field) || of === ''
}

/** `no`: this packet has no such field. Undefined: nothing that is followed here. */
function changeOf(packet: Moving, of: string, field: string, value: Expression): Partial<Moving> | 'no' | undefined {
  const isHis =
    of === 'meta' || of === 'th' || of === packet.protocol || of === (packet.family === 'ipv4' ? 'ip' : 'ip6')
  if (!isHis) return ['tcp', 'udp', 'ip', 'ip6'].includes(of) ? 'no' : undefined
  if (typeof value === 'number') {
    if (field === 'mark') return { mark: value }
    if (field === 'sport') return { sourcePort: value }
    if (field === 'dport') return { destinationPort: value }
    if (field === 'ttl' || field === 'hoplimit') return { ttl: value }
  }
  if (typeof value === 'string') {
    if (field === 'saddr') return { source: value }
    if (field === 'daddr') return { destination: value }
  }
  return undefined
}

interface Target {
  readonly address: string | null
  readonly port: number | null
}

function translated(
  found: NftFound,
  name: 'dnat' | 'snat' | 'masquerade' | 'redirect',
  about: Record<string, unknown>,
  valued: (expression: Expression) => Expression,
  doubt: () => void,
): Done {
  const { trip, place } = found.passage
  const { packet } = trip
  if (!packet.flow) return 'no'
  if (about.family !== undefined && (about.family === 'ip') !== (trip.family === 'ipv4')) return 'no'
  const target = name === 'masquerade' || name === 'redirect' ? own(found, name) : given(about.addr, valued)
  if (target === undefined) {
    doubt()
    return 'no'
  }
  const side = name === 'dnat' || name === 'redirect' ? 'destination' : 'source'
  const port = about.port === undefined ? target.port : asPort(valued(about.port))
  packet.flow.decided.add(side)
  tell(found, 'rule-does', { target: name })
  const address = target.address ?? packet[side]
  translate(trip, place.netns, side, { address, port: packet.protocol === 'icmp' ? null : port }, () => found.rule.text)
  return 'accept'
}

function given(addr: Expression, valued: (expression: Expression) => Expression): Target | undefined {
  if (addr === undefined) return { address: null, port: null }
  const value = valued(addr)
  if (typeof value === 'string') return { address: value, port: null }
  if (!isObject(value) || !Array.isArray(value.concat)) return undefined
  return { address: String(value.concat[0]), port: asPort(value.concat[1]) }
}

function asPort(value: Expression): number | null {
  return typeof value === 'number' ? value : null
}

/** The address of the link that it goes out of, or came in by. */
function own({ passage: { trip, place } }: NftFound, name: 'masquerade' | 'redirect'): Target | undefined {
  const link = linkNamed(trip.world, place.netns, (name === 'masquerade' ? place.outLink : place.inLink) ?? '')
  const address = link && addressOf(trip.world, place.netns, link, trip.packet.destination)
  if (address !== undefined) return { address, port: null }
  if (name === 'masquerade') return undefined
  return { address: trip.family === 'ipv4' ? '127.0.0.1' : '::1', port: null }
}
