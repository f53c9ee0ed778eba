import { hostname } from 'node:os'
import { PatchbayError } from '../../cnm/errors'
import type { FoundNetns, NetnsId } from '../../cnm/netns-state'
import { sentence } from '../../cnm/sentence'
import type { NetnsReader, NetnsTables } from '../../kernel/netns-contract'
import { describeNamespaces } from '../wiring/names'
import { createBell } from './bell'
import type { NamespaceTables } from './contract'
import { countTables } from './count'
import { createProcessContainers } from './process-container'
import type { AnyRow, TableCounts, TableEvent } from './rows'
import { createTableSources } from './sources'
import { watchNamespaceFirewall } from './watch-firewall'
import { type TableSource, watchTable } from './watch-table'

/** Between two looks at a namespace that is there, and is not. */
const againMs = 250
const countRest = 99
const mostCounted = 1_000

export function createNamespaceTables(options: {
  readonly reader: Pick<NetnsReader, 'find' | 'read' | 'watch' | 'texts' | 'nftTables' | 'countNftRules'>
  readonly tables: NetnsTables
  /** Where Patchbay mounts its own. */
  readonly sandboxDir: string
}): NamespaceTables {
  const { reader, tables } = options
  const readers = { reader, tables, containerOf: createProcessContainers() }

  async function findAll(): Promise<FoundNetns[]> {
    return (await reader.find()).filter((netns) => !tables.isOnlyOurs(netns))
  }

  const counted = new Map<NetnsId, { counts: TableCounts; until: number }>()

  const find = async (id: NetnsId) => (await findAll()).find((netns) => netns.id === id)

  /** Counting takes no more of the time than reading does: what was counted stands for as long as that. */
  async function count(id: NetnsId): Promise<TableCounts> {
    const known = counted.get(id)
    if (known !== undefined && performance.now() < known.until) return known.counts
    const netns = await find(id)
    if (netns === undefined) {
      counted.delete(id)
      throw new PatchbayError('not-found', sentence`there is no network namespace ${id}`)
    }
    const began = performance.now()
    const counts = await countTables(reader, netns)
    const now = performance.now()
    if (counted.size > mostCounted) counted.clear()
    counted.set(id, { counts, until: now + (now - began) * countRest })
    return counts
  }

  /** What a process led to may be reached by another one when that has ended: it is looked for until nobody is in it. */
  async function* whileThere<Event extends { readonly type: string }>(
    id: NetnsId,
    signal: AbortSignal,
    watch: (netns: FoundNetns) => AsyncIterable<Event>,
  ): AsyncGenerator<Event | { readonly type: 'gone' }> {
    const bell = createBell(signal)
    while (!signal.aborted) {
      const netns = await find(id)
      if (netns === undefined) {
        yield { type: 'gone' }
        return
      }
      for await (const event of watch(netns)) {
        if (event.type === 'gone') break
        yield event
      }
      await bell.sleep(againMs)
    }
  }

  return {
    async list({ containers }) {
      const { sandboxDir } = options
      const nameOf = describeNamespaces({ containers: Object.values(containers), sandboxDir, hostName: hostname() })
      return (await findAll()).map((netns) => {
        const { id, mounts, elsewhere, processes, processCount } = netns
        return { id, ...nameOf(netns), mounts, ...(elsewhere && { elsewhere }), processes, processCount }
      })
    },
    count,
    watch: ({ namespace, table, search = '' }, picture, signal) =>
      whileThere<TableEvent>(namespace, signal, (netns) => {
        const source: TableSource<AnyRow> = createTableSources({ ...readers, picture }, netns, search)[table]
        return watchTable(source, signal)
      }),
    watchFirewall: (question, picture, signal) =>
      whileThere(question.namespace, signal, (netns) =>
        watchNamespaceFirewall({ tables, netns, question, picture }, signal),
      ),
  }
}
