import { isDeepStrictEqual } from 'node:util'
import type { HostLink, LinkNotice, ObserverSources } from './sources'
import { coalesce, repeat } from './timing'

/** Beyond so many links at once, one read of all is cheaper. */
const singleReads = 24
const gatherMs = 4

/** The links of the daemon's namespace, kept as the kernel has them. */
export interface LinkTable {
  readonly links: ReadonlyMap<string, HostLink>
  /** Reads now what has been noticed. */
  flush(): Promise<void>
  /** Starts following the kernel; resolves after the first full read. */
  start(): Promise<() => void>
}

/** `changed` is called after links differ from before, with their names. */
export function createLinkTable(options: {
  readonly sources: Pick<ObserverSources, 'readLinks' | 'readNamedLinks' | 'monitorLinks'>
  readonly fullReadMs: number
  readonly changed: (names: readonly string[]) => void
  /** Something happened in the namespace of this number. */
  readonly sandboxChanged: (netnsId: number) => void
  readonly failed: (error: unknown) => void
}): LinkTable {
  const { sources, failed } = options
  let links: ReadonlyMap<string, HostLink> = new Map()
  const noticed = new Set<string>()
  let readEverything = false
  let flush: () => Promise<void> = async () => undefined

  async function readNoticed() {
    const names = [...noticed]
    const everything = readEverything || names.length > singleReads
    noticed.clear()
    readEverything = false
    try {
      replace(everything ? byName(await sources.readLinks()) : await withSingleReads(names))
    } catch (error) {
      readEverything = true // whatever was missed comes with the next full read
      throw error
    }
  }

  async function withSingleReads(names: readonly string[]): Promise<Map<string, HostLink>> {
    const read = await sources.readNamedLinks(names)
    const next = new Map(links)
    for (const name of names) next.delete(name)
    for (const link of read) {
      for (const [name, known] of next) if (known.index === link.index) next.delete(name) // renamed
      next.set(link.name, link)
    }
    return next
  }

  function replace(next: ReadonlyMap<string, HostLink>) {
    const before = links
    const names = [...new Set([...before.keys(), ...next.keys()])]
    const changed = names.filter((name) => !isDeepStrictEqual(before.get(name), next.get(name)))
    if (changed.length === 0) return
    links = next
    options.changed(changed)
  }

  function nameOf(index: number): string | undefined {
    for (const link of links.values()) if (link.index === index) return link.name
    return undefined
  }

  return {
    get links() {
      return links
    },
    flush: () => flush(),
    async start() {
      const reading = coalesce({ delayMs: gatherMs, work: readNoticed, failed })
      flush = reading.flush
      const readAll = () => {
        readEverything = true
        reading.soon()
      }
      let isFirstReadDone = false // what is noticed before may be newer than what the first read gives
      const take = (notice: LinkNotice) => {
        if (notice.netnsId !== null) return options.sandboxChanged(notice.netnsId)
        const name = notice.name ?? nameOf(notice.index)
        if (name === undefined) readEverything = true
        else noticed.add(name)
        if (isFirstReadDone) reading.soon()
      }
      const stopMonitor = sources.monitorLinks(take, readAll)
      const stopReads = repeat(options.fullReadMs, readAll, failed)
      const stop = () => {
        stopMonitor()
        stopReads()
        reading.close()
      }
      try {
        replace(byName(await sources.readLinks()))
      } catch (error) {
        stop()
        throw error
      }
      isFirstReadDone = true
      if (readEverything || noticed.size > 0) reading.soon()
      return stop
    },
  }
}

function byName(links: readonly HostLink[]): Map<string, HostLink> {
  return new Map(links.map((link) => [link.name, link]))
}
