import { z } from 'zod'
import type { Netns } from '../plan/object'
import { parseIpJson } from './ip-json'
import { readOutput } from './read-output'

/** Seconds, as tc prints them. */
const delaySchema = z.object({ delay: z.number().default(0), jitter: z.number().default(0) })

/** One queue as `tc -j qdisc show` prints it. */
const qdiscSchema = z.object({
  kind: z.string(),
  handle: z.string().default(''),
  dev: z.string(),
  root: z.boolean().optional(),
  parent: z.string().optional(),
  options: z
    .object({
      /** Of tbf: bytes a second, bytes, microseconds. */
      rate: z.number().optional(),
      burst: z.number().optional(),
      lat: z.number().optional(),
      limit: z.number().optional(),
      delay: delaySchema.optional(),
    })
    .catch({})
    .default({}),
})
export type RawQdisc = z.infer<typeof qdiscSchema>

/** One filter as `tc -j filter show dev LINK HOOK` prints it. */
const filterSchema = z.object({
  kind: z.string(),
  options: z
    .object({
      bytecode: z.object({ insns: z.array(z.object({ code: z.number(), k: z.number() })) }).optional(),
      actions: z
        .array(z.object({ kind: z.string(), mirred_action: z.string().optional(), to_dev: z.string().optional() }))
        .optional(),
    })
    .catch({})
    .default({}),
})
export type RawFilter = z.infer<typeof filterSchema>

const hooks = ['ingress', 'egress'] as const

/** The queues of one namespace, and the filters of some of its links. */
export interface Traffic {
  readonly qdiscs: readonly RawQdisc[]
  readonly filters: readonly { readonly link: string; readonly hook: 'ingress' | 'egress'; readonly all: RawFilter[] }[]
}

/** `tc -j -batch -`: all queues, and the filters of links that are there. One process. Throws CommandError. */
export async function readTraffic(netns: Netns, links: readonly string[]): Promise<Traffic> {
  const places = links.flatMap((link) => hooks.map((hook) => ({ link, hook })))
  const questions = ['qdisc show', ...places.map(({ link, hook }) => `filter show dev ${link} ${hook}`)]
  const stdout = await readOutput('tc', ['-j', '-batch', '-'], { netns, input: `${questions.join('\n')}\n` })
  const [qdiscs = '[]', ...filters] = stdout.split('\n').filter((line) => line.startsWith('['))
  return {
    qdiscs: z.array(qdiscSchema).parse(parseIpJson(qdiscs)),
    filters: places.map((place, at) => ({
      ...place,
      all: z.array(filterSchema).parse(parseIpJson(filters[at] ?? '[]')),
    })),
  }
}
