import type { FdbRecord, NetLink, NetnsId } from '../../cnm/netns-state'
import type { Block } from './obstacles'
import type { Port } from './world'

export const everybody = 'ff:ff:ff:ff:ff:ff'

/** A way over wires and bridges, one piece after another. */
export type WirePiece =
  | { readonly kind: 'wire'; readonly from: Port; readonly to: Port }
  /** In packets of its own, to the VTEP `remote`. `to` null: that is on no machine that is seen. */
  | { readonly kind: 'tunnel'; readonly from: Port; readonly to: Port | null; readonly remote: string }
  | {
      readonly kind: 'bridge'
      readonly netns: NetnsId
      readonly bridge: NetLink
      /** Null: the bridge's own end. */
      readonly inPort: NetLink | null
      readonly outPort: NetLink | null
      /** Null: no entry, so that the frame goes everywhere. */
      readonly entry: FdbRecord | null
    }

export interface Arrival {
  readonly port: Port
  /** Out of this machine, or into a program: nobody knows who is there. */
  readonly isOutside: boolean
  /** The port of the bridge that it came in by, where the arrival is at a bridge's own end. */
  readonly physIn: NetLink | null
  readonly pieces: readonly WirePiece[]
  /** What would have stopped it; only where obstacles are looked for. */
  readonly block: Block | null
}

export interface Frame {
  readonly destination: string
  readonly size: number
}

export interface Carried {
  readonly arrivals: readonly Arrival[]
  readonly blocks: readonly Block[]
}

/** What bridges have learnt while the packet was on its way, beside what they knew: "netns bridge mac" to a port. */
export type Learnt = Map<string, number>

/** Bridges learn by which port somebody's frame came. */
export function learn(learnt: Learnt, pieces: readonly WirePiece[], mac: string | null): void {
  for (const piece of pieces) {
    if (piece.kind !== 'bridge' || !piece.inPort || piece.inPort.port?.learning === false || mac === null) continue
    learnt.set(learntKey(piece.netns, piece.bridge, mac), piece.inPort.index)
  }
}

export function learntKey(netns: NetnsId, bridge: NetLink, mac: string): string {
  return `${netns} ${bridge.index} ${mac.toLowerCase()}`
}

export function sameMac(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && one.toLowerCase() === other.toLowerCase()
}
