import type { Family } from '../../cnm/address'
import type { NetnsId } from '../../cnm/netns-state'
import { resolverAddress } from '../../firewall/resolver'
import type { SavedChain, SavedRule } from '../../kernel/firewall-save'
import type { Table } from '../../plan/object'
import type { Hook, HookPlace } from './hook'
import { judge } from './match'
import { passBase } from './nft/chain'
import type { NftChain, NftRuleset } from './nft/ruleset'
import { type ParsedRule, parseRule } from './parse-rule'
import { act, chainAt, evidenceOf, isHarmless, tell } from './targets'
import { retrace, track, untranslate } from './tracking'
import { type End, end, type Trip } from './trip'
import { whyDropped, whyPolicy } from './why'
import type { HookedFirewall } from './world'

/** What of iptables hangs on a hook, and in which order with what else does. */
const prioritiesOf: Readonly<Record<Hook, readonly (readonly [Table | 'conntrack', number])[]>> = {
  PREROUTING: [
    ['raw', -300],
    ['conntrack', -200],
    ['mangle', -150],
    ['nat', -100],
  ],
  INPUT: [
    ['mangle', -150],
    ['filter', 0],
    ['nat', 100],
  ],
  FORWARD: [
    ['mangle', -150],
    ['filter', 0],
  ],
  OUTPUT: [
    ['raw', -300],
    ['conntrack', -200],
    ['mangle', -150],
    ['nat', -100],
    ['filter', 0],
  ],
  POSTROUTING: [
    ['mangle', -150],
    ['nat', 100],
  ],
}

/** Lets a packet through all that hangs on a hook; null: it goes on. */
export function passHook(trip: Trip, place: HookPlace): End | null {
  const ruleset = nativeOf(trip, place.netns)
  if (ruleset.isUnread) trip.doubt('unread-nftables', { place: trip.world.nameOf(place.netns) })
  const pass = (table: Table | 'conntrack', bases: readonly NftChain[]) => {
    if (table === 'conntrack') return track(trip, place.netns)
    if (table === 'nat') return passNat(trip, place, ruleset, bases)
    return passTables(trip, place, table)
  }
  if (ruleset.bases.length === 0) {
    for (const [table] of prioritiesOf[place.hook]) {
      const ended = pass(table, ruleset.bases)
      if (ended) return ended
    }
    return null
  }
  const bases = ruleset.bases.filter((base) => isOn(base, place, trip.family))
  const stations = prioritiesOf[place.hook].map(([table, priority]) => ({ priority, pass: () => pass(table, bases) }))
  const natives = bases
    .filter(({ base }) => base?.type !== 'nat')
    .map((base) => ({
      priority: base.base?.priority ?? 0,
      pass: () => passBase({ trip, place, ruleset, base }),
    }))
  // Of equal ones the kernel asks first who came last: whoever writes rules of nft beside iptables, in most cases.
  for (const { pass } of [...natives, ...stations].sort((one, other) => one.priority - other.priority)) {
    const ended = pass()
    if (ended) return ended
  }
  return null
}

function nativeOf({ world, family, packet }: Trip, netns: NetnsId): NftRuleset {
  return world.nft(netns, family, packet.source === resolverAddress || packet.destination === resolverAddress)
}

function isOn({ family, base }: NftChain, { hook }: HookPlace, of: Family): boolean {
  return base?.hook === hook.toLowerCase() && (family === 'inet' || family === (of === 'ipv4' ? 'ip' : 'ip6'))
}

/** What is seen of frames on a bridge (family bridge) or at a link (netdev), whatever iptables is told of them. */
export function passFrames(
  trip: Trip,
  place: HookPlace,
  families: readonly string[],
  isHere: (base: NonNullable<NftChain['base']>) => boolean,
): End | null {
  const ruleset = nativeOf(trip, place.netns)
  if (ruleset.bases.length === 0) return null
  const bases = ruleset.bases.filter((one) => families.includes(one.family) && one.base !== null && isHere(one.base))
  for (const base of bases.sort((one, other) => (one.base?.priority ?? 0) - (other.base?.priority ?? 0))) {
    const ended = passBase({ trip, place, ruleset, base })
    if (ended) return ended
  }
  return null
}

/** Chains that translate have an order of their own, all at one place of the hook; the first that does ends it. */
function passNat(trip: Trip, place: HookPlace, ruleset: NftRuleset, bases: readonly NftChain[]): End | null {
  const side = sideOf(place.hook)
  if (!trip.packet.flow) return null
  if (trip.packet.isReply) {
    untranslate(trip, place.netns, side)
    return null
  }
  if (trip.packet.flow.decided.has(side)) return null
  if (trip.packet.flow.kept) {
    trip.packet.flow.decided.add(side)
    retrace(trip, place.netns, side)
    return null
  }
  const usual = side === 'destination' ? -100 : 100
  const natives = bases
    .filter(({ base }) => base?.type === 'nat')
    .map((base) => ({
      priority: base.base?.priority ?? usual,
      pass: () => passBase({ trip, place, ruleset, base }),
    }))
  const tables = { priority: usual, pass: () => passTables(trip, place, 'nat') }
  for (const { pass } of [...natives, tables].sort((one, other) => one.priority - other.priority)) {
    const ended = pass()
    if (ended) return ended
    if (trip.packet.flow?.decided.has(side)) break
  }
  trip.packet.flow?.decided.add(side)
  return null
}

function passTables(trip: Trip, place: HookPlace, table: Table): End | null {
  for (const hooked of trip.world.firewalls(place.netns, trip.family)) {
    const chains = chainsIn(hooked, table)
    const chain = chains.get(place.hook)
    if (!chain || (chain.rules.length === 0 && chain.policy !== 'DROP')) continue
    const passage: Passage = { trip, place, table, hooked, chains }
    const verdict = passChain(passage, chain, 0)
    if (typeof verdict === 'object') return verdict
    if (verdict === 'go on' && chain.policy === 'DROP') return dropByPolicy(passage, chain)
    if (table === 'nat' && trip.packet.flow?.decided.has(sideOf(place.hook))) break
  }
  return null
}

const chainsOf = new WeakMap<HookedFirewall, Map<Table, ReadonlyMap<string, SavedChain>>>()

/** A table's chains by their names; looked up once, for many packets pass them. */
function chainsIn(hooked: HookedFirewall, table: Table): ReadonlyMap<string, SavedChain> {
  const known = chainsOf.get(hooked) ?? new Map<Table, ReadonlyMap<string, SavedChain>>()
  chainsOf.set(hooked, known)
  const found = hooked.firewall.tables.find(({ name }) => name === table)
  const chains = known.get(table) ?? new Map(found?.chains.map((one) => [one.name, one]))
  known.set(table, chains)
  return chains
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
export type ChainVerdict = End | 'accept' | 'go on'

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
  const { trip, place } = found.passage
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
  return isMostly
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

function dropByPolicy(passage: Passage, chain: SavedChain): End {
  const { trip, place, table } = passage
  trip.say(place.netns, 'chain', ['chain-drops', { chain: chain.name, table, policy: 'DROP' }], {
    evidence: () => `-P ${chain.name} DROP`,
    links: [place.inLink, place.outLink],
    rule: { ...chainAt(passage, chain), number: null },
  })
  return whyPolicy(passage, chain)
}
