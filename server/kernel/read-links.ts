import { createIpQuery, type IpQuery, type RawLink } from './ip-query'
import { portOf } from './port-settings'

export interface LinkCounters {
  readonly bytes: number
  readonly packets: number
  readonly errors: number
  readonly dropped: number
}

/** One link of the daemon's namespace. */
export interface Link {
  readonly name: string
  readonly ifindex: number
  /** "bridge", "veth" …; null for devices that no driver made (eth0, lo). */
  readonly kind: string | null
  /** "ether", "loopback" … */
  readonly type: string
  readonly master: string | null
  readonly alias: string | null
  readonly mtu: number
  readonly flags: readonly string[]
  /** Switched on (which is not yet: has a carrier). */
  readonly up: boolean
  /** UP, DOWN, LOWERLAYERDOWN, UNKNOWN … */
  readonly operstate: string
  readonly mac: string | null
  /** The veth's other end: in another namespace by index, here by name. */
  readonly peer: { readonly ifindex?: number; readonly netnsid?: number; readonly name?: string } | null
  /** Of a bridge's port; a state that a spanning tree gave it is among them. */
  readonly port: ReturnType<typeof portOf> | null
  /** A bridge's ageing time, seconds. */
  readonly ageingSeconds: number | null
  readonly rx: LinkCounters
  readonly tx: LinkCounters
}

export interface LinkReader {
  /** All links: `ip -d -s -j link show`. */
  readLinks(): Promise<Link[]>
  /** One link, about 1 ms; undefined where there is none of that name. */
  findLink(name: string): Promise<Link | undefined>
  /** IPv4 addresses with prefix length, by link name: `ip -j address show`. */
  readAddresses(): Promise<Map<string, string[]>>
  close(): Promise<void>
}

/** Reads through a process of its own, or one that is shared. */
export function createLinkReader(query: IpQuery = createIpQuery()): LinkReader {
  return {
    readLinks: async () => ((await query.links()) ?? []).map(toLink),
    findLink: async (name) => {
      if (!isLinkName(name)) return undefined
      const link = await ask(query, name)
      if (link !== undefined) return link
      // ip remembers which index a name had; a fresh process finds the one that has it now.
      await query.recycle()
      return ask(query, name)
    },
    readAddresses: async () => {
      const all = (await query.addresses()) ?? []
      return new Map(all.map(({ ifname, addr_info }) => [ifname, addr_info.filter(isIpv4).map(withPrefix)]))
    },
    close: () => query.close(),
  }
}

async function ask(query: IpQuery, name: string): Promise<Link | undefined> {
  const raw = (await query.links('dev', name))?.find(({ ifname }) => ifname === name)
  return raw === undefined ? undefined : toLink(raw)
}

/** As the kernel allows them, less what a batch of ip cannot carry. */
function isLinkName(name: string): boolean {
  return /^[^\s/:#"'\\\p{Cc}]{1,15}$/u.test(name)
}

function isIpv4({ family }: { family: string }): boolean {
  return family === 'inet'
}

function withPrefix({ local, prefixlen }: { local: string; prefixlen: number }): string {
  return `${local}/${prefixlen}`
}

const nothing: LinkCounters = { bytes: 0, packets: 0, errors: 0, dropped: 0 }

function toLink(raw: RawLink): Link {
  const ageing = raw.linkinfo?.info_data?.ageing_time
  return {
    name: raw.ifname,
    ifindex: raw.ifindex,
    kind: raw.linkinfo?.info_kind ?? null,
    type: raw.link_type ?? '',
    master: raw.master ?? null,
    alias: raw.ifalias ?? null,
    mtu: raw.mtu,
    flags: raw.flags,
    up: raw.flags.includes('UP'),
    operstate: raw.operstate,
    mac: raw.address ?? null,
    peer: peerOf(raw),
    port: raw.linkinfo?.info_slave_kind === 'bridge' ? portOf(raw, false) : null,
    ageingSeconds: ageing === undefined ? null : ageing / 100,
    rx: raw.stats64?.rx ?? nothing,
    tx: raw.stats64?.tx ?? nothing,
  }
}

function peerOf({ link, link_index: ifindex, link_netnsid: netnsid }: RawLink): Link['peer'] {
  if (ifindex !== undefined) return { ifindex, netnsid }
  return link ? { name: link } : null
}
