import type { NetworkView } from '@/server/observe/snapshot'

type Addresses = Readonly<Record<string, string>>

/** A subnet as it is being typed; one that is there keeps its name. */
export interface PoolRow {
  readonly key: number
  readonly isThere: boolean
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
    return { key, isThere: true, subnet, gateway, ipRange, kept: keptText(auxAddresses), auxAddresses }
  })
}

export function freshRow(rows: readonly PoolRow[]): PoolRow {
  const key = (rows.at(-1)?.key ?? 0) + 1
  return { key, isThere: false, subnet: '', gateway: '', ipRange: '', kept: '', auxAddresses: {} }
}

/** What the daemon is asked for: of a new one only what was typed. */
export function poolInputs(rows: readonly PoolRow[]) {
  return rows
    .filter(({ subnet }) => subnet.trim() !== '')
    .map(({ isThere, subnet, gateway, ipRange, kept, auxAddresses }) => ({
      subnet: subnet.trim(),
      ...(gateway.trim() === '' ? {} : { gateway: gateway.trim() }),
      ...(ipRange.trim() === '' && !isThere ? {} : { ipRange: ipRange.trim() }),
      ...(kept.trim() === '' && !isThere ? {} : { auxAddresses: keptInput(kept, auxAddresses) }),
    }))
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
