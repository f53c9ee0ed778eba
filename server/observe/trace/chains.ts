import type { NetnsId } from '../../cnm/netns-state'
import type { SavedChain, SavedRule } from '../../kernel/firewall-save'
import type { Table } from '../../plan/object'
import { judge } from './match'
import { type ParsedRule, parseRule } from './parse-rule'
import { addressOf } from './route'
import { track, translate, untranslate } from './tracking'
import { type End, end, type Trip } from './trip'
import { whyDropped, whyPolicy } from './why'
import { type HookedFirewall, linkNamed } from './world'

export type Hook = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING'

const tablesOf: Readonly<Record<Hook, readonly (Table | 'conntrack')[]>> = {
  PREROUTING: ['raw', 'conntrack', 'mangle', 'nat'],
  INPUT: ['mangle', 'filter', 'nat'],
  FORWARD: ['mangle', 'filter'],
  OUTPUT: ['raw', 'conntrack', 'mangle', 'nat', 'filter'],
  POSTROUTING: ['mangle', 'nat'],
}

/** Where a packet is seen by rules. */
export interface HookPlace {
  readonly netns: NetnsId
  readonly hook: Hook
  readonly inLink: string | null
  readonly outLink: string | null
}

/** Lets a packet through all that hangs on a hook; null: it goes on. */
export function passHook(trip: Trip, place: HookPlace): End | null {
  if (trip.world.hasOwnNftables(place.netns)) {
    trip.doubt('unread-nftables', { place: trip.world.nameOf(place.netns) })
  }
  for (const table of tablesOf[place.hook]) {
    const ended = table === 'conntrack' ? track(trip, place.netns) : passTable(trip, place, table)
    if (ended) return ended
  }
  return null
}

function passTable(trip: Trip, place: HookPlace, table: Table): End | null {
  const side = table === 'nat' ? sideOf(place.hook) : null
  if (side !== null) {
    if (!trip.packet.flow) return null
    if (trip.packet.isReply) {
      untranslate(trip, place.netns, side)
      return null
    }
    if (trip.packet.flow.decided.has(side)) return null
  }
  for (const hooked of trip.world.firewalls(place.netns, trip.family)) {
    const found = hooked.firewall.tables.find(({ name }) => name === table)
    const chain = found?.chains.find(({ name }) => name === place.hook)
    if (!chain) continue
    const chains = new Map(found?.chains.map((one) => [one.name, one]))
    const passage: Passage = { trip, place, table, hooked, chains }
    const verdict = passChain(passage, chain, 0)
    if (typeof verdict === 'object') return verdict
    if (verdict === 'go on' && chain.policy === 'DROP') return dropByPolicy(passage, chain)
    if (side !== null && trip.packet.flow?.decided.has(side)) break
  }
  if (side !== null) trip.packet.flow?.decided.add(side)
  return null
}

function sideOf(hook: Hook): 'source' | 'destination' {
  return hook === 'PREROUTING' || hook === 'OUTPUT' ? 'destination' : 'source'
}

/** One table's chains, on one hook. */
export interface Passage {
  readonly trip: Trip
  readonly place: HookPlace
  readonly table: Table
  readonly hooked: HookedFirewall
  readonly chains: ReadonlyMap<string, SavedChain>
}

/** `go on`: the chain's end was reached, or a RETURN; the caller's next rule. */
type ChainVerdict = End | 'accept' | 'go on'

/** Deeper than the kernel lets chains call each other. */
const deepest = 64

function passChain(passage: Passage, chain: SavedChain, depth: number): ChainVerdict {
  if (depth > deepest) return 'go on'
  for (const [at, saved] of chain.rules.entries()) {
    const rule = parseRule(saved)
    const found = { passage, chain, number: at + 1, saved, rule, depth }
    if (!isMet(found)) continue
    const verdict = follow(found)
    if (verdict === 'next') continue
    return verdict
  }
  return 'go on'
}

export interface FoundRule {
  readonly passage: Passage
  readonly chain: SavedChain
  readonly number: number
  readonly saved: SavedRule
  readonly rule: ParsedRule
  readonly depth: number
}

/** Of what rates and chance decide it is taken that they let it match; of what else is not known, that it does not. */
const mostlyMet = new Set(['limit', 'hashlimit', 'statistic', 'cluster', 'connlimit', 'time', 'policy'])

function isMet(found: FoundRule): boolean {
  const { trip, place, hooked } = found.passage
  const scene = {
    world: trip.world,
    netns: place.netns,
    packet: trip.packet,
    inLink: place.inLink,
    outLink: place.outLink,
  }
  const { judgement, open } = judge(found.rule, scene)
  if (judgement !== 'maybe') return judgement === 'yes'
  const isMostly = mostlyMet.has(open?.module ?? '')
  if (isHarmless(found.rule.target)) return isMostly
  trip.doubt('rule-unsure', { number: found.number, chain: found.chain.name, match: open?.module || open?.name || '' })
  void hooked
  return isMostly
}

function isHarmless(target: string): boolean {
  return target === '' || target === 'LOG' || target === 'NFLOG' || target === 'TRACE'
}

function tell(
  found: FoundRule,
  code: 'rule-accepts' | 'rule-drops' | 'rule-jumps' | 'rule-returns' | 'rule-does',
  values = {},
) {
  const { trip, place, table } = found.passage
  trip.say(
    place.netns,
    'rule',
    [code, { number: found.number, chain: found.chain.name, table, ...values }],
    evidenceOf(found),
  )
}

function evidenceOf({ passage: { trip, place, table }, chain, number, saved }: FoundRule) {
  return {
    evidence: saved.text,
    links: [place.inLink, place.outLink],
    rule: { family: trip.family, table, chain: chain.name, number },
  }
}

function follow(found: FoundRule): ChainVerdict | 'next' {
  const { passage, rule, depth } = found
  const { trip, place } = passage
  const own = passage.chains.get(rule.target)
  if (own) {
    tell(found, 'rule-jumps', { target: rule.target })
    const verdict = passChain(passage, own, depth + 1)
    if (verdict !== 'go on') return verdict
    return rule.goes ? 'go on' : 'next'
  }
  switch (rule.target) {
    case 'ACCEPT':
      tell(found, 'rule-accepts')
      return 'accept'
    case 'RETURN':
      tell(found, 'rule-returns')
      return 'go on'
    case 'DROP':
      tell(found, 'rule-drops')
      return whyDropped(found, 'dropped')
    case 'REJECT': {
      const reason = rule.options.get('reject-with')?.[0] ?? 'icmp-port-unreachable'
      trip.say(
        place.netns,
        'rule',
        ['rule-rejects', { number: found.number, chain: found.chain.name, table: passage.table, with: reason }],
        evidenceOf(found),
      )
      return whyDropped(found, 'rejected')
    }
    case 'QUEUE':
    case 'NFQUEUE':
    case 'TPROXY':
    case 'SYNPROXY':
      return end('unknown', 'not-judged', { what: rule.target, place: trip.world.nameOf(place.netns) })
    default:
      return act(found)
  }
}

/** Targets that change a packet; those of nat end the table. */
function act(found: FoundRule): ChainVerdict | 'next' {
  const { passage, rule, saved } = found
  const { trip, place } = passage
  const option = (name: string) => rule.options.get(name)?.[0]
  switch (rule.target) {
    case 'DNAT':
      return changed(found, 'destination', parseTarget(option('to-destination') ?? ''))
    case 'SNAT':
      return changed(found, 'source', parseTarget(option('to-source') ?? ''))
    case 'REDIRECT': {
      const link = linkNamed(trip.world, place.netns, place.inLink ?? '')
      const own = link && addressOf(trip.world, place.netns, link, trip.packet.destination)
      const loopback = trip.family === 'ipv4' ? '127.0.0.1' : '::1'
      return changed(found, 'destination', { address: own ?? loopback, port: portOf(option('to-ports')) })
    }
    case 'MASQUERADE': {
      const link = linkNamed(trip.world, place.netns, place.outLink ?? '')
      const address = link && addressOf(trip.world, place.netns, link, trip.packet.destination)
      if (address === undefined) return 'next'
      return changed(found, 'source', { address, port: portOf(option('to-ports')) })
    }
    case 'MARK':
      trip.packet = { ...trip.packet, mark: marked(trip.packet.mark, rule) }
      break
    case 'CONNMARK':
      connectionMark(trip, rule)
      break
    case 'NOTRACK':
      trip.packet = { ...trip.packet, state: 'UNTRACKED', flow: null }
      break
    case 'CT':
      if (rule.options.has('notrack')) trip.packet = { ...trip.packet, state: 'UNTRACKED', flow: null }
      break
    case 'TTL':
    case 'HL':
      trip.packet = { ...trip.packet, ttl: Number(option('ttl-set') ?? option('hl-set') ?? trip.packet.ttl) }
      break
  }
  if (!isHarmless(rule.target)) tell(found, 'rule-does', { target: rule.target })
  void saved
  return 'next'
}

function changed(
  found: FoundRule,
  side: 'source' | 'destination',
  to: { address: string; port: number | null },
): ChainVerdict | 'next' {
  const { trip, place } = found.passage
  const { packet } = trip
  if (!packet.flow) return 'next'
  packet.flow.decided.add(side)
  const before = side === 'source' ? packet.source : packet.destination
  const address = to.address === '' ? before : to.address
  tell(found, 'rule-does', { target: found.rule.target })
  translate(trip, place.netns, side, { address, port: packet.protocol === 'icmp' ? null : to.port }, found.saved.text)
  return 'accept'
}

/** "10.0.0.2:80", "10.0.0.2-10.0.0.9", "[fd00::2]:80", ":80": of ranges the first. */
function parseTarget(text: string): { address: string; port: number | null } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text)
  const [address = '', port] = bracketed
    ? [bracketed[1], bracketed[2]]
    : text.includes(':') && text.split(':').length > 2
      ? [text, undefined]
      : text.split(':')
  return { address: address.split('-')[0] ?? '', port: portOf(port) }
}

function portOf(text: string | undefined): number | null {
  const port = Number.parseInt(text ?? '', 10)
  return Number.isNaN(port) ? null : port
}

/** `--set-xmark 0x1/0xff`: the mask's bits are cleared, then the value's turned. */
function marked(mark: number, { options }: ParsedRule): number {
  const [name, values] = [...options].find(([key]) => key.endsWith('mark')) ?? ['', []]
  const [value = '0', mask = '0xffffffff'] = (values[0] ?? '').split('/')
  if (name === 'or-mark') return (mark | Number(value)) >>> 0
  if (name === 'and-mark') return (mark & Number(value)) >>> 0
  if (name === 'set-mark') return ((mark & ~Number(mask)) | Number(value)) >>> 0
  return ((mark & ~Number(mask)) ^ Number(value)) >>> 0
}

function connectionMark(trip: Trip, rule: ParsedRule): void {
  const { flow, mark } = trip.packet
  if (!flow) return
  if (rule.options.has('restore-mark')) trip.packet = { ...trip.packet, mark: flow.mark }
  else if (rule.options.has('save-mark')) flow.mark = mark
  else flow.mark = marked(flow.mark, rule)
}

function dropByPolicy(passage: Passage, chain: SavedChain): End {
  const { trip, place, table } = passage
  trip.say(place.netns, 'chain', ['chain-drops', { chain: chain.name, table, policy: 'DROP' }], {
    evidence: `-P ${chain.name} DROP`,
    links: [place.inLink, place.outLink],
    rule: { family: trip.family, table, chain: chain.name, number: null },
  })
  return whyPolicy(passage, chain)
}
