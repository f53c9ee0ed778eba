import type { HookPlace } from '../hook'
import { command, type End, end, type Trip } from '../trip'
import { isObject } from './match'
import type { Expression, NftChain, NftRule, NftRuleset } from './ruleset'

/** One chain that a packet comes to, and those that it leads into. */
export interface NftPassage {
  readonly trip: Trip
  readonly place: HookPlace
  readonly ruleset: NftRuleset
  readonly base: NftChain
}

export interface NftFound {
  readonly passage: NftPassage
  readonly chain: NftChain
  readonly rule: NftRule
}

/** `accept` ends the base chain; `return` the chain, and is what its end does. */
export type NftVerdict = End | 'accept' | 'return'

/** What one statement of a rule does: `next` goes on in it, `no` ends it. */
export type Done = NftVerdict | 'next' | 'no'

export function tableName({ family, table }: NftChain): string {
  return `${family} ${table}`
}

export function ruleOf({ trip }: NftPassage, { family, table, name }: NftChain) {
  return { family: trip.family, nft: family, table, chain: name }
}

/** What lets exactly this packet pass the chain, put before all that is there. */
export function letPass({ passage: { trip, place }, chain }: Omit<NftFound, 'rule'>) {
  const { packet, family } = trip
  const ip = family === 'ipv4' ? 'ip' : 'ip6'
  const ends = `${ip} saddr ${packet.source} ${ip} daddr ${packet.destination}`
  const where = `${chain.family} ${chain.table} ${chain.name}`
  return command(trip.world, place.netns, `nft insert rule ${where} ${ends} accept`)
}

/** A rule that does nothing else is taken away; before one that decides of many, this packet is let pass. */
function without(found: NftFound) {
  const { passage, chain, rule } = found
  if (rule.statements.some((statement) => 'vmap' in statement)) return letPass(found)
  const text = `nft delete rule ${chain.family} ${chain.table} ${chain.name} handle ${rule.handle}`
  return command(passage.trip.world, passage.place.netns, text)
}

/** The packet ends at this rule. */
export function endBy(found: NftFound, outcome: 'dropped' | 'rejected', code: 'rule-drops' | 'rule-rejects'): End {
  const { passage, chain, rule } = found
  const place = passage.trip.world.nameOf(passage.place.netns)
  const values = { number: rule.number, chain: chain.name, table: tableName(chain), place }
  return end(outcome, code, values, without(found))
}

export function tell(
  { passage, chain, rule }: NftFound,
  code: 'rule-accepts' | 'rule-drops' | 'rule-rejects' | 'rule-jumps' | 'rule-returns' | 'rule-does',
  values = {},
): void {
  const { trip, place } = passage
  if (trip.isBrief) return
  trip.say(
    place.netns,
    'rule',
    [code, { number: rule.number, chain: chain.name, table: tableName(chain), ...values }],
    {
      evidence: () => rule.text,
      links: [place.inLink, place.outLink],
      rule: { ...ruleOf(passage, chain), number: rule.number },
    },
  )
}

const harmless = new Set(['counter', 'log', 'last', 'limit', 'quota', 'match', 'continue', 'set'])

/** That it is open what a statement says matters where something follows that decides; `at` -1: it does itself. */
export function doubt({ passage, chain, rule }: NftFound, at: number, what: string): void {
  const rest = rule.statements.slice(at + 1)
  if (at >= 0 && rest.every((statement) => Object.keys(statement).every((name) => harmless.has(name)))) return
  const values = { number: rule.number, chain: `${tableName(chain)} ${chain.name}`, match: what }
  passage.trip.doubt('rule-unsure', values)
}

/** "meta time", "tcp option": what of the packet is asked for. */
export function nameOf(expression: Expression): string {
  if (!isObject(expression)) return String(expression)
  const [[name, about] = ['', null]] = Object.entries(expression)
  if (Array.isArray(about)) return about.map(nameOf).join(' . ')
  if (!isObject(about)) return name
  const [of, field] = [about.protocol ?? (name === 'payload' ? 'raw payload' : name), about.field ?? about.key]
  return field === undefined ? String(of) : `${of} ${field}`
}
