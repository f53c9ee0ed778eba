import { PatchbayError } from '../cnm/errors'
import { type Cidr, formatCidr, getCidr, overlaps, sizeOf } from './cidr'

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

/** A subnet that is taken, and by whom, in words ("network web", "a route of this host"). */
export interface TakenSubnet {
  readonly subnet: string
  readonly holder: string
}

export class PoolOverlapError extends PatchbayError {
  constructor(subnet: string, taken: TakenSubnet) {
    super('conflict', `pool ${subnet} overlaps ${taken.subnet} of ${taken.holder}; choose another subnet`, {
      field: 'subnet',
      reason: 'pool-overlaps',
      data: { pool: subnet, overlaps: taken.subnet, holder: taken.holder },
    })
  }
}

/** The first subnet of the default pools that overlaps nothing taken. */
export function pickSubnet(taken: readonly TakenSubnet[]): string {
  const blocked = taken.map((entry) => getCidr(entry.subnet))
  for (const candidate of candidates()) {
    if (!blocked.some((cidr) => overlaps(cidr, candidate))) return formatCidr(candidate)
  }
  throw new PatchbayError(
    'unavailable',
    'all default address pools are in use by networks or routes of this host; give the network a subnet',
    { field: 'subnet' },
  )
}

/** Throws PoolOverlapError when the subnet meets another. */
export function checkOverlap(subnet: string, taken: readonly TakenSubnet[]): void {
  const cidr = getCidr(subnet)
  const met = taken.find((entry) => overlaps(getCidr(entry.subnet), cidr))
  if (met) throw new PoolOverlapError(subnet, met)
}

function* candidates(): Generator<Cidr> {
  for (const { range, prefix } of defaultPools) {
    const whole = getCidr(range)
    const step = 2 ** (32 - prefix)
    for (let base = whole.base; base < whole.base + sizeOf(whole); base += step) yield { base, prefix }
  }
}
