import { PatchbayError, toldBy } from '../../cnm/errors'
import type { FoundNetns, NetnsId } from '../../cnm/netns-state'
import { sentence, toTold } from '../../cnm/sentence'
import type { Engine } from '../../engine/contract'
import { inside } from '../../kernel/inside'
import type { NetnsReader, NetnsTables } from '../../kernel/netns-contract'
import { openProbe, type Probe, type ProbeOutcome, type ProbeTarget } from '../../kernel/probe'
import { openWitness, type ProbeMark, type Witness, type Witnessed } from '../../kernel/witness'
import { createRuns } from '../runs'
import { compare, ruleKey, type Seen } from './compare'
import type { Explanation, Place, TraceQuestion, Tracer } from './contract'
import { increased, legacyCounters } from './counters'
import type { Prober, ProbeState } from './prober-contract'

export interface ProberParts {
  readonly tracer: Tracer
  readonly reader: NetnsReader
  readonly tables: NetnsTables
  readonly engine: Pick<Engine, 'note'>
  /** How people call a place, for the journal. */
  readonly nameOf: (place: Place) => string
}

const waitMs = 2_000
/** ARP gives up after three seconds, and only then the socket hears of it. */
const neighbourWaitMs = 3_300
/** What was seen at the end is still on its way. */
const settleMs = 60
const gatherMs = 50

export function createProber(parts: ProberParts): Prober & { close(): Promise<void> } {
  const runs = createRuns<ProbeState>(sentence`probe`)
  return {
    send(question, actor) {
      let state: ProbeState = { stage: 'explaining', message: null, explanation: null, outcome: null, comparison: null }
      return runs.begin(
        () => state,
        async (feed, signal) => {
          const told = (next: Partial<ProbeState>) => {
            state = { ...state, ...next }
            feed.restart()
          }
          const subjects = [parts.nameOf(question.from), describeTarget(question, parts.nameOf)]
          await parts.engine
            .note({ verb: 'trace.send', subjects }, () => sendOne(parts, question, told, signal), { actor })
            .catch((error: unknown) => told({ stage: 'failed', message: toTold(toldBy(error)) }))
        },
      )
    },
    follow: runs.follow,
    close: runs.close,
  }
}

/** How people call a place, for the journal. */
export function placeNames({ listContainers }: Pick<Engine, 'listContainers'>): ProberParts['nameOf'] {
  return (place) => {
    switch (place.kind) {
      case 'container':
        return listContainers().find(({ id }) => id === place.id)?.name ?? place.id
      case 'namespace':
        return `namespace ${place.id}`
      case 'host':
        return 'host'
      default:
        return place.kind === 'address' ? place.address : place.name
    }
  }
}

function describeTarget({ to, protocol, port }: TraceQuestion, nameOf: ProberParts['nameOf']): string {
  return port === undefined ? `${nameOf(to)} ${protocol}` : `${nameOf(to)} ${port}/${protocol}`
}

async function sendOne(
  { tracer, reader, tables }: ProberParts,
  question: TraceQuestion,
  told: (next: Partial<ProbeState>) => void,
  signal: AbortSignal,
): Promise<void> {
  const explanation = await tracer.explain(question)
  told({ explanation, stage: 'opening' })
  const target = targetOf(explanation)
  const all = await reader.find()
  const source = sourceOf(explanation, all)
  const places = placesOf(explanation, all, source)
  const sights = await Promise.all(places.map((netns) => lookAround(netns, reader, tables)))
  const see = (outcome: ProbeOutcome | null) => told({ comparison: compare(explanation, sights, outcome) })
  const counters = legacyCounters(explanation, places, tables)
  await inside(source, async (path) => {
    const before = await counters()
    const probe = await openProbe(path, [target])
    const mark = { protocol: target.protocol, mark: probe.marks[0] ?? 0 }
    const timing = createTiming(probe, () => see(null))
    signal.addEventListener('abort', probe.close)
    const witnesses = await openAll(places, sights, mark, timing.seen)
    try {
      told({ stage: 'sent' })
      const wait = ['lost', 'unreachable'].includes(explanation.verdict.outcome) ? neighbourWaitMs : waitMs
      const [outcome = null] = await probe.fire(wait)
      await new Promise((resolve) => setTimeout(resolve, settleMs))
      await Promise.all(witnesses.map((witness) => witness.settle()))
      await readFlows(places, sights, tables, mark, target)
      const after = await counters()
      for (const sight of sights) sight.counted = increased(before.get(sight.netns), after.get(sight.netns))
      told({ stage: 'done', outcome, comparison: compare(explanation, sights, outcome) })
    } finally {
      timing.close()
      probe.close()
      await Promise.all(witnesses.map((witness) => witness.close()))
    }
  })
}

function targetOf({ address, question }: Explanation): ProbeTarget {
  if (address === null) {
    throw new PatchbayError(
      'invalid-parameter',
      sentence`there is no address to send to: what was asked for is not known`,
    )
  }
  return { protocol: question.protocol, address, port: question.port ?? 0 }
}

/** Where the explanation begins: the namespace of who asks. */
function sourceOf({ question, there }: Explanation, all: readonly FoundNetns[]): FoundNetns {
  if (question.from.kind === 'address') {
    const reason = sentence`a probe is sent from this machine: choose a container, a namespace or the host to send from`
    throw new PatchbayError('invalid-parameter', reason, { field: 'from' })
  }
  const isHost = question.from.kind === 'host'
  const id = question.from.kind === 'namespace' ? question.from.id : there.steps.find(({ netns }) => netns)?.netns
  const found = all.find((netns) => (isHost ? netns.isHost : netns.id === id))
  if (!found)
    throw new PatchbayError('not-found', sentence`the network namespace to send from is gone`, { field: 'from' })
  return found
}

function placesOf({ there, back }: Explanation, all: readonly FoundNetns[], source: FoundNetns): FoundNetns[] {
  const ids = new Set<NetnsId | null>([
    source.id,
    ...[...there.steps, ...(back?.steps ?? [])].map(({ netns }) => netns),
  ])
  return all.filter(({ id, isHost }) => ids.has(id) || isHost)
}

type Sight = { -readonly [Key in keyof Seen]: Seen[Key] } & { readonly witnessed: Witnessed[] }

/** What is needed to name what will be seen. One that goes meanwhile is left out of the comparison by its reason. */
async function lookAround(netns: FoundNetns, reader: NetnsReader, tables: NetnsTables): Promise<Sight> {
  const sight: Sight = {
    ...{ netns: netns.id, links: new Map(), rules: new Map(), chains: new Set<string>(), counted: new Map() },
    ...{ blind: null, witnessed: [], flows: [] },
  }
  try {
    const [{ links }, ruleset] = await Promise.all([reader.read(netns), tables.nftables(netns)])
    sight.links = new Map(links.map(({ index, name }) => [index, name]))
    Object.assign(sight, numberRules(ruleset))
  } catch (error) {
    sight.blind = toTold(toldBy(error))
  }
  return sight
}

/** Rules numbered as iptables counts them, from 1 in each chain, and the chains. */
export function numberRules(ruleset: string): Pick<Seen, 'rules' | 'chains'> {
  const rules = new Map<string, number>()
  const counts = new Map<string, number>()
  const { nftables } = JSON.parse(ruleset || '{"nftables":[]}') as { nftables: readonly RawEntry[] }
  for (const { chain, rule } of nftables) {
    if (chain) counts.set(ruleKey(chain.family, chain.table, chain.name, ''), 0)
    if (!rule) continue
    const of = ruleKey(rule.family, rule.table, rule.chain, '')
    const number = (counts.get(of) ?? 0) + 1
    counts.set(of, number)
    rules.set(ruleKey(rule.family, rule.table, rule.chain, String(rule.handle)), number)
  }
  return { rules, chains: new Set(counts.keys()) }
}

interface RawEntry {
  readonly chain?: { readonly family: string; readonly table: string; readonly name: string }
  readonly rule?: { readonly family: string; readonly table: string; readonly chain: string; readonly handle: number }
}

/** Tells of what is seen, gathered, and ends the waiting soon after a rule has dropped the probe. */
function createTiming(probe: Probe, tell: () => void) {
  let telling: NodeJS.Timeout | undefined
  let ending: NodeJS.Timeout | undefined
  return {
    seen(witnessed: Witnessed) {
      telling ??= setTimeout(() => {
        telling = undefined
        tell()
      }, gatherMs)
      if (witnessed.type === 'rule' && witnessed.verdict === 'drop') ending ??= setTimeout(() => probe.close(), 250)
    },
    close() {
      clearTimeout(telling)
      clearTimeout(ending)
    },
  }
}

/** A namespace that cannot be watched is told as such, and is no reason not to send. */
async function openAll(
  places: readonly FoundNetns[],
  sights: readonly Sight[],
  mark: ProbeMark,
  seen: (witnessed: Witnessed) => void,
): Promise<Witness[]> {
  const opened = await Promise.all(
    places.map(async (netns, index) => {
      const sight = sights[index]
      try {
        const witness = await inside(netns, (path) =>
          openWitness(path, mark, (witnessed) => {
            sight?.witnessed.push(witnessed)
            seen(witnessed)
          }),
        )
        if (sight) sight.blind ??= witness.rulesUnseen
        return [witness]
      } catch (error) {
        if (sight) sight.blind = toTold(toldBy(error))
        return []
      }
    }),
  )
  return opened.flat()
}

async function readFlows(
  places: readonly FoundNetns[],
  sights: readonly Sight[],
  tables: NetnsTables,
  { protocol, mark }: ProbeMark,
  { address }: ProbeTarget,
): Promise<void> {
  const keep: Parameters<NetnsTables['flows']>[1] = {
    limit: 10,
    keep: ({ protocol: of, original }) =>
      protocol === 'icmp'
        ? of.startsWith('icmp') && original.destination === address
        : of === protocol && original.sourcePort === mark,
  }
  await Promise.all(
    places.map(async (netns, index) => {
      const sight = sights[index]
      const chosen = await tables.flows(netns, keep).catch(() => undefined)
      if (sight && chosen) sight.flows = chosen.rows
    }),
  )
}
