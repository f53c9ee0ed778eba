import type { FoundNetns, NetnsId } from '../../cnm/netns-state'
import type { TunHolder } from '../netns-contract'

interface Held {
  readonly processes: FoundNetns['processes']
  readonly processCount: number
}

/** By namespace, from what the agent says of /proc. */
export function parseProcesses(answer: Buffer): Map<NetnsId, Held> {
  const words = answer.toString('utf8').split('\0')
  const all = new Map<NetnsId, Held>()
  for (let at = 0; at + 3 < words.length; ) {
    const [id, count, named] = words.slice(at, at + 3) as [string, string, string]
    at += 3
    const processes = Array.from({ length: Number(named) }, (_, index) => ({
      pid: Number(words[at + 2 * index]),
      name: words[at + 2 * index + 1] ?? '',
    }))
    at += 2 * Number(named)
    all.set(id, { processes, processCount: Number(count) })
  }
  return all
}

/** What the agent says of open tun and tap devices. */
export function parseTunHolders(answer: Buffer): TunHolder[] {
  const words = answer.toString('utf8').split('\0')
  return Array.from({ length: Math.floor(words.length / 4) }, (_, index) => {
    const [netnsId = '', link = '', pid, name = ''] = words.slice(index * 4)
    return { netnsId, link, pid: Number(pid), name }
  })
}

/** What the agent says of mounts that the daemon has not. */
export function parseElsewhere(answer: Buffer): Map<NetnsId, NonNullable<FoundNetns['elsewhere']>> {
  const words = answer.toString('utf8').split('\0')
  return new Map(
    Array.from({ length: Math.floor(words.length / 4) }, (_, index) => {
      const [id = '', pid, process = '', mount = ''] = words.slice(4 * index)
      return [id, { pid: Number(pid), process, mount }]
    }),
  )
}

/** By namespace, where it is mounted: the lines of nsfs in /proc/self/mountinfo (proc(5)). */
export function parseMounts(mountinfo: string): Map<NetnsId, string[]> {
  const mounts = new Map<NetnsId, string[]>()
  for (const line of mountinfo.split('\n')) {
    const [, , , root = '', point = ''] = line.split(' ')
    const id = /^net:\[(\d+)\]$/.exec(root)?.[1]
    if (id === undefined || !line.includes(' - nsfs ')) continue
    mounts.set(id, [...(mounts.get(id) ?? []), unescaped(point)])
  }
  return mounts
}

/** Blanks and the like are written as three octal digits, a byte each. */
function unescaped(path: string): string {
  if (!path.includes('\\')) return path
  const bytes = Buffer.from(path).toString('latin1')
  const plain = bytes.replace(/\\([0-3][0-7]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  )
  return Buffer.from(plain, 'latin1').toString('utf8')
}

/** All that are held by a process or a mount, whosever: `host` first, the others by their age as far as their numbers tell. */
export function joinFound(
  host: NetnsId,
  processes: ReadonlyMap<NetnsId, Held>,
  mounts: ReadonlyMap<NetnsId, readonly string[]>,
  others: ReadonlyMap<NetnsId, NonNullable<FoundNetns['elsewhere']>>,
): FoundNetns[] {
  const ids = new Set([...processes.keys(), ...mounts.keys(), ...others.keys()])
  ids.delete(host)
  const sorted = [...ids].sort((one, other) => Number(one) - Number(other))
  return [host, ...sorted].map((id) => {
    const held = processes.get(id) ?? { processes: [], processCount: 0 }
    const points = mounts.get(id) ?? []
    const isHost = id === host
    const pid = held.processes[0]?.pid
    const elsewhere = others.get(id)
    // A mount stays, while a process may be one that only looks in.
    const mount = points[0] ?? (elsewhere && mountedIn(elsewhere))
    const path = isHost ? '/proc/self/ns/net' : (mount ?? `/proc/${pid}/ns/net`)
    return { id, path, mounts: points, ...(elsewhere && { elsewhere }), ...held, isHost }
  })
}

function mountedIn({ pid, mount }: NonNullable<FoundNetns['elsewhere']>): string {
  return `/proc/${pid}/root${mount}`
}

/** All files that may lead into it, the likeliest first: mounts are covered by others, processes end. */
export function waysInto({ path, mounts, processes }: FoundNetns): string[] {
  return [...new Set([path, ...mounts, ...processes.map(({ pid }) => `/proc/${pid}/ns/net`)])]
}
