import { formatCidr, parseCidr } from '../cnm/cidr'
import type { Container } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { shown } from '../cnm/names'
import type { Network } from '../cnm/network'
import { isOpen, type Policy, type PolicyPeer, type PolicyRule, type PortRange } from '../cnm/policy'
import { type Said, sentence } from '../cnm/sentence'
import { networkOwnerOf } from '../cnm/shared-network'
import type { EngineContext } from './context'
import type { PolicyInput, PolicyRuleInput } from './contract'

const mostRules = 200
const mostRanges = 50
const actions = ['allow', 'deny'] as const
const directions = ['ingress', 'egress'] as const
const protocols = ['any', 'tcp', 'udp', 'sctp', 'icmp'] as const
const peerKinds = ['any', 'host', 'container', 'network', 'subnet'] as const

/** Whoever is to have a policy: a network or container, as it was before or is being made. */
type Holder = Pick<Network | Container, 'name' | 'policy'> & { readonly pools?: Network['pools'] }

/**
 * A policy from what was typed, every value checked; undefined where it stops nothing. Peers that the former policy named
 * already may be gone; the holder may name itself before it is there. Throws invalid-parameter or not-found.
 */
export function parsePolicy(ctx: EngineContext, raw: PolicyInput, holder: Holder): Policy | undefined {
  const { rules = [] } = raw
  if (rules.length > mostRules)
    throw invalid(sentence`a policy of ${rules.length} rules is too long; at most ${mostRules} fit`)
  const former = holder.policy?.rules.flatMap(({ peer }) => ('name' in peer ? [`${peer.kind} ${peer.name}`] : []))
  const known: Known = { former: new Set(former), holder }
  const policy: Policy = {
    ingress: oneOf(actions, raw.ingress ?? 'allow', sentence`the verdict on what no ingress rule matches`),
    egress: oneOf(actions, raw.egress ?? 'allow', sentence`the verdict on what no egress rule matches`),
    rules: rules.map((rule, at) => parseRule(ctx, rule, known, at + 1)),
  }
  return isOpen(policy) ? undefined : policy
}

/** What rules may name besides what there is. */
interface Known {
  readonly former: ReadonlySet<string>
  readonly holder: Holder
}

/** Throws where rules of this host do not see the packets of the network's containers, or cannot. */
export async function checkNetworkPolicy(ctx: EngineContext, network: Network, policy: Policy | undefined) {
  if (policy === undefined) return
  if (!hasBridge(ctx, network)) {
    const kind = network.configOnly ? sentence`only keeps a configuration` : sentence`has driver ${network.driver}`
    throw unseen(
      sentence`network ${network.name} cannot have a policy: it ${kind}, and no rule of this host sees packets of it`,
    )
  }
  await checkSight(ctx, sentence`network ${network.name}`, network.ipv6)
}

/** As for networks, of a container with these networks. */
export async function checkContainerPolicy(
  ctx: EngineContext,
  container: Container,
  policy: Policy | undefined,
  networks: readonly Network[],
): Promise<void> {
  if (policy === undefined) return
  const owner = networkOwnerOf(container)
  if (owner !== undefined) {
    const name = ctx.records.findContainer(owner)?.name ?? owner
    throw unseen(
      sentence`container ${container.name} cannot have a policy: it is on the network of ${name}; set the policy there`,
    )
  }
  for (const network of networks) checkSeen(ctx, { ...container, policy }, network)
  await checkSight(
    ctx,
    sentence`container ${container.name}`,
    networks.some(({ ipv6 }) => ipv6),
  )
}

/** Throws where a container with a policy would be on a network that its rules do not see. */
export function checkSeen(ctx: EngineContext, container: Pick<Container, 'name' | 'policy'>, network: Network): void {
  if (container.policy === undefined || hasBridge(ctx, network) || network.driver === 'null') return
  throw unseen(
    sentence`container ${container.name} cannot have a policy and be on network ${network.name}: no rule of this host sees what passes a network of driver ${network.driver}; use a bridge network, or take the policy away`,
  )
}

function hasBridge(ctx: EngineContext, network: Network): boolean {
  return !network.configOnly && ctx.drivers.get(network.driver).bridgeName !== undefined
}

/** Between containers of one network only br_netfilter shows rules the packets. */
async function checkSight(ctx: EngineContext, who: Said, ipv6: boolean): Promise<void> {
  const isMissing =
    (await ctx.kernel.facts()).bridgedTraffic === null ||
    (ipv6 && (await ctx.kernel.ipv6Facts()).bridgedTraffic === null)
  if (!isMissing) return
  throw new PatchbayError(
    'unavailable',
    sentence`${who} cannot have a policy: this kernel has no br_netfilter loaded, without which rules do not see what passes between containers of one network; run modprobe br_netfilter first`,
    { field: 'policy' },
  )
}

function parseRule(
  ctx: EngineContext,
  { action, direction, peer, protocol, ports }: PolicyRuleInput,
  known: Known,
  number: number,
): PolicyRule {
  const rule = sentence`policy rule ${number}`
  const parsed = {
    action: oneOf(actions, action, sentence`the action of ${rule}`),
    direction: oneOf(directions, direction, sentence`the direction of ${rule}`),
    peer: parsePeer(ctx, peer ?? { kind: 'any' }, known, rule),
    protocol: oneOf(protocols, protocol ?? 'any', sentence`the protocol of ${rule}`),
    ports: parseRanges(ports ?? '', rule),
  }
  if (parsed.ports.length > 0 && (parsed.protocol === 'any' || parsed.protocol === 'icmp')) {
    throw invalid(sentence`${rule} names ports, and protocol ${parsed.protocol} has none; choose tcp, udp or sctp`)
  }
  return parsed
}

function parsePeer(
  ctx: EngineContext,
  { kind, name = '', subnet = '' }: NonNullable<PolicyRuleInput['peer']>,
  known: Known,
  rule: Said,
): PolicyPeer {
  const parsed = oneOf(peerKinds, kind, sentence`the peer of ${rule}`)
  const needless = parsed === 'subnet' ? name : parsed === 'container' || parsed === 'network' ? subnet : name || subnet
  if (needless !== '') {
    throw invalid(
      sentence`${rule} has a peer of kind ${parsed}, for which ${shown(needless)} means nothing; leave it out`,
    )
  }
  switch (parsed) {
    case 'any':
    case 'host':
      return { kind: parsed }
    case 'subnet':
      return { kind: parsed, subnet: parseSubnet(subnet, rule) }
    case 'container':
    case 'network':
      return {
        kind: parsed,
        name: known.former.has(`${parsed} ${name}`) ? name : nameOf(ctx, parsed, name, known, rule),
      }
  }
}

/** Also from an id: what is kept is the name. */
function nameOf(
  ctx: EngineContext,
  kind: 'container' | 'network',
  reference: string,
  { holder }: Known,
  rule: Said,
): string {
  const isHolder = holder.name === reference && (holder.pools !== undefined) === (kind === 'network')
  const found = isHolder
    ? holder
    : kind === 'container'
      ? ctx.records.findContainer(reference)
      : ctx.records.findNetwork(reference)
  if (!found) {
    throw new PatchbayError(
      'not-found',
      sentence`${rule} names ${kind === 'network' ? sentence`network` : sentence`container`} ${shown(reference)}, which does not exist`,
      {
        field: 'policy',
      },
    )
  }
  if ('pools' in found && found.pools?.length === 0) {
    throw invalid(
      sentence`${rule} names network ${found.name}, which has no addresses; name the host, a subnet or another network`,
    )
  }
  return found.name
}

function parseSubnet(text: string, rule: Said): string {
  const cidr = parseCidr(text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`)
  if (cidr) return formatCidr(cidr)
  throw invalid(sentence`${rule} names subnet ${shown(text)}; it is to be like 10.20.0.0/24, 10.20.0.7 or fd00:20::/64`)
}

/** "80,443,8000-8010" */
function parseRanges(text: string, rule: Said): PortRange[] {
  const parts = text.split(',').map((part) => part.trim())
  if (parts.length === 1 && parts[0] === '') return []
  if (parts.length > mostRanges)
    throw invalid(sentence`${rule} has ${parts.length} port ranges; at most ${mostRanges} fit`)
  return parts.map((part) => {
    const [, from, to = from] = /^(\d{1,5})(?:\s*-\s*(\d{1,5}))?$/.exec(part) ?? []
    const range = { first: Number(from ?? 0), last: Number(to ?? 0) }
    if (range.first >= 1 && range.last <= 65535 && range.first <= range.last) return range
    throw invalid(
      sentence`${rule} names port ${shown(part)}; ports are numbers from 1 to 65535, or ranges like 8000-8010`,
    )
  })
}

function oneOf<Value extends string>(values: readonly Value[], text: string, what: Said): Value {
  const value = values.find((one) => one === text)
  if (value !== undefined) return value
  throw invalid(sentence`${what} cannot be ${shown(text)}; it is one of ${values}`)
}

function invalid(message: Said): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field: 'policy' })
}

function unseen(message: Said): PatchbayError {
  return new PatchbayError('forbidden', message, { field: 'policy' })
}
