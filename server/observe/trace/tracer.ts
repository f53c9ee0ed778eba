import { isPatchbayError, PatchbayError } from '../../cnm/errors'
import { sentence } from '../../cnm/sentence'
import type { Judgement, Place, TraceQuestion, Tracer } from './contract'
import { explain, judge } from './explain'
import { plannedWorld } from './planned-world'
import { type Part, Unread, type Want, type World } from './world'
import { lookAtWorld, type WorldLook, type WorldSources } from './world-reader'

/** A world that has always more to read is none. */
const mostRounds = 200

export function createTracer(sources: WorldSources): Tracer {
  return {
    async explain(question, change) {
      const since = performance.now()
      const steps = change && (await sources.plan(change))
      const look = await lookAtWorld(sources)
      await look.read(certainlyNeeded(look.world, question))
      const world = change ? plannedWorld(look.world, change, steps ?? []) : look.world
      const explained = await whenRead(look, () => explain(world, question))
      return { ...explained, durationMs: performance.now() - since }
    },
    async *judgeAll(questions) {
      const look = await lookAtWorld({ ...sources, tables: { ...sources.tables, sockets: listenersBy(sources) } })
      await readSideBySide(look, neededByAll(look.world, questions))
      let answers: Judgement[] = []
      let [restedAt, toldAt] = [performance.now(), performance.now()]
      for (const question of questions) {
        const answer = judgeNow(look.world, question)
        answers.push(answer ?? (await whenRead(look, () => judge(look.world, question)).catch(failed)))
        const now = performance.now()
        if (now - restedAt < mostBusyMs) continue
        if (now - toldAt >= tellEveryMs) {
          yield answers
          answers = []
          toldAt = performance.now()
        }
        await new Promise((resolve) => setImmediate(resolve))
        restedAt = performance.now()
      }
      yield answers
    },
  }
}

/** Each round reads what the one before found missing. */
async function whenRead<Found>(look: WorldLook, find: () => Found): Promise<Found> {
  for (let round = 0; round < mostRounds; round++) {
    try {
      return find()
    } catch (error) {
      if (!(error instanceof Unread)) throw error
      await look.read(error.wants)
    }
  }
  throw new PatchbayError('system', sentence`the way cannot be explained: there is always more to read`)
}

/** Undefined: something has to be read before. To wait for nothing, a quarter of a million times, takes a while. */
function judgeNow(world: World, question: TraceQuestion): Judgement | undefined {
  try {
    return judge(world, question)
  } catch (error) {
    return error instanceof Unread ? undefined : failed(error)
  }
}

function failed(error: unknown): Judgement {
  return { error: error instanceof Error ? error : new Error(String(error)) }
}

/** To look up whose sockets they are, every process of the machine has to be looked at: what many ways need is who listens. */
function listenersBy({ reader, tables }: WorldSources): WorldSources['tables']['sockets'] {
  return async (netns, choice) => {
    const rows = await reader.listeners(netns).catch((error: unknown) => {
      if (isPatchbayError(error) && error.kind === 'system') return undefined
      throw error
    })
    return rows ? { rows, cut: 0, total: rows.length } : tables.sockets(netns, choice)
  }
}

/** Each once, though many questions begin or end at the same place. */
function neededByAll(world: World, questions: Iterable<TraceQuestion>): Want[] {
  const kinds = new Map<string, TraceQuestion>()
  const see = (seen: Set<Place>, place: Place, question: TraceQuestion) => {
    if (seen.has(place)) return
    seen.add(place)
    const key = [seen === asked, question.family, ...Object.values(place)].join(' ')
    if (!kinds.has(key)) kinds.set(key, question)
  }
  const [quiet, asked] = [new Set<Place>(), new Set<Place>()]
  for (const question of questions) {
    see(quiet, question.from, question)
    see(question.protocol === 'icmp' ? quiet : asked, question.to, question)
  }
  const wants = [...kinds.values()].flatMap((question) => certainlyNeeded(world, question))
  return [...new Map(wants.map((want) => [`${want.netns} ${want.part}`, want])).values()]
}

/** So long others of the daemon wait at most while many ways are explained. */
const mostBusyMs = 20
/** Answers are gathered for so long. */
const tellEveryMs = 100
/** Tables that are read at a time; many of them are processes. */
const readsAtATime = 8

async function readSideBySide(look: WorldLook, wants: readonly Want[]): Promise<void> {
  const waiting = [...wants]
  const next = async (): Promise<void> => {
    const want = waiting.shift()
    if (!want) return
    await look.read([want])
    await next()
  }
  await Promise.all(Array.from({ length: readsAtATime }, next))
}

/** What every way needs, so that it is read side by side: both ends, and the host between them. */
function certainlyNeeded(world: World, { from, to, family, protocol }: TraceQuestion): Want[] {
  const ends = [from, to].map((place) => {
    if (place.kind === 'namespace') return world.all.includes(place.id) ? place.id : null
    if (place.kind === 'container') return world.netnsOf(place.id)
    return place.kind === 'host' ? world.host : null
  })
  const namespaces = [...new Set([world.host, ...ends.filter((netns) => netns !== null)])]
  const isIpv6 =
    family === 'ipv6' || [from, to].some((place) => place.kind === 'address' && place.address.includes(':'))
  const tables: readonly Part[] = ['sysctls', isIpv6 ? 'ipv6' : 'ipv4', 'nft-tables']
  const target = ends[1]
  return [
    ...namespaces.flatMap((netns) => tables.map((part) => ({ netns, part }))),
    { netns: world.host, part: 'peers' },
    ...(target && protocol !== 'icmp' ? [{ netns: target, part: 'sockets' as const }] : []),
  ]
}
