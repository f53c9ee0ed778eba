import type { FilterObject, KernelObject, LinkObject, Netns, QdiscObject } from '../plan/object'
import type { SandboxContent } from './observe-links'
import { type RawFilter, type RawQdisc, readTraffic, type Traffic } from './read-traffic'

/**
 * The queues and filters on Patchbay's links of one namespace; a process only where some are wanted, or where, with
 * `leftovers`, some may have been left. Throws CommandError.
 */
export async function observeTraffic(
  netns: Netns,
  present: readonly KernelObject[],
  wanted: readonly KernelObject[],
  leftovers: boolean,
): Promise<KernelObject[]> {
  const asked = wanted.filter((object) => isTraffic(object) && object.netns === netns).filter(isTraffic)
  if (asked.length === 0 && !leftovers) return []
  const links = new Set(present.filter(isLink).flatMap((link) => (link.netns === netns ? [link.name] : [])))
  const filtered = new Set(asked.flatMap(({ kind, link }) => (kind === 'filter' && links.has(link) ? [link] : [])))
  const traffic = await readTraffic(netns, [...filtered]).catch((error: unknown) => {
    // Where nothing is wanted, a host without tc has nothing either.
    if (asked.length > 0) throw error
    return { qdiscs: [], filters: [] }
  })
  return describeTraffic(netns, traffic, links)
}

/** Whether something of Patchbay's may be in a sandbox's queues. */
export function mayBeShaped({ links }: Pick<SandboxContent, 'links'>): boolean {
  return links.some(({ qdisc, linkinfo }) => qdisc === 'tbf' || qdisc === 'netem' || linkinfo?.info_kind === 'ifb')
}

/** In the wanted form. What has another handle than Patchbay's queues is somebody else's. */
export function describeTraffic(
  netns: Netns,
  { qdiscs, filters }: Traffic,
  links: ReadonlySet<string>,
): (QdiscObject | FilterObject)[] {
  return [
    ...qdiscs.filter(({ dev }) => links.has(dev)).flatMap((raw) => describeQdisc(netns, raw) ?? []),
    ...filters.flatMap(({ link, hook, all }) =>
      all.flatMap((raw): FilterObject[] => {
        const what = describeFilter(raw)
        return what === undefined ? [] : [{ kind: 'filter', netns, link, hook, ...what }]
      }),
    ),
  ]
}

function describeQdisc(netns: Netns, { dev, kind, handle, root, parent, options }: RawQdisc): QdiscObject | undefined {
  const place = { kind: 'qdisc', netns, link: dev } as const
  if (kind === 'clsact') return { ...place, type: 'clsact', parent: 'clsact' }
  const isRoot = root === true && handle === '1:'
  if (kind === 'tbf' && isRoot) {
    const { rate = 0, burst = 0, lat = 0 } = options
    const limitBytes = options.limit ?? Math.round((rate * lat) / 1e6) + burst
    return { ...place, type: 'tbf', parent: 'root', bytesPerSecond: rate, burstBytes: burst, limitBytes }
  }
  if (kind !== 'netem' || !(isRoot || parent === '1:1')) return undefined
  const { limit = 0, delay = { delay: 0, jitter: 0 } } = options
  const [delayMs, jitterMs] = [delay.delay, delay.jitter].map((seconds) => Math.round(seconds * 1e6) / 1e3)
  return {
    ...place,
    type: 'netem',
    parent: isRoot ? 'root' : '1:1',
    delayMs: delayMs ?? 0,
    jitterMs: jitterMs ?? 0,
    limitPackets: limit,
  }
}

function describeFilter({ kind, options: { bytecode, actions } }: RawFilter) {
  const threshold = bytecode?.insns[1]?.k
  if (kind === 'bpf' && threshold !== undefined) return { type: 'loss', threshold } as const
  const to = actions?.find((action) => action.mirred_action === 'redirect')?.to_dev
  return kind === 'u32' && to !== undefined ? ({ type: 'redirect', to } as const) : undefined
}

function isTraffic(object: KernelObject): object is QdiscObject | FilterObject {
  return object.kind === 'qdisc' || object.kind === 'filter'
}

function isLink(object: KernelObject): object is LinkObject {
  return object.kind === 'link'
}
