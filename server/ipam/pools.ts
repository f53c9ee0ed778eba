import { familyNames, familyOf } from '../cnm/address'
import { type Cidr, formatCidr, getCidr, lastOf, later, overlaps, sizeOf } from '../cnm/cidr'
import { PatchbayError } from '../cnm/errors'
import { type Said, sentence } from '../cnm/sentence'
import { longestPrefix, parseSubnet } from './network-pool'

/** Docker's default local pools: a range, and the prefix length of the subnets cut from it. */
export const defaultPools = [
  { range: '172.17.0.0/16', prefix: 16 },
  { range: '172.18.0.0/16', prefix: 16 },
  { range: '172.19.0.0/16', prefix: 16 },
  { range: '172.20.0.0/14', prefix: 16 },
  { range: '172.24.0.0/14', prefix: 16 },
  { range: '172.28.0.0/14', prefix: 16 },
  { range: '192.168.0.0/16', prefix: 20 },
] as const

/** A range that automatic subnets are cut from. */
export interface SubnetSource {
  readonly range: string
  readonly prefix: number
}

/** A subnet that is taken, and by whom, in words ("network web", "a route of this host"). */
export interface TakenSubnet {
  readonly subnet: string
  readonly holder: Said
}

export class PoolOverlapError extends PatchbayError {
  constructor(subnet: string, taken: TakenSubnet) {
    super('conflict', sentence`pool ${subnet} overlaps ${taken.subnet} of ${taken.holder}; choose another subnet`, {
      field: 'subnet',
      reason: 'pool-overlaps',
      data: { pool: subnet, overlaps: taken.subnet, holder: String(taken.holder) },
    })
  }
}

/** As `docker` has them: a range and the size of the subnets cut from it. */
export interface DefaultPoolInput {
  /** "10.10.0.0/16", "fd00:10::/48" */
  readonly base: string
  /** Prefix length of the subnets cut from it. */
  readonly size: number
}

/** Throws for ranges that no network could be cut from, or that meet each other. */
export function parseDefaultPools(pools: readonly DefaultPoolInput[]): SubnetSource[] {
  const sources = pools.map(parseDefaultPool)
  for (const [at, { range }] of sources.entries()) {
    const met = sources.slice(0, at).find((other) => overlaps(getCidr(other.range), getCidr(range)))
    if (met) throw badPool(sentence`pool ${range} overlaps pool ${met.range}; give each range once`)
  }
  return sources
}

function parseDefaultPool({ base, size }: DefaultPoolInput): SubnetSource {
  const cidr = parseSubnet(base, 'defaultPools')
  const longest = longestPrefix[cidr.family]
  if (Number.isInteger(size) && size >= cidr.prefix && size <= longest) return { range: formatCidr(cidr), prefix: size }
  throw badPool(
    sentence`pool ${base} cannot be cut into /${size}: the size must lie between ${cidr.prefix} and ${longest}`,
  )
}

function badPool(message: Said): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field: 'defaultPools' })
}

/** The /64 subnets of a host's own unique local prefix (RFC 4193): ten hexadecimal digits, chosen by chance once. */
export function localIpv6Pools(globalId: string): SubnetSource[] {
  const [, one, two, three] = /^(..)(....)(....)$/.exec(globalId) ?? []
  return [{ range: `fd${one}:${two}:${three}::/48`, prefix: 64 }]
}

/** The first subnet of the given ranges (Docker's default pools where absent) that overlaps nothing taken. */
export function pickSubnet(taken: readonly TakenSubnet[], sources: readonly SubnetSource[] = defaultPools): string {
  const blocked = taken.map((entry) => getCidr(entry.subnet))
  for (const source of sources) {
    const free = firstFree(source, blocked)
    if (free) return formatCidr(free)
  }
  throw new PatchbayError(
    'unavailable',
    sentence`all default address pools (${sources.map(({ range, prefix }) => sentence`${range} in /${prefix}`)}) are in use by networks or routes of this host; give the network a subnet, or add a pool in the settings`,
    { field: 'subnet', reason: 'pools-used-up', data: { family: familyNames[familyOf(sources[0]?.range ?? '')] } },
  )
}

/** Throws PoolOverlapError when the subnet meets another. */
export function checkOverlap(subnet: string, taken: readonly TakenSubnet[]): void {
  const cidr = getCidr(subnet)
  const met = taken.find((entry) => overlaps(getCidr(entry.subnet), cidr))
  if (met) throw new PoolOverlapError(subnet, met)
}

/** What blocks a candidate is passed over whole, so that a wide route costs one step. */
function firstFree({ range, prefix }: SubnetSource, blocked: readonly Cidr[]): Cidr | undefined {
  const whole = getCidr(range)
  const step = sizeOf({ family: whole.family, prefix })
  let candidate: Cidr = { family: whole.family, base: whole.base, prefix }
  while (candidate.base <= lastOf(whole)) {
    const met = blocked.find((cidr) => overlaps(cidr, candidate))
    if (!met) return candidate
    const end = later(lastOf(met), lastOf(candidate))
    candidate = { ...candidate, base: end - (end % step) + step }
  }
  return undefined
}
