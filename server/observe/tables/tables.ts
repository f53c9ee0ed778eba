import { PatchbayError } from '../../cnm/errors'
import type { FoundNetns, NetnsId } from '../../cnm/netns-state'
import type { NetnsReader, NetnsTables } from '../../kernel/netns-contract'
import { createBell } from './bell'
import type { NamespaceTables } from './contract'
import { createNamespaceNames } from './name-namespace'
import { createProcessContainers } from './process-container'
import type { AnyRow, TableEvent } from './rows'
import { createTableSources } from './sources'
import { stateRows } from './state-rows'
import { watchNamespaceFirewall } from './watch-firewall'
import { type TableSource, watchTable } from './watch-table'

/** Between two looks at a namespace that is there, and is not. */
const againMs = 250

export function createNamespaceTables(options: {
  readonly reader: Pick<NetnsReader, 'find' | 'read' | 'watch'>
  readonly tables: NetnsTables
  /** Whether a namespace that nobody is in is kept ready there for the next container. */
  readonly isSpare: (mount: string) => boolean
}): NamespaceTables {
  const { reader, tables } = options
  const readers = { reader, tables, containerOf: createProcessContainers() }

  async function findAll(): Promise<FoundNetns[]> {
    return (await reader.find()).filter((netns) => !tables.isOnlyOurs(netns))
  }

  const find = async (id: NetnsId) => (await findAll()).find((netns) => netns.id === id)

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
      const nameOf = createNamespaceNames(Object.values(containers), options.isSpare)
      return (await findAll()).map((netns) => {
        const { id, mounts, processes, processCount } = netns
        return { id, name: nameOf(netns), mounts, processes, processCount }
      })
    },
    async count(id) {
      const netns = await find(id)
      if (netns === undefined) throw new PatchbayError('not-found', `there is no network namespace ${id}`)
      const state = await reader.read(netns)
      const { addresses, routes, rules, neighbours } = state
      return {
        addresses: addresses.length,
        routes: routes.length,
        rules: rules.length,
        neighbours: neighbours.length,
        fdb: stateRows.fdb(state, 0).length,
      }
    },
    watch: ({ namespace, table, search = '' }, signal) =>
      whileThere<TableEvent>(namespace, signal, (netns) => {
        const source: TableSource<AnyRow> = createTableSources(readers, netns, search)[table]
        return watchTable(source, signal)
      }),
    watchFirewall: (question, picture, signal) =>
      whileThere(question.namespace, signal, (netns) =>
        watchNamespaceFirewall({ tables, netns, question, picture }, signal),
      ),
  }
}
