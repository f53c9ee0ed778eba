import { z } from 'zod'
import { createDialogue, DialogueEnded } from './dialogue'
import { parseIpJson } from './ip-json'
import { start } from './run'

/**
 * A long-lived `ip -d -s -j -force -batch -` for reading: about 1 ms for one link. A question that fails
 * (there is no such link) is answered by undefined; other failures throw.
 */
export interface IpQuery {
  /** `ip link show …` */
  links(...args: string[]): Promise<RawLink[] | undefined>
  /** `ip address show …` */
  addresses(...args: string[]): Promise<RawAddresses[] | undefined>
  /** `ip route show …` */
  routes(...args: string[]): Promise<RawRoute[] | undefined>
  /** `ip neighbour show …` */
  neighbours(...args: string[]): Promise<RawNeighbour[] | undefined>
  /** Ends the process; the next question starts another, which knows no names of before. */
  recycle(): Promise<void>
  close(): Promise<void>
}

const statisticsSchema = z.object({
  bytes: z.number(),
  packets: z.number(),
  errors: z.number(),
  dropped: z.number(),
})

/** One link as `ip -d -s -j link show` prints it. */
const linkSchema = z.object({
  ifindex: z.number(),
  ifname: z.string(),
  flags: z.array(z.string()),
  mtu: z.number(),
  operstate: z.string().default('UNKNOWN'),
  link_type: z.string().optional(),
  address: z.string().optional(),
  master: z.string().optional(),
  /** What it has at its root. */
  qdisc: z.string().optional(),
  ifalias: z.string().optional(),
  group: z.string().optional(),
  /** The other end, where it is in the same namespace. */
  link: z.string().nullish(),
  /** The other end's index in namespace `link_netnsid`. */
  link_index: z.number().optional(),
  link_netnsid: z.number().optional(),
  linkinfo: z
    .object({
      info_kind: z.string().optional(),
      info_data: z
        .object({
          ageing_time: z.number().optional(),
          /** Of a bridge; 2: a program of the host's keeps the tree. */
          stp_state: z.number().optional(),
          mcast_snooping: z.number().optional(),
          /** Of a macvlan or ipvlan. */
          mode: z.string().optional(),
          private: z.boolean().optional(),
          vepa: z.boolean().optional(),
          /** Of a VLAN. */
          id: z.number().optional(),
        })
        .optional(),
      info_slave_kind: z.string().optional(),
      /** Of a bridge's port. */
      info_slave_data: z
        .object({
          state: z.string().optional(),
          hairpin: z.boolean().optional(),
          isolated: z.boolean().optional(),
          learning: z.boolean().optional(),
          flood: z.boolean().optional(),
          mcast_flood: z.boolean().optional(),
          bcast_flood: z.boolean().optional(),
          neigh_suppress: z.boolean().optional(),
          locked: z.boolean().optional(),
        })
        .optional(),
    })
    .optional(),
  stats64: z.object({ rx: statisticsSchema, tx: statisticsSchema }).optional(),
})
export type RawLink = z.infer<typeof linkSchema>

const addressesSchema = z.object({
  ifindex: z.number(),
  ifname: z.string(),
  addr_info: z
    .array(
      z.object({
        family: z.string(),
        local: z.string(),
        prefixlen: z.number(),
        scope: z.string(),
        dynamic: z.boolean().optional(),
      }),
    )
    .default([]),
})
export type RawAddresses = z.infer<typeof addressesSchema>

const routeSchema = z.object({
  type: z.string().optional(),
  dst: z.string(),
  gateway: z.string().optional(),
  dev: z.string().optional(),
  table: z.string().optional(),
  protocol: z.string().optional(),
  scope: z.string().optional(),
  metric: z.number().optional(),
})
export type RawRoute = z.infer<typeof routeSchema>

const neighbourSchema = z.object({
  dst: z.string(),
  dev: z.string(),
  lladdr: z.string().optional(),
  state: z.array(z.string()).default([]),
})
export type RawNeighbour = z.infer<typeof neighbourSchema>

/** A question that is always answered, and in a way in which no other is. */
const marker = { question: 'netconf show dev lo', answer: '[{"family":"inet","interface":"lo"' }

export function createIpQuery(): IpQuery {
  const dialogue = createDialogue(() => start('ip', [...queryArgs, '-force', '-batch', '-']))

  async function query<Item>(words: readonly string[], schema: z.ZodType<Item>): Promise<Item[] | undefined> {
    const question = { text: `${words.join(' ')}\n${marker.question}\n`, isLast: isMarker }
    const reply = await dialogue.ask(question).catch((error: unknown) => {
      // It died while idle or under the question: a fresh one can answer.
      if (error instanceof DialogueEnded) return dialogue.ask(question)
      throw error
    })
    const line = reply.lines.find((candidate) => !isMarker(candidate))
    return line === undefined ? undefined : parseItems(line, schema)
  }

  let names = ''

  /** Names of masters, and of what routes lead by, are as ip saw them first: once one has changed, it starts anew. */
  async function allLinks(): Promise<RawLink[] | undefined> {
    const links = await query(['link', 'show'], linkSchema)
    const seen = (links ?? []).map(({ ifindex, ifname }) => `${ifindex} ${ifname}`).join('\n')
    const isOld = hasOtherNames(names, seen)
    names = seen
    if (!isOld) return links
    await dialogue.recycle()
    return query(['link', 'show'], linkSchema)
  }

  return {
    links: (...args) => (args.length === 0 ? allLinks() : query(['link', 'show', ...args], linkSchema)),
    addresses: (...args) => query(['address', 'show', ...args], addressesSchema),
    routes: (...args) => query(['route', 'show', ...args], routeSchema),
    neighbours: (...args) => query(['neighbour', 'show', ...args], neighbourSchema),
    recycle: () => dialogue.recycle(),
    close: () => dialogue.close(),
  }
}

/** Whether a link that was seen before bears another name now. */
function hasOtherNames(before: string, now: string): boolean {
  if (before === now) return false
  const known = new Map(before.split('\n').map((line) => line.split(' ', 2) as [string, string]))
  return now.split('\n').some((line) => {
    const [index = '', name] = line.split(' ', 2)
    return known.has(index) && known.get(index) !== name
  })
}

const queryArgs = ['-d', '-s', '-j'] as const

function isMarker(line: string): boolean {
  return line.startsWith(marker.answer)
}

/** ip prints an empty object in place of an item that it leaves out. */
function parseItems<Item>(line: string, schema: z.ZodType<Item>): Item[] {
  const items = z.array(z.unknown()).parse(parseIpJson(line))
  return items.filter((item) => !isEmptyObject(item)).map((item) => schema.parse(item))
}

function isEmptyObject(item: unknown): boolean {
  return typeof item === 'object' && item !== null && Object.keys(item).length === 0
}

/** What one namespace holds. */
export interface NamespaceContent {
  readonly links: readonly RawLink[]
  readonly addresses: readonly RawAddresses[]
  readonly routes: readonly RawRoute[]
  readonly neighbours: readonly RawNeighbour[]
}
