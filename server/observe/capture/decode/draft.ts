import type { Layer, ProtocolName } from '../contract'
import type { Cursor } from './cursor'

/** What is known of a packet so far: each layer names it more exactly than the one before. */
export interface Draft {
  readonly layers: Layer[]
  source: string
  destination: string
  sourcePort: number | null
  destinationPort: number | null
  protocol: ProtocolName
  info: string
  tunnels: number
  /** What `identity` is made of. */
  identity: (string | number | Buffer)[]
  /** Packets within packets. */
  depth: number
  /** For packets within packets. */
  readonly readers: Readers
}

interface Readers {
  readonly ethernet: (draft: Draft, cursor: Cursor) => void
  readonly ip: (draft: Draft, cursor: Cursor) => void
}

export function createDraft(readers: Readers, depth = 0): Draft {
  return {
    layers: [],
    source: '',
    destination: '',
    sourcePort: null,
    destinationPort: null,
    protocol: 'Ethernet',
    info: '',
    tunnels: 0,
    identity: [],
    depth,
    readers,
  }
}

/** Deeper packets in packets are left as bytes. */
export const deepest = 4

/** Reads a layer's head by `read`, which gives a line on it; what was read of one that is cut short is there, too. */
export function readLayer(draft: Draft, name: string, cursor: Cursor, read: () => string): void {
  const from = cursor.at
  const seen = cursor.fields.length
  let value = ''
  try {
    value = read()
  } finally {
    draft.layers.push({ name, value, from, to: cursor.at, fields: cursor.fields.splice(seen) })
  }
}
