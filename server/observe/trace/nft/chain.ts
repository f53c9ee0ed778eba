import { type End, end } from '../trip'
import { forAnswers } from '../why'
import { act } from './act'
import { isObject, judgeMatch, lookedUp, type Named } from './match'
import type { NftScene } from './operand'
import type { Expression, NftChain } from './ruleset'
import {
  type Done,
  doubt,
  endBy,
  letPass,
  type NftFound,
  type NftPassage,
  type NftVerdict,
  nameOf,
  ruleOf,
  tableName,
  tell,
} from './words'

/** Deeper than the kernel lets chains call each other. */
const deepest = 16

/** Lets a packet through a base chain; null: it goes on to the next. */
export function passBase(passage: NftPassage): End | null {
  const { base, trip, place } = passage
  const verdict = passChain(passage, base, 0)
  if (typeof verdict === 'object') return verdict
  if (verdict === 'accept' || !base.base?.drops) return null
  const table = tableName(base)
  const { type, hook } = base.base
  trip.say(place.netns, 'chain', ['chain-drops', { chain: base.name, table, policy: 'DROP' }], {
    evidence: () => `chain ${base.name} { type ${type} hook ${hook}; policy drop; }`,
    links: [place.inLink, place.outLink],
    rule: { ...ruleOf(passage, base), number: null },
  })
  const values = { chain: base.name, table, place: trip.world.nameOf(place.netns) }
  const answers = `nft insert rule ${table} ${base.name} ct state established,related accept`
  const hasAnswers = base.rules.some(({ text }) => /established.*accept/.test(text))
  const more = hasAnswers ? null : forAnswers(passage, answers)
  return end('dropped', 'policy-drops', values, letPass({ passage, chain: base }), more)
}

function passChain(passage: NftPassage, chain: NftChain, depth: number): NftVerdict {
  for (const rule of chain.rules) {
    const verdict = passRule({ passage, chain, rule }, depth)
    if (verdict === 'next' || verdict === 'no') continue
    return verdict
  }
  return 'return'
}

function passRule(found: NftFound, depth: number): Done {
  for (const [at, statement] of found.rule.statements.entries()) {
    const [[name, about] = ['', null]] = Object.entries(statement)
    const done = passStatement(found, name, about, depth, at)
    if (done !== 'next') return done
  }
  return 'next'
}

const namesOf =
  ({ passage: { ruleset }, chain: { family, table } }: NftFound): Named =>
  (name) =>
    ruleset.elements(family, table, name)

function passStatement(found: NftFound, name: string, about: Expression, depth: number, at: number): Done {
  const scene = sceneOf(found.passage)
  if (name === 'match' && isObject(about)) {
    const judgement = judgeMatch(about as never, scene, namesOf(found))
    if (judgement === 'maybe') doubt(found, at, nameOf(about.left))
    return judgement === 'yes' ? 'next' : 'no'
  }
  if (name === 'vmap' && isObject(about)) {
    const given = lookedUp(about as never, scene, namesOf(found))
    if (given === undefined || given.isChance) doubt(found, -1, nameOf(about.key))
    if (!isObject(given?.found)) return 'no'
    const [[verdict, target] = ['', null]] = Object.entries(given.found)
    return passVerdict(found, verdict, target, depth) ?? 'no'
  }
  return (
    passVerdict(found, name, about, depth) ??
    act(found, name, about, scene, namesOf(found), () => doubt(found, at, name))
  )
}

function passVerdict(found: NftFound, name: string, about: Expression, depth: number): Done | undefined {
  switch (name) {
    case 'accept':
      tell(found, 'rule-accepts')
      return 'accept'
    case 'drop':
      tell(found, 'rule-drops')
      return endBy(found, 'dropped', 'rule-drops')
    case 'return':
      tell(found, 'rule-returns')
      return 'return'
    case 'continue':
      return 'next'
    case 'jump':
    case 'goto':
      return lead(found, String(isObject(about) ? about.target : ''), name === 'goto', depth)
    default:
      return undefined
  }
}

function lead(found: NftFound, target: string, goes: boolean, depth: number): Done {
  const { passage, chain } = found
  const next = passage.ruleset.chain(chain.family, chain.table, target)
  if (!next || depth >= deepest) return 'no'
  tell(found, 'rule-jumps', { target })
  const verdict = passChain(passage, next, depth + 1)
  if (verdict !== 'return') return verdict
  // Who does not come back ends where the one ends who called him.
  return goes ? 'return' : 'next'
}

function sceneOf({ trip, place, base }: NftPassage): NftScene {
  const { packet, world } = trip
  return {
    ...{ world, netns: place.netns, packet, inLink: place.inLink, outLink: place.outLink },
    ...{ hook: base.base?.hook ?? '', bridge: place.bridge ?? null },
  }
}
