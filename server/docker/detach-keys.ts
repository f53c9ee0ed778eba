import { PatchbayError } from '../cnm/errors'

/** Ctrl-P Ctrl-Q, where neither client nor user names others. */
const usualKeys = Buffer.from([0x10, 0x11])

const controls = '@abcdefghijklmnopqrstuvwxyz[\\]^_'

/** "ctrl-p,ctrl-q", "a,b" or "DEL" as bytes; the usual ones for an empty text. Throws invalid-parameter. */
export function parseDetachKeys(text: string): Buffer {
  if (text === '') return usualKeys
  return Buffer.from(text.split(',').map(codeOf))
}

function codeOf(key: string): number {
  if (/^[\0-\x7f]$/.test(key)) return key.charCodeAt(0)
  if (key === 'DEL') return 0x7f
  const code = /^ctrl-.$/.test(key) ? controls.indexOf(key.slice(-1)) : -1
  if (code >= 0) return code
  throw new PatchbayError('invalid-parameter', `Invalid detach keys provided: unknown character: '${key}'`)
}

export interface Filtered {
  /** What goes to the program. */
  readonly bytes: Buffer
  readonly isDetached: boolean
}

/**
 * Watches what a client types for its detach keys. As with Docker they count where nothing else came with them, so that
 * data that holds them goes through whole. What might become the keys is held back until it is clear.
 */
export function createDetachFilter(keys: Buffer): (chunk: Buffer) => Filtered {
  let held = Buffer.alloc(0)
  return (chunk) => {
    const typed = Buffer.concat([held, chunk])
    const isBeginning = typed.length <= keys.length && typed.equals(keys.subarray(0, typed.length))
    const isDetached = isBeginning && typed.length === keys.length && keys.length > 0
    held = isBeginning && !isDetached ? typed : Buffer.alloc(0)
    return { bytes: isBeginning ? Buffer.alloc(0) : typed, isDetached }
  }
}
