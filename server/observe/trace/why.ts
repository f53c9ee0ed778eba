import { chains } from '../../firewall/base'
import type { SavedChain } from '../../kernel/firewall-save'
import { createOwners } from '../owners'
import type { OwnerView } from '../snapshot'
import type { FoundRule, Passage } from './chains'
import type { CauseCode } from './codes'
import { command, type End, end, remedy, type Trip } from './trip'
import type { Records, World } from './world'

/** Why a rule stops a packet: in Patchbay's words where the rule is Patchbay's, else by the rule itself. */
export function whyDropped(found: FoundRule, outcome: 'dropped' | 'rejected'): End {
  return ours(found, outcome) ?? byRule(found, outcome)
}

/** Nothing let it pass, and what a chain says at its end stops it. */
export function whyPolicy(passage: Passage, chain: SavedChain): End {
  const { trip, place, table } = passage
  const { packet } = trip
  const ends = [`-s ${packet.source}`, `-d ${packet.destination}`].join(' ')
  return end(
    'dropped',
    'policy-drops',
    { chain: chain.name, table, place: trip.world.nameOf(place.netns) },
    command(trip.world, place.netns, `${program(passage)} -t ${table} -I ${chain.name} ${ends} -j ACCEPT`),
    chain.rules.some(({ text }) => /ESTABLISHED.*-j ACCEPT/.test(text))
      ? null
      : forAnswers(
          passage,
          `${program(passage)} -t ${table} -I ${chain.name} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`,
        ),
  )
}

/** What passes there and back needs to be let pass twice. */
export function forAnswers({ trip, place }: Pick<Passage, 'trip' | 'place'>, text: string) {
  if (place.hook !== 'FORWARD' || place.netns !== trip.world.host) return null
  return remedy('command-answers', { command: text })
}

function byRule({ passage, chain, number }: FoundRule, outcome: 'dropped' | 'rejected'): End {
  const { trip, place, table } = passage
  const values = { number, chain: chain.name, table, place: trip.world.nameOf(place.netns) }
  return end(
    outcome,
    outcome === 'dropped' ? 'rule-drops' : 'rule-rejects',
    values,
    command(trip.world, place.netns, `${program(passage)} -t ${table} -D ${chain.name} ${number}`),
  )
}

function program({ trip, hooked }: Passage): string {
  const name = trip.family === 'ipv6' ? 'ip6tables' : 'iptables'
  return hooked.variant === 'legacy' ? `${name}-legacy` : name
}

function ours(found: FoundRule, outcome: 'dropped' | 'rejected'): End | undefined {
  const { passage, chain, number, rule } = found
  const { trip, place } = passage
  if (place.netns !== trip.world.host) return undefined
  const at = { number, chain: chain.name }
  if (chain.name === chains.user) {
    const told = byRule(found, outcome)
    return end(outcome, 'user-rule-drops', at, ...told.remedies)
  }
  if (!rule.comment?.startsWith('patchbay:')) return undefined
  const owner = ownersOf(trip.world.records).ofMark(rule.comment, null)
  if (!owner) return undefined
  return byChain(found, outcome, at, owner)
}

type At = { readonly number: number; readonly chain: string }

function byChain(found: FoundRule, outcome: 'dropped' | 'rejected', at: At, owner: OwnerView): End | undefined {
  const { passage, chain } = found
  const { trip, place } = passage
  const { name } = owner
  const target = containerAt(trip, trip.packet.destination) ?? ''
  if (chain.name.startsWith('PATCHBAY-IN-')) return policy('policy-denies-ingress')
  if (chain.name.startsWith('PATCHBAY-OUT-')) return policy('policy-denies-egress')
  if (owner.type === 'service') return end(outcome, 'service-refuses', { ...at, name })
  if (passage.table === 'raw') return guarded(trip, outcome, at, owner)
  if (chain.name === chains.internal) {
    const peer = containerAt(trip, trip.packet.source) ?? ''
    const outsider = place.outLink === deviceOf(trip, owner) ? peer : target
    return end(
      outcome,
      'network-internal',
      { ...at, network: name },
      outsider === '' ? null : remedy('connect', { container: outsider, network: name }),
      remedy('not-internal', { network: name }),
    )
  }
  if (chain.name === chains.forward) {
    return end(outcome, 'containers-apart', { ...at, network: name }, remedy('allow-icc', { network: name }))
  }
  if (chain.name !== chains.main) return undefined
  const from = networkOf(trip, place.inLink)
  const port = trip.packet.destinationPort ?? 0
  const publish = port === 0 || target === '' ? null : remedy('publish', { container: target, port })
  if (from === undefined) {
    return end(outcome, 'port-unpublished', { ...at, network: name, port, container: target }, publish)
  }
  const source = containerAt(trip, trip.packet.source) ?? ''
  return end(
    outcome,
    'networks-isolated',
    { ...at, from, network: name },
    source === '' ? null : remedy('connect', { container: source, network: name }),
    publish,
  )

  function policy(code: CauseCode): End {
    return end(outcome, code, { ...at, name }, remedy('allow-policy', { name }))
  }
}

/** Rules of the raw table: addresses that are not to be used from there. */
function guarded(trip: Trip, outcome: 'dropped' | 'rejected', at: At, owner: OwnerView): End {
  const address = trip.packet.destination
  if (owner.type !== 'endpoint') return end(outcome, 'loopback-guarded', { ...at, address })
  const container = containerAt(trip, address) ?? owner.name
  const port = trip.packet.destinationPort ?? 0
  const asker = containerAt(trip, trip.packet.source)
  const network = trip.world.records.networks[owner.networkId]?.name
  return end(
    outcome,
    'direct-access',
    { ...at, container, address },
    asker === undefined || network === undefined ? null : remedy('connect', { container: asker, network }),
    remedy('use-published', { container, port }),
  )
}

const madeFor = new WeakMap<Records, ReturnType<typeof createOwners>>()

function ownersOf(records: Records): ReturnType<typeof createOwners> {
  const known = madeFor.get(records) ?? createOwners(records)
  madeFor.set(records, known)
  return known
}

function deviceOf({ world }: Trip, owner: OwnerView): string | null {
  return (owner.type === 'network' && world.records.networks[owner.id]?.device) || null
}

function networkOf({ world }: Trip, device: string | null): string | undefined {
  if (device === null) return undefined
  return Object.values(world.records.networks).find((network) => network.device === device)?.name
}

/** Who has that address, by the records. */
export function containerAt({ world }: Trip, address: string): string | undefined {
  return world.records.containers[holderOf(world, address) ?? '']?.name
}

/** Whose container's it is, by the records: its id. */
export function holderOf({ records }: World, address: string): string | undefined {
  return holdersIn(records).get(address)
}

const holders = new WeakMap<Records, ReadonlyMap<string, string>>()

/** Ids of containers by their addresses; of those that have the same the first. */
function holdersIn(records: Records): ReadonlyMap<string, string> {
  const known = holders.get(records)
  if (known) return known
  const found = new Map<string, string>()
  for (const { containerId, ipv4Address, ipv6Address } of Object.values(records.endpoints)) {
    for (const address of [ipv4Address, ipv6Address]) {
      const plain = address?.split('/')[0]
      if (plain !== undefined && !found.has(plain)) found.set(plain, containerId)
    }
  }
  holders.set(records, found)
  return found
}
