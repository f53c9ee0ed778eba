import { flowLevel } from '../topology/traffic'
import type { Wire } from './graph'
import type { RateFeed } from './rate-feed'

/** So many move at a time: hundreds would take the browser from whoever walks through. */
const most = 60

/** Cables that carry something, those that carry most where there are many; in the order in which they were. */
export function busiestWires(
  wires: readonly Wire[],
  rates: Pick<RateFeed, 'rate'>,
): { readonly wire: Wire; readonly level: number }[] {
  const bytesOf = ({ from, to }: Wire) =>
    Math.max(...[from, to].map((end) => (rates.rate(end)?.rx ?? 0) + (rates.rate(end)?.tx ?? 0)))
  const flowing = wires.map((wire) => ({ wire, bytes: bytesOf(wire) })).filter(({ bytes }) => bytes > 0)
  const least = flowing.length > most ? (flowing.map(({ bytes }) => bytes).sort((a, b) => b - a)[most - 1] ?? 0) : 0
  return flowing
    .filter(({ bytes }) => bytes >= least)
    .slice(0, most)
    .map(({ wire, bytes }) => ({ wire, level: flowLevel(bytes) }))
}
