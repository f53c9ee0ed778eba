import type { FoundNetns } from '../../cnm/netns-state'
import type { Choice, Chosen, Flow, NetnsReader, NetnsTables, NetSocket } from '../../kernel/netns-contract'
import { createOwners } from '../owners'
import type { Snapshot } from '../snapshot'
import { flowCount } from './count'
import { familiesOfIptables, nameNftRows, type Saved } from './nft-owners'
import { parseNftRows } from './nft-rows'
import type { FlowRow, NftRow, SocketRow, TableName, TableRow, TableRows } from './rows'
import { holds } from './search'
import { distinct, partsOf, type StateTable, stateRows } from './state-rows'
import type { ReadTable, TableSource } from './watch-table'

/** So many rows are sent of one table. */
const mostRows = 20_000
/** Tables that tell of their changes are read so often all the same, for what was not told. */
const toldPollMs = 5_000
const fdbPollMs = 2_000
const polledMs = 1_000
const settingsPollMs = 2_000
export interface TableReaders {
  readonly reader: Pick<NetnsReader, 'read' | 'watch' | 'texts' | 'nftTables'>
  readonly tables: NetnsTables
  readonly containerOf: (pid: number) => string | null
  /** Owners of rules are looked up in what it gives. */
  readonly picture: () => Snapshot
}

type Sources = { readonly [Name in TableName]: TableSource<TableRows[Name]> }

/** How each table of a namespace is read and followed; only rows in which `search` stands. */
export function createTableSources(
  { reader, tables, containerOf, picture }: TableReaders,
  netns: FoundNetns,
  search: string,
): Sources {
  const keep = search === '' ? undefined : (row: object) => holds(row, search)

  function state<Name extends StateTable>(name: Name, pollMs = toldPollMs): TableSource<TableRows[Name]> {
    return {
      async read() {
        const rows = stateRows[name](await reader.read(netns, partsOf[name]), Date.now())
        return choose(rows, keep)
      },
      begin: (changed) =>
        reader.watch(netns, (part) => (partsOf[name] as readonly string[]).includes(part) && changed(), changed),
      pollMs,
    }
  }

  async function readNftRows(): Promise<NftRow[]> {
    const [text, saved] = await Promise.all([tables.nftablesText(netns), readSaved()])
    return nameNftRows(parseNftRows(text), saved, createOwners(picture()))
  }

  async function readSaved(): Promise<Saved> {
    const saves = familiesOfIptables(await reader.nftTables(netns)).map(
      async (family) => [family, await tables.firewall(netns, family, 'nf_tables')] as const,
    )
    return Object.fromEntries(await Promise.all(saves))
  }

  return {
    addresses: state('addresses'),
    routes: state('routes'),
    rules: state('rules'),
    neighbours: state('neighbours'),
    fdb: { ...state('fdb', fdbPollMs), timeOf: ({ updatedAt }) => updatedAt },
    sockets: {
      read: async () =>
        chosen(await tables.sockets(netns, choiceOf<NetSocket>(keep)), (one) => socketRow(one, containerOf)),
      begin: () => () => undefined,
      pollMs: polledMs,
    },
    flows: {
      read: async () => {
        const now = Date.now()
        return chosen(await tables.flows(netns, choiceOf<Flow>(keep)), (flow) => flowRow(flow, now))
      },
      timeOf: ({ expiresAt }) => expiresAt,
      size: async () => Number((await reader.texts(netns, [flowCount])).get(flowCount)),
      begin: (changed) => tables.watch(netns, 'flows', changed, changed),
      pollMs: polledMs,
    },
    nftables: {
      read: async () => choose(await readNftRows(), keep),
      begin: (changed) => tables.watch(netns, 'nftables', changed, changed),
      pollMs: settingsPollMs,
    },
    sysctls: {
      async read() {
        const values = [...(await tables.sysctls(netns))]
        return choose(
          values.map(([name, value]) => ({ key: name, name, value })),
          keep,
        )
      },
      begin: () => () => undefined,
      pollMs: settingsPollMs,
    },
  }
}

function choiceOf<Row extends object>(keep: ((row: object) => boolean) | undefined): Choice<Row> {
  return keep ? { keep, limit: mostRows } : { limit: mostRows }
}

function choose<Row>(rows: readonly Row[], keep: ((row: Row) => boolean) | undefined): ReadTable<Row> {
  const kept = keep ? rows.filter(keep) : rows
  return { rows: kept.slice(0, mostRows), cut: Math.max(0, kept.length - mostRows), total: rows.length }
}

function chosen<Raw, Row extends TableRow>({ rows, ...rest }: Chosen<Raw>, make: (raw: Raw) => Row): ReadTable<Row> {
  return { rows: distinct(rows.map(make)), ...rest }
}

function socketRow({ inode, processes, ...rest }: NetSocket, containerOf: TableReaders['containerOf']): SocketRow {
  const ends = [rest.protocol, rest.localAddress, rest.localPort, rest.link, rest.remoteAddress, rest.remotePort]
  return {
    key: inode ?? ends.join(' '),
    ...rest,
    processes: processes.map((process) => ({ ...process, container: containerOf(process.pid) })),
  }
}

function flowRow({ id, timeout, ...rest }: Flow, now: number): FlowRow {
  const { source, destination, sourcePort, destinationPort } = rest.original
  const ends = [rest.protocol, source, sourcePort, destination, destinationPort, rest.zone]
  return {
    key: id ?? ends.join(' '),
    ...rest,
    expiresAt: timeout === null ? null : Math.round(now / 1000) + timeout,
  }
}
