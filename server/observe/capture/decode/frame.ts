import { createHash } from 'node:crypto'
import type { Layer, Summary } from '../contract'
import { Cursor, Truncated } from './cursor'
import { createDraft, type Draft } from './draft'
import { readEthernet } from './ethernet'
import { readIp } from './ip'

/** Of the registry of link types: Ethernet, and IP without a frame (tun, WireGuard, ipip). */
const linkTypes = { ethernet: 1, raw: 101, rawBsd: 12 } as const

export interface Decoded {
  readonly summary: Summary
  readonly layers: readonly Layer[]
}

/**
 * Takes a packet apart. Never throws, whatever the bytes are: what is cut short or no sense can be made of is decoded as
 * far as it goes, and the summary says so.
 */
export function decodeFrame(linkType: number, bytes: Buffer): Decoded {
  const draft = createDraft({ ethernet: readEthernet, ip: readIp })
  try {
    const cursor = new Cursor(bytes, 0)
    if (linkType === linkTypes.ethernet) readEthernet(draft, cursor)
    else if (linkType === linkTypes.raw || linkType === linkTypes.rawBsd) readIp(draft, cursor)
    else draft.info = `link type ${linkType}`
  } catch (error) {
    draft.info = `${draft.info === '' ? draft.protocol : draft.info} [${wordsOn(error)}]`
  }
  return { summary: summaryOf(draft, bytes), layers: draft.layers }
}

function wordsOn(error: unknown): string {
  return error instanceof Truncated ? 'cut short' : 'malformed'
}

function summaryOf({ layers: _, identity, depth: __, readers: ___, ...draft }: Draft, bytes: Buffer): Summary {
  const parts = identity.length === 0 ? [bytes.subarray(12)] : identity
  const hash = createHash('sha1')
  for (const part of parts) hash.update(Buffer.isBuffer(part) ? part : `${part};`)
  return { ...draft, identity: hash.digest('base64url').slice(0, 14) }
}
