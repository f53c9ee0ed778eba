import { type Flow, isHeld, type Shaping } from '../cnm/shaping'
import type { KernelObject, Netns } from '../plan/object'

/** The end of a cable at which its traffic is held: the host's where there is one, else the sandbox's own. */
export interface ShapedEnd {
  readonly netns: Netns
  readonly link: string
  /** What leaves by the link. */
  readonly leaving: Flow
  /** What arrives at it. */
  readonly arriving: Flow
  /** Largest packet, bytes. */
  readonly mtu: number
  /** Owner mark, and the id that the name of the link for what arrives is made from. */
  readonly mark: string
  readonly id: string
}

/**
 * Queues and filters of one end. What leaves waits in a queue at the link's root; what arrives is sent through an ifb
 * with a queue of its own, for a link has none for that. Loss comes before the queues. Nothing where nothing is asked for.
 */
export function describeShapedEnd(end: ShapedEnd): KernelObject[] {
  const { netns, link, leaving, arriving, mtu, mark } = end
  const place = { netns, link } as const
  const ifb = `ifb${end.id.slice(0, 7)}`
  const isRedirected = hasQueue(arriving)
  const isFiltered = isRedirected || leaving.lossPercent !== undefined || arriving.lossPercent !== undefined
  return [
    ...queues(place, leaving, mtu),
    ...(isRedirected
      ? [
          { kind: 'link', type: 'ifb', netns, name: ifb, alias: mark, up: true } as const,
          ...queues({ netns, link: ifb }, arriving, mtu),
        ]
      : []),
    ...(isFiltered ? [{ kind: 'qdisc', ...place, type: 'clsact', parent: 'clsact' } as const] : []),
    ...loss(place, 'egress', leaving),
    ...loss(place, 'ingress', arriving),
    ...(isRedirected ? [{ kind: 'filter', ...place, hook: 'ingress', type: 'redirect', to: ifb } as const] : []),
  ]
}

/** At the host's end of a veth: whatever a container may do to its own network, it does not reach this. */
export function describeHostEnd(
  shaping: Shaping | undefined,
  end: Omit<ShapedEnd, 'netns' | 'leaving' | 'arriving'>,
): KernelObject[] {
  if (!shaping) return []
  const { toContainer: leaving, fromContainer: arriving } = shaping
  return describeShapedEnd({ ...end, netns: 'host', leaving, arriving })
}

/** Inside the sandbox, for links that have no end on the host. A container with NET_ADMIN can take it away. */
export function describeInnerEnd(
  shaping: Shaping | undefined,
  end: Omit<ShapedEnd, 'leaving' | 'arriving'>,
): KernelObject[] {
  if (!shaping) return []
  const { toContainer: arriving, fromContainer: leaving } = shaping
  return describeShapedEnd({ ...end, leaving, arriving })
}

/** The MTU of a link without an end on the host that has, or had, one of its own. */
export function ownMtu(shaping: Shaping | undefined): number | undefined {
  return shaping?.mtu ?? shaping?.mtuBefore
}

function hasQueue({ bitsPerSecond, delayMs }: Flow): boolean {
  return bitsPerSecond !== undefined || delayMs !== undefined
}

/** How long a packet may wait for its turn. */
const patienceSeconds = 0.1
/** So many packets may wait, however slow the line. */
const fewestWaiting = 16
/** Headers of the wire that an MTU does not count. */
const frameBytes = 22

function queues(place: { netns: Netns; link: string }, flow: Flow, mtu: number): KernelObject[] {
  if (!isHeld(flow)) return []
  const { bitsPerSecond, burstBytes, delayMs, jitterMs = 0 } = flow
  const bytesPerSecond = (bitsPerSecond ?? 0) / 8
  const frame = mtu + frameBytes
  const burst = Math.max(burstBytes ?? defaultBurst(bytesPerSecond), frame)
  const limitBytes = burst + Math.max(Math.round(bytesPerSecond * patienceSeconds), fewestWaiting * frame)
  const rate =
    bitsPerSecond === undefined
      ? []
      : [
          {
            kind: 'qdisc',
            ...place,
            type: 'tbf',
            parent: 'root',
            bytesPerSecond,
            burstBytes: burst,
            limitBytes,
          } as const,
        ]
  if (delayMs === undefined) return rate
  const parent = rate.length > 0 ? '1:1' : 'root'
  return [...rate, { kind: 'qdisc', ...place, type: 'netem', parent, delayMs, jitterMs, limitPackets }]
}

/** All that is on its way at once, at 1 Gbit/s and 100 ms. */
const limitPackets = 10_000

/** What the rate brings in 20 ms, as the timers of the kernel are no finer; not so much that a short transfer never feels it. */
function defaultBurst(bytesPerSecond: number): number {
  return Math.min(Math.max(Math.round(bytesPerSecond / 50), 4_000), 4 * 1024 * 1024)
}

function loss(
  place: { netns: Netns; link: string },
  hook: 'ingress' | 'egress',
  { lossPercent }: Flow,
): KernelObject[] {
  if (lossPercent === undefined) return []
  const threshold = Math.min(Math.round((1 - lossPercent / 100) * 2 ** 32), 2 ** 32 - 1)
  return [{ kind: 'filter', ...place, hook, type: 'loss', threshold }]
}
