import type { NetnsId } from '../../cnm/netns-state'
import type { Told } from '../../cnm/sentence'
import type { Frame } from '../../kernel/frame'
import type { Flow } from '../../kernel/netns-contract'
import type { ProbeOutcome, ProbeResult } from '../../kernel/probe'
import type { Witnessed } from '../../kernel/witness'
import type { Explanation, Outcome, TracePacket, TraceQuestion, TraceStep, Verdict } from './contract'
import { flowText } from './flow-text'
import type { Comparison, SeenRule, StepEvidence } from './prober-contract'

/** What was seen in one namespace. */
export interface Seen {
  readonly netns: NetnsId
  /** Names of links by index. */
  readonly links: ReadonlyMap<number, string>
  /** Numbers of rules, from 1, by `ruleKey`. */
  readonly rules: ReadonlyMap<string, number>
  /** Chains of nftables, by `ruleKey` without a handle. */
  readonly chains: ReadonlySet<string>
  /** Packets that rules of iptables-legacy and policies of its chains have counted meanwhile, by `ruleKey`; nftables sees none of them. */
  readonly counted: ReadonlyMap<string, number>
  /** Null: rules are seen at work. */
  readonly blind: Told | null
  readonly witnessed: readonly Witnessed[]
  readonly flows: readonly Flow[]
}

type Packet = Extract<Witnessed, { type: 'packet' }>
type Rule = Extract<Witnessed, { type: 'rule' }>
type Leg = 'there' | 'back'

export function ruleKey(family: string, table: string, chain: string, handle: string): string {
  return JSON.stringify([family, table, chain, handle])
}

const nothing: StepEvidence = { mark: 'none', lines: [] }
const mostLines = 4

/** Holds an explanation against what was seen. Pure; asked again whenever more has been seen. */
export function compare(explanation: Explanation, all: readonly Seen[], outcome: ProbeOutcome | null): Comparison {
  const used = new Set<Witnessed>()
  const evidence = (leg: Leg) => (step: TraceStep) => {
    const seen = all.find(({ netns }) => netns === step.netns)
    return seen ? evidenceOf(step, leg, seen, outcome, used) : nothing
  }
  const there = explanation.there.steps.map(evidence('there'))
  const back = explanation.back?.steps.map(evidence('back')) ?? []
  const dropped = findDrop(all)
  return {
    agreement: outcome ? judge(explanation, outcome, dropped, all) : 'undecided',
    ...{ there, back, dropped },
    beside: all.flatMap((seen) => besides(seen, used, explanation)),
    blind: all.flatMap(({ netns, blind }) => (blind === null ? [] : [{ netns, reason: blind }])),
  }
}

function evidenceOf(
  step: TraceStep,
  leg: Leg,
  seen: Seen,
  outcome: ProbeOutcome | null,
  used: Set<Witnessed>,
): StepEvidence {
  switch (step.kind) {
    case 'link':
    case 'bridge':
    case 'fdb':
      return atLinks(step, leg, seen, used)
    case 'route':
    case 'source':
      return byRoute(step, leg, seen)
    case 'rule':
    case 'chain':
      return atRule(step, leg, seen, used)
    case 'neighbour':
      return ofNeighbour(step, seen, used)
    case 'nat':
      return ofNat(step, leg, seen)
    case 'socket':
      return atSocket(step, leg, outcome)
    default:
      return nothing
  }
}

/** Packets that are of this leg: those to where the step's goes, whatever port the probe was sent from. */
function fits(frame: Frame, packet: TracePacket, leg: Leg): boolean {
  if (frame.kind === 'neighbour') return false
  if (frame.source !== packet.source || frame.destination !== packet.destination) return false
  if (frame.kind === 'icmp') return packet.protocol === 'icmp' && frame.id !== 0
  if (frame.kind !== packet.protocol) return false
  return leg === 'there' ? frame.destinationPort === packet.destinationPort : frame.sourcePort === packet.sourcePort
}

const inwards: readonly string[] = ['link-arrives', 'bridge-enters']

function atLinks(step: TraceStep, leg: Leg, seen: Seen, used: Set<Witnessed>): StepEvidence {
  const direction = inwards.includes(step.said.code) ? 'in' : 'out'
  const named = [step.said.values.link, step.said.values.port].filter((name) => name !== undefined).map(String)
  const names = named.length > 0 ? named : step.place.links
  const here = packetsOf(seen).filter(
    (packet) => packet.direction === direction && names.includes(seen.links.get(packet.link) ?? ''),
  )
  const fitting = here.filter(({ frame }) => fits(frame, step.packet, leg))
  const expectsNone = step.isEnd && step.said.code === 'link-down'
  if (expectsNone) return fitting.length > 0 ? found('contradicted', fitting, seen, used) : nothing
  return fitting.length > 0 ? found('seen', fitting, seen, used) : { mark: 'missing', lines: [] }
}

/** A route shows by the link that packets left by, and the address that they bore. */
function byRoute(step: TraceStep, leg: Leg, seen: Seen): StepEvidence {
  const outLink = step.packet.outLink ?? step.said.values.link
  if (leg === 'back' || outLink === undefined || step.isEnd) return nothing
  const out = packetsOf(seen).filter(
    ({ direction, frame }) => direction === 'out' && frame.kind !== 'neighbour' && isTo(frame, step.packet),
  )
  if (out.length === 0) return nothing
  const there = out.filter(({ link }) => seen.links.get(link) === outLink)
  const fitting = step.kind === 'source' ? there.filter(({ frame }) => frame.source === step.packet.source) : there
  return fitting.length > 0 ? { mark: 'seen', lines: [] } : { mark: 'contradicted', lines: linesOf(out, seen) }
}

function isTo(frame: Frame, { destination, destinationPort }: TracePacket): boolean {
  if (frame.kind === 'neighbour' || frame.destination !== destination) return false
  return frame.kind === 'icmp' || frame.destinationPort === destinationPort
}

function atRule(step: TraceStep, leg: Leg, seen: Seen, used: Set<Witnessed>): StepEvidence {
  const { rule } = step.place
  if (rule?.isLegacy) return byCount(rule, seen)
  if (!rule || seen.blind !== null) return nothing
  const family = rule.nft ?? (rule.family === 'ipv4' ? 'ip' : 'ip6')
  // The other kind of iptables, whose tables nftables does not have.
  if (!seen.chains.has(ruleKey(family, rule.table, rule.chain, ''))) return nothing
  const ofLeg = rulesOfLeg(seen, leg, step.packet)
  const here = ofLeg.filter((event) => {
    const at = seenRule(event, seen)
    if (at.family !== family || at.table !== rule.table || at.chain !== rule.chain) return false
    return rule.number === null ? event.what === 'policy' : event.what === 'rule' && at.number === rule.number
  })
  for (const event of here) used.add(event)
  if (here.length === 0) return { mark: 'missing', lines: [] }
  const expectsDrop = /drops|rejects/.test(step.said.code)
  const isAsSaid = here.some(({ verdict }) => (verdict === 'drop') === expectsDrop)
  return { mark: isAsSaid ? 'seen' : 'contradicted', lines: unique(here.map((event) => ruleLine(event, seen))) }
}

/** Other packets count, too: that nothing was counted says more. */
function byCount({ family, table, chain, number }: NonNullable<TraceStep['place']['rule']>, seen: Seen): StepEvidence {
  const packets = seen.counted.get(ruleKey(family, table, chain, String(number)))
  if (packets === undefined) return nothing
  if (packets === 0) return { mark: 'missing', lines: [] }
  const what = number === null ? 'policy' : `rule ${number}`
  return { mark: 'seen', lines: [`${table} ${chain} ${what}: packets +${packets}`] }
}

/** What is traced of one packet has its headers only with the first of each hook: the rest is known by its number. */
function rulesOfLeg(seen: Seen, leg: Leg, packet: TracePacket): Rule[] {
  const rules = seen.witnessed.filter((one): one is Rule => one.type === 'rule')
  const ids = new Set(rules.filter(({ frame }) => frame && isOfLeg(frame, leg, packet)).map(({ id }) => id))
  return rules.filter(({ id }) => ids.has(id))
}

/** By the end that NAT leaves alone or that the step knows: any of the two addresses in its place. */
function isOfLeg(frame: Frame, leg: Leg, packet: TracePacket): boolean {
  if (frame.kind === 'neighbour') return false
  if (fits(frame, packet, leg)) return true
  return frame.source === packet.source || frame.destination === packet.destination
}

function seenRule({ family, table, chain, handle }: Rule, { rules }: Seen): SeenRule {
  const number = handle === null ? null : (rules.get(ruleKey(family, table, chain, handle)) ?? null)
  return { family, table, chain, number }
}

function ruleLine(event: Rule, seen: Seen): string {
  const { family, table, chain, number } = seenRule(event, seen)
  const what = event.what === 'rule' ? (number === null ? `handle ${event.handle}` : `rule ${number}`) : event.what
  return `${family} ${table} ${chain} ${what}: ${event.verdict}${event.target ? ` ${event.target}` : ''}`
}

function ofNeighbour(step: TraceStep, seen: Seen, used: Set<Witnessed>): StepEvidence {
  const address = String(step.said.values.address ?? '')
  const here = packetsOf(seen).filter(
    ({ frame }) =>
      frame.kind === 'neighbour' &&
      (frame.isAnswer ? [frame.source, frame.target].includes(address) : frame.target === address),
  )
  if (here.length === 0) return nothing
  const isAnswered = here.some(({ frame }) => frame.kind === 'neighbour' && frame.isAnswer)
  const isSilent = step.said.code === 'neighbour-silent'
  return found(isAnswered === isSilent ? 'contradicted' : 'seen', here, seen, used)
}

function ofNat(step: TraceStep, leg: Leg, seen: Seen): StepEvidence {
  const lines = seen.flows.map(flowText)
  const isSeen = packetsOf(seen).some(({ frame }) => fits(frame, step.packet, leg))
  const isTracked = seen.flows.some(({ reply }) => leg === 'there' && reply.source === step.packet.destination)
  return isSeen || isTracked ? { mark: 'seen', lines } : { mark: 'missing', lines }
}

const refusals: readonly ProbeResult[] = ['refused', 'reset']

function atSocket({ said }: TraceStep, leg: Leg, outcome: ProbeOutcome | null): StepEvidence {
  if (!outcome || leg === 'back') return nothing
  const lines = [`${outcome.errno ?? outcome.result} ${outcome.ms.toFixed(1)} ms`]
  const isRefused = refusals.includes(outcome.result)
  const expectsRefusal = said.code === 'socket-none'
  if (outcome.result === 'answered') return { mark: expectsRefusal ? 'contradicted' : 'seen', lines }
  if (isRefused) return { mark: expectsRefusal ? 'seen' : 'contradicted', lines }
  return { mark: 'none', lines: [] }
}

/** The last of what decided: a probe is tried again after a drop. */
function findDrop(all: readonly Seen[]): Comparison['dropped'] {
  for (const seen of all) {
    const event = seen.witnessed.find((one) => one.type === 'rule' && one.verdict === 'drop')
    if (event?.type === 'rule') return { netns: seen.netns, ...seenRule(event, seen) }
  }
  return null
}

const expected: Readonly<Record<Outcome, readonly ProbeResult[]>> = {
  answered: ['answered'],
  'delivered-unanswered': ['silent'],
  dropped: ['silent', 'forbidden'],
  rejected: ['refused', 'reset', 'unreachable', 'forbidden', 'no-route'],
  unreachable: ['no-route', 'unreachable', 'forbidden', 'failed', 'silent'],
  lost: ['silent', 'unreachable'],
  unknown: [],
}

function judge(
  explanation: Explanation,
  { result }: ProbeOutcome,
  dropped: Comparison['dropped'],
  all: readonly Seen[],
): Comparison['agreement'] {
  const { verdict, there } = explanation
  const agreement = agreementOf(explanation, result)
  if (agreement === 'undecided' && verdict.outcome === 'answered') {
    return dropped === null && hasArrived(there.steps, all) ? 'agrees' : 'differs'
  }
  return agreement === 'agrees' && isElsewhere(verdict, there.steps, dropped) ? 'differs' : agreement
}

/** By the socket's result alone. Who takes a datagram need not answer: silence says nothing then. */
/** As far as a result can be held against it. */
export interface Reckoned {
  readonly question: Pick<TraceQuestion, 'protocol'>
  readonly verdict: Pick<Verdict, 'outcome'>
}

export function agreementOf({ verdict, question }: Reckoned, result: ProbeResult): Comparison['agreement'] {
  if (verdict.outcome === 'unknown') return 'undecided'
  if (question.protocol === 'udp' && verdict.outcome === 'answered' && result === 'silent') return 'undecided'
  return expected[verdict.outcome].includes(result) ? 'agrees' : 'differs'
}

function hasArrived(steps: readonly TraceStep[], all: readonly Seen[]): boolean {
  const last = steps.at(-1)
  const seen = all.find(({ netns }) => netns === last?.netns)
  if (!last || !seen) return false
  return packetsOf(seen).some(({ frame, direction }) => direction === 'in' && fits(frame, last.packet, 'there'))
}

/** The kernel dropped it, and at another rule than was said. */
function isElsewhere(
  { at }: Explanation['verdict'],
  steps: readonly TraceStep[],
  dropped: Comparison['dropped'],
): boolean {
  if (!dropped || at?.leg !== 'there') return false
  const rule = steps[at.step]?.place.rule
  return !rule || rule.table !== dropped.table || rule.chain !== dropped.chain || rule.number !== dropped.number
}

/** Packets and drops that no step speaks of; who else is asked for by ARP is not of the probe. */
function besides(seen: Seen, used: ReadonlySet<Witnessed>, explanation: Explanation): Comparison['beside'] {
  const isHere = [...explanation.there.steps, ...(explanation.back?.steps ?? [])].some(
    ({ netns }) => netns === seen.netns,
  )
  if (!isHere) return []
  const lines = seen.witnessed.flatMap((one) => {
    if (used.has(one)) return []
    if (one.type === 'rule') return one.verdict === 'drop' ? [ruleLine(one, seen)] : []
    return one.frame.kind === 'icmp' && one.frame.about !== null ? [packetLine(one, seen)] : []
  })
  return unique(lines).map((line) => ({ netns: seen.netns, line }))
}

function packetsOf({ witnessed }: Seen): Packet[] {
  return witnessed.filter((one): one is Packet => one.type === 'packet')
}

function found(mark: 'seen' | 'contradicted', packets: readonly Packet[], seen: Seen, used: Set<Witnessed>) {
  for (const packet of packets) used.add(packet)
  return { mark, lines: linesOf(packets, seen) }
}

function linesOf(packets: readonly Packet[], seen: Seen): string[] {
  return unique(packets.map((packet) => packetLine(packet, seen)))
}

function unique(lines: readonly string[]): string[] {
  return [...new Set(lines)].slice(0, mostLines)
}

function packetLine({ direction, link, frame }: Packet, { links }: Seen): string {
  return `${direction === 'in' ? 'in ' : 'out'} ${links.get(link) ?? `link ${link}`}  ${frameLine(frame)}`
}

function frameLine(frame: Frame): string {
  if (frame.kind === 'neighbour') {
    return frame.isAnswer
      ? `${frame.source} is at ${frame.mac ?? '?'}`
      : `who has ${frame.target}? tell ${frame.source}`
  }
  if (frame.kind === 'icmp') {
    return `${frame.source} > ${frame.destination} icmp type ${frame.type} code ${frame.code}`
  }
  const from = `${bracketed(frame.source)}:${frame.sourcePort}`
  return `${from} > ${bracketed(frame.destination)}:${frame.destinationPort} ${frame.flags || frame.kind}`
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}
