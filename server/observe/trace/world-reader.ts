import { readlink } from 'node:fs/promises'
import type { Family } from '../../cnm/address'
import { isPatchbayError } from '../../cnm/errors'
import type { FoundNetns, NetnsId, NetnsState } from '../../cnm/netns-state'
import type { Engine } from '../../engine/contract'
import { parseSave } from '../../kernel/firewall-save'
import type { Flow, FlowSide, NetnsReader, NetnsTables, NetSocket, NftTable } from '../../kernel/netns-contract'
import type { Step } from '../../plan/plan'
import { describeNamespaces } from '../wiring/names'
import type { TraceChange } from './contract'
import { type NftRuleset, noRuleset, parseRuleset } from './nft/ruleset'
import { hasIptables, hasMore, hasRedirect, isNative, type Strange, strangeIn } from './nftables'
import { generalPaths, legacyTables, linkOfSwitch, linkPaths, switchOf, takesPackets } from './switches'
import { type HookedFirewall, type Records, Unread, type Want, type World } from './world'

export interface WorldSources {
  readonly reader: Pick<NetnsReader, 'find' | 'read' | 'peers' | 'texts' | 'nftTables' | 'listeners'>
  readonly tables: Pick<NetnsTables, 'firewall' | 'nftables' | 'nftablesText' | 'sockets' | 'flows'>
  records(): Promise<Records>
  /** What the container's resolver would tell it. */
  names(containerId: string): readonly ResolvableName[]
  /** What a change would do to the kernel. */
  plan(change: TraceChange): Promise<readonly Step[]>
  /** Where Patchbay mounts sandboxes. */
  readonly sandboxDir: string
}

type ResolvableName = ReturnType<Engine['listNames']>[number]

/** What was read of one namespace until now. */
interface Room {
  readonly found: FoundNetns
  name?: string
  state?: NetnsState
  peers?: ReadonlyMap<number, NetnsId>
  firewalls: Partial<Record<Family, readonly HookedFirewall[]>>
  /** Of iptables-nft, by family. */
  readonly strange: Partial<Record<Family, Strange>>
  nftTables?: readonly NftTable[]
  nftTablesAsked?: Promise<readonly NftTable[]>
  nftRules?: NftRuleset
  readonly nativeRules: Partial<Record<Family, NftRuleset>>
  /** What a packet meets that is neither from nor for the resolver. */
  readonly usualRules: Partial<Record<Family, NftRuleset>>
  sockets?: readonly NetSocket[]
  connected?: readonly NetSocket[]
  readonly flows: Map<string, readonly Flow[]>
  readonly switches: Map<string, string>
  /** Links whose switches were read; '' stands for those of no link. */
  readonly switchLinks: Set<string>
}

export interface WorldLook {
  readonly world: World
  /** Reads what an explanation found missing. */
  read(wants: readonly Want[]): Promise<void>
}

/** Of few links all switches are read at once; of many, each when it is asked for. */
const fewLinks = 20

/** A look at the machine: who is there is read at once, what is in each namespace when it is asked for. */
export async function lookAtWorld(sources: WorldSources): Promise<WorldLook> {
  const { reader } = sources
  const [found, records] = await Promise.all([reader.find(), sources.records()])
  const rooms = new Map(found.map((one) => [one.id, newRoom(one)]))
  const stacks = await stacksOf(records, found)
  const containers = new Map([...stacks].map(([container, netns]) => [netns, container]))
  const host = found.find(({ isHost }) => isHost)?.id ?? ''
  const roomOf = (netns: NetnsId): Room => {
    const room = rooms.get(netns)
    if (!room) throw new Error(`network namespace ${netns} was not found`)
    return room
  }
  function need<Value>(value: Value | undefined, want: Want): Value {
    if (value === undefined) throw new Unread([want])
    return value
  }

  const world: World = {
    host,
    all: found.map(({ id }) => id),
    state: (netns) => need(roomOf(netns).state, { netns, part: 'state' }),
    states(ids) {
      const missing = ids.filter((netns) => roomOf(netns).state === undefined)
      if (missing.length > 0) throw new Unread(missing.map((netns) => ({ netns, part: 'state' })))
      return ids.map((netns) => roomOf(netns).state as NetnsState)
    },
    peers: (netns) => need(roomOf(netns).peers, { netns, part: 'peers' }),
    firewalls: (netns, family) => need(roomOf(netns).firewalls[family], { netns, part: family }),
    nft(netns, family, isOfResolver) {
      const room = roomOf(netns)
      if (!isOfResolver && room.usualRules[family]) return room.usualRules[family]
      need(room.firewalls[family], { netns, part: family })
      const tables = need(room.nftTables, { netns, part: 'nft-tables' })
      const strange = room.strange[family] ?? nothingStrange
      const isAsked = hasMore(tables) || strange.tables.size + strange.chainsIn.size > 0
      if (!isAsked && !isOfResolver) room.usualRules[family] = noRuleset
      if (!isAsked && !(isOfResolver && hasRedirect(tables))) return noRuleset
      room.nativeRules[family] ??= nativeOf(need(room.nftRules, { netns, part: 'nft-rules' }), strange)
      return room.nativeRules[family]
    },
    sockets: (netns) => need(roomOf(netns).sockets, { netns, part: 'sockets' }),
    connected: (netns) => need(roomOf(netns).connected, { netns, part: 'connected' }),
    flows: (netns, ...ends) => need(roomOf(netns).flows.get(ends.join()), { netns, part: 'flows', ends }),
    sysctl(netns, name) {
      const { switches, switchLinks } = roomOf(netns)
      const link = linkOfSwitch(name)
      if (!switchLinks.has('')) throw new Unread([{ netns, part: 'sysctls' }])
      if (link !== undefined && !switchLinks.has(link)) throw new Unread([{ netns, part: 'sysctls', link }])
      return switches.get(name)
    },
    records,
    netnsOf: (containerId) => stacks.get(containerId) ?? null,
    netnsAt: (path) => found.find(({ mounts }) => mounts.includes(path))?.id ?? null,
    containerIn: (netns) => (netns === host ? null : (containers.get(netns) ?? null)),
    nameOf(netns) {
      const room = roomOf(netns)
      room.name ??= descriptionOf(room.found).name
      return room.name
    },
    addressesOf: (containerId, name) => addressesOf(sources.names(containerId), name),
  }

  const descriptionOf = describeNamespaces({
    ...{ containers: Object.values(records.containers), sandboxDir: sources.sandboxDir, hostName: hostPlace },
  })

  return {
    world,
    read: async (wants) => {
      await Promise.all(
        wants.map(async (want) => {
          const room = roomOf(want.netns)
          await readPart(sources, room, want, found).catch((error: unknown) => {
            if (!isPatchbayError(error) || error.kind !== 'not-found') throw error
            leaveEmpty(room, want.netns)
            if (want.ends) room.flows.set(want.ends.join(), [])
          })
        }),
      )
    },
  }
}

/** The value of `place` that stands for the host itself: no container bears such a name. */
const hostPlace = '_host'

/** Of those that share a name, who are answered with. */
function addressesOf(names: readonly ResolvableName[], name: string): readonly string[] {
  const found = names.find((one) => one.name.toLowerCase() === name)
  return found?.members.filter(({ answered }) => answered).flatMap(({ addresses }) => addresses) ?? []
}

function newRoom(found: FoundNetns): Room {
  return {
    found,
    firewalls: {},
    strange: {},
    nativeRules: {},
    usualRules: {},
    flows: new Map(),
    switches: new Map(),
    switchLinks: new Set(),
  }
}

/** A namespace that has gone meanwhile holds nothing. */
function leaveEmpty(room: Room, id: NetnsId): void {
  room.state = { id, links: [], addresses: [], routes: [], rules: [], neighbours: [], fdb: [] }
  room.peers = new Map()
  room.firewalls = { ipv4: [], ipv6: [] }
  room.nftTables = []
  room.sockets = []
  room.connected = []
  room.switchLinks.add('')
}

async function readPart(sources: WorldSources, room: Room, want: Want, all: readonly FoundNetns[]): Promise<void> {
  const { reader, tables } = sources
  const { found } = room
  switch (want.part) {
    case 'state':
      room.state = await reader.read(found)
      return
    case 'peers':
      room.peers = await reader.peers(
        found,
        all.filter(({ id }) => id !== found.id),
      )
      return
    case 'ipv4':
    case 'ipv6':
      room.firewalls[want.part] = await readFirewalls(sources, room, want.part)
      return
    case 'nft-tables':
      // Most namespaces hold nothing but what iptables made: then no program has to be asked.
      room.nftTables = await tablesIn(sources, room)
      if (hasMore(room.nftTables)) await readRules(sources, room)
      return
    case 'nft-rules':
      await readRules(sources, room)
      return
    case 'sockets':
      room.sockets = (
        await tables.sockets(found, { keep: ({ state }) => state === 'listen' || state === 'unconnected' })
      ).rows
      return
    case 'connected':
      room.connected = (
        await tables.sockets(found, { keep: ({ state, protocol }) => protocol === 'tcp' && state === 'established' })
      ).rows
      return
    case 'flows':
      await readFlows(tables, room, want.ends ?? ['', ''])
      return
    case 'sysctls':
      await readSwitches(sources, room, want.link)
  }
}

async function readFlows(
  tables: WorldSources['tables'],
  { found, flows }: Room,
  ends: readonly [string, string],
): Promise<void> {
  const isBetween = ({ source, destination }: FlowSide) => source === ends[0] && destination === ends[1]
  const keep = ({ original, reply }: Flow) => isBetween(original) || isBetween(reply)
  flows.set(ends.join(), (await tables.flows(found, { keep, limit: 100 })).rows)
}

function tablesIn({ reader }: WorldSources, room: Room): Promise<readonly NftTable[]> {
  room.nftTablesAsked ??= reader.nftTables(room.found)
  return room.nftTablesAsked
}

async function readRules({ tables }: WorldSources, room: Room): Promise<void> {
  const [json, text] = await Promise.all([tables.nftables(room.found), tables.nftablesText(room.found)])
  room.nftRules ??= parseRuleset(json, text)
}

const nothingStrange: Strange = strangeIn('')

function nativeOf(ruleset: NftRuleset, strange: Strange): NftRuleset {
  return { ...ruleset, bases: ruleset.bases.filter((base) => isNative(base, strange)) }
}

async function readFirewalls(sources: WorldSources, room: Room, family: Family): Promise<HookedFirewall[]> {
  const { reader, tables } = sources
  const { found } = room
  const path = legacyTables[family]
  const [nft, legacy] = await Promise.all([
    tablesIn(sources, room).then((all) =>
      hasIptables(all, family) ? tables.firewall(found, family, 'nf_tables') : '',
    ),
    reader
      .texts(found, [path])
      .then((texts) => ((texts.get(path) ?? '') === '' ? '' : tables.firewall(found, family, 'legacy'))),
  ])
  room.strange[family] = strangeIn(nft)
  return [
    ...(nft === '' ? [] : [{ variant: 'nf_tables' as const, firewall: parseSave(nft) }]),
    ...(legacy === '' ? [] : [{ variant: 'legacy' as const, firewall: parseSave(legacy) }]),
  ]
}

async function readSwitches({ reader }: WorldSources, room: Room, link: string | undefined): Promise<void> {
  room.state ??= await reader.read(room.found)
  const taking = room.state.links.filter(takesPackets)
  const links = link !== undefined ? [link] : taking.length <= fewLinks ? taking.map(({ name }) => name) : []
  const isFirst = !room.switchLinks.has('')
  const texts = await reader.texts(room.found, [...(isFirst ? generalPaths() : []), ...links.flatMap(linkPaths)])
  for (const [path, text] of texts) room.switches.set(switchOf(path), text.trim())
  for (const one of ['', ...links]) room.switchLinks.add(one)
}

/** Which namespace each running container is in: by its mount, else by its process. */
async function stacksOf({ containers }: Records, found: readonly FoundNetns[]): Promise<Map<string, NetnsId>> {
  const host = found.find(({ isHost }) => isHost)?.id
  const byMount = new Map(found.flatMap(({ id, mounts }) => mounts.map((mount) => [mount, id] as const)))
  const ids = new Set(found.map(({ id }) => id))
  const stacks = await Promise.all(
    Object.values(containers).map(async ({ id, sandbox, pid }) => {
      const key = sandbox?.key
      const mounted = key === 'host' ? host : key === undefined ? undefined : byMount.get(key)
      const netns = mounted ?? (pid === null ? undefined : await netnsOf(pid))
      return netns !== undefined && ids.has(netns) ? ([[id, netns]] as const) : []
    }),
  )
  return new Map(stacks.flat())
}

async function netnsOf(pid: number): Promise<NetnsId | undefined> {
  const text = await readlink(`/proc/${pid}/ns/net`).catch(() => '')
  return /^net:\[(\d+)\]$/.exec(text)?.[1]
}
