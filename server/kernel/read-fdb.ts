import { z } from 'zod'
import { parseIpJson } from './ip-json'
import { run } from './run'

/** One entry of a bridge's MAC table. */
export interface FdbEntry {
  readonly mac: string
  /** The port that it is behind, or the bridge itself. */
  readonly port: string
  readonly bridge: string
  readonly vlan: number | null
  /** `local`: the port's own address; `static`: set by hand; `learned`: seen, and ageing. */
  readonly type: 'local' | 'static' | 'learned'
  /** Seconds since it was last used and last updated; null where the kernel tells none. */
  readonly usedSeconds: number | null
  readonly updatedSeconds: number | null
  readonly flags: readonly string[]
}

const entrySchema = z.object({
  mac: z.string(),
  ifname: z.string(),
  master: z.string().optional(),
  vlan: z.number().optional(),
  state: z.string().default(''),
  used: z.number().optional(),
  updated: z.number().optional(),
  flags: z.array(z.string()).default([]),
})

/** All MAC tables of bridges: `bridge -d -s -j fdb show`, less devices' own lists. Throws CommandError. */
export async function readFdb(): Promise<FdbEntry[]> {
  const { stdout } = await run('bridge', ['-d', '-s', '-j', 'fdb', 'show'])
  return parseFdb(stdout)
}

export function parseFdb(text: string): FdbEntry[] {
  const entries = z.array(entrySchema).parse(parseIpJson(text.trim() || '[]'))
  return entries.flatMap(({ master, ...entry }) => {
    // Without a bridge it is a device's multicast filter.
    if (master === undefined) return []
    const type = typeOf(entry.state)
    const age = { usedSeconds: entry.used ?? null, updatedSeconds: entry.updated ?? null }
    const { mac, ifname: port, flags } = entry
    return [{ mac, port, bridge: master, vlan: entry.vlan ?? null, type, ...age, flags }]
  })
}

/** `permanent` is what the bridge made for a port's own address, `static` what somebody set. */
export function typeOf(state: string): FdbEntry['type'] {
  if (state === 'permanent') return 'local'
  return state === 'static' || state === 'noarp' ? 'static' : 'learned'
}
