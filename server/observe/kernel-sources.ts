import { readFile } from 'node:fs/promises'
import type { Kernel } from '../kernel/contract'
import { readGround } from '../kernel/ground'
import { createIpQuery } from '../kernel/ip-query'
import { createMonitor, type FdbEvent } from '../kernel/monitor'
import type { NetnsReader } from '../kernel/netns-contract'
import { type FdbEntry, readFdb, typeOf } from '../kernel/read-fdb'
import { iptablesVariant, readFirewallText } from '../kernel/read-firewall'
import { createLinkReader, type Link } from '../kernel/read-links'
import type { FdbRow, FdbRowEvent, HostLink, LinkCounters, ObserverSources } from './sources'
import { insideName } from './traffic'

/** The real kernel of the namespace that the daemon was started in. */
export function createKernelSources(
  kernel: Pick<Kernel, 'observe'>,
  reader?: Pick<NetnsReader, 'watchRules'>,
): ObserverSources {
  const monitor = createMonitor()
  const query = createIpQuery()
  const linkReader = createLinkReader(query)
  const counterTable = createCounterTable()
  let variant: Promise<string> | undefined

  /** All addresses at once or none: in a batch, ip leaves them out of an answer about one link. */
  async function withAddresses(links: readonly Link[]): Promise<HostLink[]> {
    const all = links.some(showsAddresses) ? ((await query.addresses()) ?? []) : []
    const byName = new Map(all.map((one) => [one.ifname, one]))
    return links.map((link) => toHostLink(link, showsAddresses(link) ? byName.get(link.name) : undefined))
  }

  return {
    readLinks: async () => withAddresses(await linkReader.readLinks()),
    async readNamedLinks(names) {
      const found = await Promise.all(names.map((name) => linkReader.findLink(name)))
      return withAddresses(found.filter((link) => link !== undefined))
    },
    readPackets: async () => {
      const [links, ip] = await Promise.all([readFile('/proc/net/dev', 'utf8'), readFile('/proc/net/snmp', 'utf8')])
      return links + ip
    },
    readCounters: async () => counterTable(await readFile('/proc/net/dev', 'utf8')),
    readInsideCounters,
    readGround,
    async readFirewall(family = 'ipv4') {
      variant ??= iptablesVariant()
      const text = await readFirewallText('host', family === 'ipv6' ? family : undefined)
      return { variant: await variant, text }
    },
    readFdb: async () => (await readFdb()).map(toRow),
    readPresent: (wanted, look) => kernel.observe(wanted, look),
    monitorLinks: (notice, lost) =>
      together([
        monitor.onLink(({ netnsid, ifindex, name }) => {
          notice({ netnsId: netnsid, index: ifindex, name: isPlainName(name) ? name : null })
        }),
        monitor.onAddress(({ netnsid, ifindex, address }) => {
          // Patchbay sets IPv4 in sandboxes; link-local IPv6 settles there by itself, seconds after a link came up.
          if (netnsid === null || !address.includes(':')) notice({ netnsId: netnsid, index: ifindex, name: null })
        }),
        monitor.onLost(lost),
      ]),
    monitorRoutes: (notice, lost) =>
      together([monitor.onRoute(({ netnsid }) => notice({ netnsId: netnsid })), monitor.onLost(lost)]),
    monitorNeighbours: (notice, lost) =>
      together([
        monitor.onNeighbour(({ netnsid, ...rest }) => notice({ netnsId: netnsid, ...rest })),
        monitor.onLost(lost),
      ]),
    monitorFdb: (notice, lost) => together([monitor.onFdb((event) => notice(toRowEvent(event))), monitor.onLost(lost)]),
    monitorFirewall: (notice, lost) => together([monitor.onFirewall(() => notice()), monitor.onLost(lost)]),
    monitorSandboxRules: reader?.watchRules,
    rest: () => query.recycle(),
  }
}

function together(stops: readonly (() => void)[]): () => void {
  return () => {
    for (const stop of stops) stop()
  }
}

/** A name that one link can be asked for by; others are found by reading all. */
function isPlainName(name: string): boolean {
  return /^[\w.-]+$/.test(name)
}

type Addresses = NonNullable<Awaited<ReturnType<ReturnType<typeof createIpQuery>['addresses']>>>[number]

/** Those of Patchbay's bridges are in its records. */
function showsAddresses({ master, alias, type }: Link): boolean {
  return master === null && type !== 'loopback' && !alias?.startsWith('patchbay:')
}

function toHostLink(link: Link, addresses: Addresses | undefined): HostLink {
  return {
    index: link.ifindex,
    name: link.name,
    kind: link.kind,
    type: link.type,
    up: link.up,
    carrier: link.flags.includes('LOWER_UP'),
    mac: link.mac,
    mtu: link.mtu,
    alias: link.alias,
    master: link.master,
    peerNetnsId: link.kind === 'veth' ? (link.peer?.netnsid ?? null) : null,
    addresses: (addresses?.addr_info ?? [])
      .filter((address) => address.family === 'inet' || address.scope !== 'link')
      .map(({ local, prefixlen }) => `${local}/${prefixlen}`),
    port: link.port,
    ageingSeconds: link.ageingSeconds,
  }
}

/** Local rows do not age, though the kernel counts their seconds, too. */
function toRow({ flags: _, ...entry }: FdbEntry): FdbRow {
  return entry.type === 'local' ? { ...entry, usedSeconds: null, updatedSeconds: null } : entry
}

/** A device that is gone is printed as "if" and its number. */
function toRowEvent({ deleted, mac, port, bridge, vlan, flags }: FdbEvent): FdbRowEvent {
  const nameOf = (name: string) => (deleted && /^if\d+$/.test(name) ? null : name)
  const type = typeOf(flags.find((flag) => flag === 'permanent' || flag === 'static' || flag === 'noarp') ?? '')
  const age = type === 'local' ? null : 0
  return {
    type: deleted ? 'remove' : 'set',
    row: {
      ...{ bridge: nameOf(bridge), port: nameOf(port), mac, vlan: vlan ?? null, type },
      ...{ usedSeconds: age, updatedSeconds: age },
    },
  }
}

/** `/proc/PID/net/dev`: that of the network namespace that the process is in. */
export async function readInsideCounters(pids: readonly number[]): Promise<Map<string, LinkCounters>> {
  const tables = await Promise.all(
    pids.map(async (pid) => {
      const text = await readFile(`/proc/${pid}/net/dev`, 'utf8').catch(() => '')
      return [...createCounterTable()(text)].map(([name, row]) => [insideName(pid, name), turned(row)] as const)
    }),
  )
  return new Map(tables.flat())
}

function turned({ rxBytes, rxPackets, txBytes, txPackets }: LinkCounters): LinkCounters {
  return { rxBytes: txBytes, rxPackets: txPackets, txBytes: rxBytes, txPackets: rxPackets }
}

type CounterRow = readonly [name: string, counters: LinkCounters]

/**
 * Reads texts of /proc/net/dev, where each link has one line: its name, eight counters received,
 * eight sent. A link whose line is as it was keeps its object, so that idle links cost little.
 */
export function createCounterTable(): (text: string) => Map<string, LinkCounters> {
  let rows = new Map<string, CounterRow>()
  return (text) => {
    const next = new Map<string, CounterRow>()
    for (const line of text.split('\n')) {
      const row = rows.get(line) ?? parseCounterLine(line)
      if (row) next.set(line, row)
    }
    rows = next
    return new Map(rows.values())
  }
}

function parseCounterLine(line: string): CounterRow | undefined {
  const at = line.indexOf(':')
  if (at < 0) return undefined
  const numbers = line
    .slice(at + 1)
    .trim()
    .split(/\s+/)
    .map(Number)
  const [rxBytes = 0, rxPackets = 0] = numbers
  const [txBytes = 0, txPackets = 0] = numbers.slice(8)
  return [line.slice(0, at).trim(), { rxBytes, rxPackets, txBytes, txPackets }]
}
