import type { NetworkView } from '@/server/observe/snapshot'
import type { PlanError } from '../topology/plan-query'

type Addresses = Readonly<Record<string, string>>

/** A subnet as it is being typed. */
export interface PoolRow {
  readonly key: number
  /** It is there already, keeps its name, or, of a network that is being made, is picked where none is typed. */
  readonly kind: 'there' | 'automatic' | 'new'
  readonly subnet: string
  readonly gateway: string
  readonly ipRange: string
  /** Addresses that nobody is given: `router=10.0.0.2, 10.0.0.3`. */
  readonly kept: string
  /** Those that are there; sent as they are while nobody types. */
  readonly auxAddresses: Addresses
}

export function poolRows({ pools }: Pick<NetworkView, 'pools'>): readonly PoolRow[] {
  return pools.map(({ subnet, gateway, ipRange = '', auxAddresses = {} }, key) => {
    return { key, kind: 'there', subnet, gateway, ipRange, kept: keptText(auxAddresses), auxAddresses }
  })
}

const empty = { subnet: '', gateway: '', ipRange: '', kept: '', auxAddresses: {} } as const

/** Of a network that is being made: one subnet, which need not be typed. */
export const automaticRow: PoolRow = { key: 0, kind: 'automatic', ...empty }

export function freshRow(rows: readonly PoolRow[]): PoolRow {
  return { key: (rows.at(-1)?.key ?? 0) + 1, kind: 'new', ...empty }
}

/** What the daemon is asked for: of a new one only what was typed. */
export function poolInputs(rows: readonly PoolRow[]) {
  return rows.filter(isMeant).map(({ kind, subnet, gateway, ipRange, kept, auxAddresses }) => ({
    ...(subnet.trim() === '' ? {} : { subnet: subnet.trim() }),
    ...(gateway.trim() === '' ? {} : { gateway: gateway.trim() }),
    ...(ipRange.trim() === '' && kind !== 'there' ? {} : { ipRange: ipRange.trim() }),
    ...(kept.trim() === '' && kind !== 'there' ? {} : { auxAddresses: keptInput(kept, auxAddresses) }),
  }))
}

function isMeant({ kind, subnet }: PoolRow): boolean {
  return kind === 'automatic' || subnet.trim() !== ''
}

export const poolFields = ['subnet', 'gateway', 'ipRange', 'auxAddresses'] as const
export type PoolField = (typeof poolFields)[number]

/** To which field of which row the daemon's sentence belongs: `pools.1.gateway` counts only the rows that were sent. */
export function poolErrorAt(error: PlanError | null, rows: readonly PoolRow[]) {
  const [root, at, field] = error?.field?.split('.') ?? []
  const row = root === 'pools' ? rows.filter(isMeant)[Number(at)] : undefined
  return (key: number, asked: PoolField) => (row?.key === key && field === asked ? (error?.message ?? null) : null)
}

/** What the plan says of a row: its own subnet, or the one that nobody named. */
export function plannedPool<Pool extends { readonly subnet: string }>(
  row: PoolRow,
  rows: readonly PoolRow[],
  planned: readonly Pool[],
): Pool | undefined {
  const named = new Set(rows.map(({ subnet }) => subnet.trim()))
  return planned.find(({ subnet }) => (row.subnet.trim() === '' ? !named.has(subnet) : subnet === row.subnet.trim()))
}

function keptText(addresses: Addresses): string {
  return Object.entries(addresses)
    .map(([name, address]) => (name === address ? address : `${name}=${address}`))
    .join(', ')
}

function keptInput(text: string, before: Addresses): Addresses {
  return text === keptText(before) ? before : keptAddresses(text)
}

/** One without a name goes by its address. */
function keptAddresses(text: string): Record<string, string> {
  const parts = text.split(/[\s,]+/).filter((part) => part !== '')
  return Object.fromEntries(
    parts.map((part) => {
      const at = part.indexOf('=')
      return at < 0 ? [part, part] : [part.slice(0, at), part.slice(at + 1)]
    }),
  )
}
