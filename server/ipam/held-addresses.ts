import { type Family, parseAddress } from '../cnm/address'

/** Addresses are counted by blocks of this many. */
export const blockSize = 16n

/** Who holds which address. Blocks that are held whole are known, so that a free address behind hundreds is found at once. */
export class HeldAddresses<Holder> extends Map<string, Holder> {
  private readonly counts: Readonly<Record<Family, Map<bigint, number>>> = { ipv4: new Map(), ipv6: new Map() }

  override set(address: string, holder: Holder): this {
    if (!this.has(address)) this.count(address, 1)
    return super.set(address, holder)
  }

  override delete(address: string): boolean {
    if (this.has(address)) this.count(address, -1)
    return super.delete(address)
  }

  /** Of the block that the address with this number begins. */
  isBlockHeld(family: Family, first: bigint): boolean {
    return this.counts[family].get(first / blockSize) === Number(blockSize)
  }

  private count(text: string, step: 1 | -1): void {
    const address = parseAddress(text)
    if (!address) return
    const counts = this.counts[address.family]
    const block = address.value / blockSize
    const count = (counts.get(block) ?? 0) + step
    if (count > 0) counts.set(block, count)
    else counts.delete(block)
  }
}
