import type { NftReading } from './explain-nft'
import type { NftToken } from './nft-tokens'
import { textOf } from './nft-verdict'
import { showDevice } from './rule-condition'

/** What is asked for, and how many words name it. */
const headers = new Set('ip ip6 ether arp icmp icmpv6 tcp udp udplite sctp dccp th vlan meta ct'.split(' '))
const single = new Set(['iif', 'iifname', 'oif', 'oifname'])
/** Where one of these follows, it is no plain comparison. */
const odd = new Set(['.', '&', '|', '^', '<', '>', '<=', '>=', '<<', '>>', '/', 'map', 'original', 'reply', 'over'])

interface Asked {
  readonly key: string
  readonly not: 'yes' | 'no'
  /** In words. */
  readonly value: string
  readonly values: readonly string[]
  readonly reading: NftReading
}

/** Reads what a rule asks of a packet, at the beginning of `tokens`. Gives how many of them that is; 0: it is not known. */
export function readNftCondition(tokens: readonly NftToken[], reading: NftReading): number {
  if (tokens[0]?.text === 'limit') return readLimit(tokens, reading)
  const named = countNames(tokens)
  const key = textOf(tokens.slice(0, named))
  const [sign, second] = tokens.slice(named)
  if (named === 0 || sign === undefined) return 0
  if (sign.text === 'set' || sign.text === 'vmap') return readChange(tokens, named, key, reading)
  const isCompared = sign.text === '!=' || sign.text === '=='
  const about = isCompared ? second : sign
  const length = named + (isCompared ? 2 : 1)
  if (about === undefined || odd.has(about.text) || odd.has(tokens[length]?.text ?? '')) return 0
  const values = about.list ?? (about.text === about.value ? about.value.split(',') : [about.value])
  if (values.length === 0) return 0
  const read = readings[key] ?? readAny
  const not = sign.text === '!=' ? 'yes' : 'no'
  read({ key, not, values, value: listWords(values, reading), reading })
  return length
}

function countNames([first, second, third]: readonly NftToken[]): number {
  if (first === undefined || second === undefined) return 0
  if (single.has(first.text)) return 1
  if (first.text === 'fib') return third?.text === 'type' ? 3 : 0
  if (first.text === 'meta' && single.has(second.text)) return 2
  return headers.has(first.text) && /^[a-z]\w*$/.test(second.text) && !odd.has(second.text) ? 2 : 0
}

/** `tcp dport set 53`, `tcp dport vmap { 22 : accept }` */
function readChange(tokens: readonly NftToken[], named: number, key: string, { t, actions }: NftReading): number {
  const about = tokens[named + 1]
  if (about === undefined || odd.has(tokens[named + 2]?.text ?? '') || /^(numgen|jhash|symhash|rt)$/.test(about.text))
    return 0
  const value = shortMark(about.value)
  if (tokens[named]?.text === 'vmap') {
    const map = about.list === null ? about.value.replace(/^@/, '') : about.list.join(', ')
    actions.push(t('targets.vmap', { key, map }))
  } else if (key === 'meta mark') actions.push(t('targets.mark', { mark: value }))
  else actions.push(t('targets.set', { key, value }))
  return named + 2
}

/** `limit rate 10/second burst 5 packets`; one that is over its rate is quoted. */
function readLimit(tokens: readonly NftToken[], { t, conditions }: NftReading): number {
  const [, rate, first, second] = tokens
  if (rate?.text !== 'rate' || first === undefined || first.text === 'over') return 0
  const isBytes = !first.text.includes('/')
  let length = isBytes ? 4 : 3
  conditions.manners.push(t('limit', { value: isBytes ? `${first.text} ${second?.text ?? ''}` : first.text }))
  if (tokens[length]?.text === 'burst') length += 3
  return length
}

type Read = (asked: Asked) => void

const isPlace =
  (kind: 'source' | 'destination'): Read =>
  ({ value, not, reading }) => {
    reading.conditions.places.push(reading.t(kind, { value, not }))
    reading.lastPlace = kind
  }

const isPort =
  (kind: 'source' | 'destination'): Read =>
  ({ key, values, not, reading }) => {
    const { t, conditions, lastPlace } = reading
    const protocol = key.split(' ')[0] ?? ''
    if (protocol !== 'th') conditions.protocol = protocol.toUpperCase()
    const ports = values.map((one) => one.replace(/^(\d+)-(\d+)$/, '$1–$2'))
    const what = kind === 'source' ? 'SourcePort' : 'DestinationPort'
    const word = lastPlace === kind ? (`at${what}` as const) : (`${kind}Port` as const)
    conditions.places.push(t(word, { value: listWords(ports, reading), not }))
  }

const isDevice =
  (kind: 'inInterface' | 'outInterface'): Read =>
  ({ values, not, reading }) => {
    const { t, networkOf, conditions } = reading
    const devices = values.map((one) => showDevice(one, { t, networkOf }))
    conditions.manners.push(t(kind, { value: listWords(devices, reading), not }))
  }

const isManner =
  (kind: 'connectionState' | 'connectionSide'): Read =>
  ({ value, not, reading: { t, conditions } }) => {
    conditions.manners.push(t(kind, { value, not }))
  }

const isType =
  (kind: 'source' | 'destination'): Read =>
  ({ value, not, reading: { t, conditions } }) => {
    conditions.places.push(value === 'local' ? t(`${kind}Local`, { not }) : t(`${kind}Type`, { value, not }))
  }

const isProtocol: Read = ({ values, not, reading }) => {
  const { t, conditions } = reading
  const value = listWords(
    values.map((one) => protocolNames[one] ?? one.toUpperCase()),
    reading,
  )
  if (not === 'yes') conditions.manners.push(t('protocol', { value }))
  else conditions.protocol = value
}

const protocolNames: Readonly<Record<string, string>> = {
  ...{ ip: 'IPv4', ipv4: 'IPv4', ip6: 'IPv6', ipv6: 'IPv6', 'ipv6-icmp': 'ICMPv6', icmpv6: 'ICMPv6', vlan: 'VLAN' },
}

const isIcmp: Read = ({ key, value, not, reading: { t, conditions } }) => {
  conditions.protocol = key.startsWith('icmpv6') ? 'ICMPv6' : 'ICMP'
  conditions.manners.push(t('icmpType', { value, not }))
}

const isMark: Read = ({ values, not, reading }) => {
  const { t, conditions } = reading
  conditions.manners.push(t('mark', { value: listWords(values.map(shortMark), reading), not }))
}

const readAny: Read = ({ key, value, not, reading: { t, conditions } }) => {
  conditions.manners.push(t('other', { text: not === 'yes' ? `${key} != ${value}` : `${key} ${value}` }))
}

const portHeaders = ['tcp', 'udp', 'udplite', 'sctp', 'dccp', 'th']

const readings: Readonly<Record<string, Read>> = {
  ...each(['ip saddr', 'ip6 saddr', 'ether saddr'], isPlace('source')),
  ...each(['ip daddr', 'ip6 daddr', 'ether daddr'], isPlace('destination')),
  ...each(
    portHeaders.map((one) => `${one} sport`),
    isPort('source'),
  ),
  ...each(
    portHeaders.map((one) => `${one} dport`),
    isPort('destination'),
  ),
  ...each(['iif', 'iifname', 'meta iif', 'meta iifname'], isDevice('inInterface')),
  ...each(['oif', 'oifname', 'meta oif', 'meta oifname'], isDevice('outInterface')),
  ...each(['meta l4proto', 'meta nfproto', 'meta protocol', 'ip protocol', 'ip6 nexthdr', 'ether type'], isProtocol),
  ...each(['icmp type', 'icmpv6 type'], isIcmp),
  'fib saddr type': isType('source'),
  'fib daddr type': isType('destination'),
  'ct state': isManner('connectionState'),
  'ct direction': isManner('connectionSide'),
  'meta mark': isMark,
}

function each(keys: readonly string[], read: Read): Record<string, Read> {
  return Object.fromEntries(keys.map((key) => [key, read]))
}

const mostNamed = 6

function listWords(values: readonly string[], { t }: NftReading): string {
  const words = values.map((one) => (one.startsWith('@') ? t('set', { name: one.slice(1) }) : one))
  const shown = words.length > mostNamed + 1 ? words.slice(0, mostNamed) : words
  const rest = words.length - shown.length
  return [...shown, ...(rest > 0 ? [t('more', { count: rest })] : [])].reduce((left, right) => t('or', { left, right }))
}

/** nft prints marks with all their zeros. */
function shortMark(value: string): string {
  return value.replace(/^0x0+(?=[\da-f])/, '0x')
}
