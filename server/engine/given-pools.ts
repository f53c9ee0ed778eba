import type { Family } from '../cnm/address'
import { isPatchbayError, PatchbayError } from '../cnm/errors'
import type { AddressPool } from '../cnm/network'
import { sentence } from '../cnm/sentence'
import { type PoolInput, parsePool } from '../ipam/network-pool'
import type { NetworkCreateInput } from './contract'

type PoolsInput = Pick<NetworkCreateInput, 'pools' | 'subnet' | 'gateway' | 'ipRange' | 'auxAddresses'>

/** The pools as typed; the fields for a single one are the same as a list of one. */
export function givenPools({ pools, subnet, gateway, ipRange, auxAddresses }: PoolsInput): readonly PoolInput[] {
  if (pools !== undefined && pools.length > 0) return pools
  const single = { subnet, gateway, ipRange, auxAddresses }
  return Object.values(single).every((value) => value === undefined)
    ? []
    : [Object.fromEntries(Object.entries(single).filter(([, value]) => value !== undefined))]
}

/** Those of them that name their subnet, in their places. */
export function namedPools(input: PoolsInput): (AddressPool | undefined)[] {
  return givenPools(input).map((raw, at) =>
    raw.subnet === undefined ? undefined : atPool(input, at, () => parsePool(raw, noSubnet)),
  )
}

/**
 * All of them in their order: of the first without a subnet of its own one is picked, of the family named; nobody picks
 * for another.
 */
export function listedPools(
  input: PoolsInput,
  named: readonly (AddressPool | undefined)[],
  family: Family | undefined,
  pick: (family: Family) => string,
): AddressPool[] {
  const first = named.indexOf(undefined)
  return givenPools(input).map((raw, at) => {
    const pickHere = () => (at === first && family !== undefined ? pick(family) : noSubnet())
    return named[at] ?? atPool(input, at, () => parsePool(raw, pickHere))
  })
}

const ofPools = new Set<string | undefined>(['subnet', 'gateway', 'ipRange', 'auxAddresses'])

/** What is wrong about one pool of a list is told with its place in it. */
export function atPool<Result>({ pools }: Pick<PoolsInput, 'pools'>, at: number, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (pools === undefined || !isPatchbayError(error) || !ofPools.has(error.field)) throw error
    const { kind, told, field, data, reason } = error
    const about = { field: `pools.${at}.${field}`, data, ...(reason === undefined ? {} : { reason }) }
    throw new PatchbayError(kind, told, { ...about, cause: error })
  }
}

export function noSubnet(): string {
  throw new PatchbayError('invalid-parameter', sentence`every address pool of a network needs a subnet; give one`, {
    field: 'subnet',
  })
}
