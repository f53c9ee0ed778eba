import type { Holder } from './holders'

/** IPv4 addresses as numbers: a map draws those; of an IPv6 subnet it lists what is held. */

export interface Block {
  readonly base: number
  readonly prefix: number
}

/** One square of a map: one address, or a block of them that can be opened. */
export interface Cell {
  readonly block: Block
  readonly text: string
  /** Of a single address: who has it. */
  readonly holder?: Holder
  /** Never given to anybody: network and broadcast address of the subnet. */
  readonly role?: 'network' | 'broadcast'
  /** How many addresses of it are held. */
  readonly held: number
  /** How much of it automatic addresses come from. */
  readonly range: 'whole' | 'part' | 'none'
}

export function parseBlock(text: string): Block | undefined {
  const [address = '', prefix = ''] = text.split('/')
  const base = numberOf(address)
  return base === undefined || !/^\d{1,2}$/.test(prefix) ? undefined : { base, prefix: Number(prefix) }
}

export function formatBlock({ base, prefix }: Block): string {
  return prefix === 32 ? formatNumber(base) : `${formatNumber(base)}/${prefix}`
}

export function sizeOf({ prefix }: Block): number {
  return 2 ** (32 - prefix)
}

export function numberOf(address: string): number | undefined {
  const octets = address.split('.').map(Number)
  if (octets.length !== 4 || octets.some((octet) => !Number.isInteger(octet) || octet < 0 || octet > 255))
    return undefined
  return octets.reduce((sum, octet) => sum * 256 + octet, 0)
}

export function formatNumber(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')
}

/** The squares of a block: its addresses where there are at most 256 of them, else 256 smaller blocks. */
export function cellsOf(view: Block, subnet: Block, range: Block, holders: ReadonlyMap<string, Holder>): Cell[] {
  const prefix = Math.min(32, view.prefix + 8)
  const step = 2 ** (32 - prefix)
  const held = new Map<number, number>()
  for (const address of holders.keys()) {
    const value = numberOf(address)
    if (value === undefined || !contains(view, value)) continue
    const at = Math.floor((value - view.base) / step)
    held.set(at, (held.get(at) ?? 0) + 1)
  }
  const last = subnet.base + sizeOf(subnet) - 1
  return Array.from({ length: sizeOf(view) / step }, (_, at): Cell => {
    const block = { base: view.base + at * step, prefix }
    const text = formatBlock(block)
    const holder = prefix === 32 ? holders.get(text) : undefined
    const role =
      prefix < 32 ? undefined : block.base === subnet.base ? 'network' : block.base === last ? 'broadcast' : undefined
    return {
      ...{ block, text, held: held.get(at) ?? 0, range: rangeIn(block, range) },
      ...(holder === undefined ? {} : { holder }),
      ...(role === undefined ? {} : { role }),
    }
  })
}

/** How many addresses of the subnet, and of the range in it, can be held, and how many are. */
export function countUse(subnet: Block, range: Block, holders: ReadonlyMap<string, Holder>) {
  const values = [...holders.keys()].flatMap((address) => numberOf(address) ?? [])
  const [first, last] = [subnet.base + 1, subnet.base + sizeOf(subnet) - 2]
  const [from, to] = [Math.max(first, range.base), Math.min(last, range.base + sizeOf(range) - 1)]
  return {
    used: values.filter((value) => contains(subnet, value)).length,
    size: last - first + 1,
    usedInRange: values.filter((value) => value >= from && value <= to).length,
    rangeSize: to - from + 1,
  }
}

function contains(block: Block, value: number): boolean {
  return value >= block.base && value < block.base + sizeOf(block)
}

function rangeIn(block: Block, range: Block): Cell['range'] {
  const [end, rangeEnd] = [block.base + sizeOf(block), range.base + sizeOf(range)]
  if (block.base >= range.base && end <= rangeEnd) return 'whole'
  return block.base < rangeEnd && range.base < end ? 'part' : 'none'
}
