import { setTimeout } from 'node:timers/promises'
import type { Asker, Cause, Queries, QueryEvent, QueryView } from './contract'

const kept = 500
const gatherMs = 100
/** Of a rush of questions the latest are shown. */
const mostAtOnce = 100
const mostAnswers = 8

/** A question that was answered, as it is written down. */
export interface LoggedQuery {
  asker: Asker | undefined
  transport: 'udp' | 'tcp'
  name: string
  type: string
  code: string
  cause: Cause
  /** All answers as text; the ones behind `fixed` were sent from `turn` on. */
  answers: readonly string[]
  fixed: number
  turn: number
  durationMs: number
}

interface Slot extends LoggedQuery {
  sequence: number
  at: number
}

export interface QueryLog extends Queries {
  record(query: LoggedQuery): void
}

/**
 * The latest questions. Writing one down fills a slot that was made before: nothing is collected, and who watches
 * takes from the ring every tenth of a second what has come since.
 */
export function createQueryLog(): QueryLog {
  const ring: Slot[] = []
  let sequence = 0

  function slot(): Slot {
    const known = ring[sequence % kept]
    if (known) return known
    const made = {} as Slot
    ring[sequence % kept] = made
    return made
  }

  function since(seen: number, most: number): QueryEvent | undefined {
    if (seen === sequence) return undefined
    const from = Math.max(seen, sequence - most)
    const queries: QueryView[] = []
    for (let at = from; at < sequence; at++) {
      const query = ring[at % kept]
      if (query) queries.push(viewOf(query))
    }
    return { queries, missed: from - seen }
  }

  return {
    record(query) {
      Object.assign(slot(), query, { at: Date.now(), sequence: ++sequence })
    },
    async *watch(signal) {
      // What is older than the ring was missed by nobody.
      let seen = Math.max(0, sequence - kept)
      for (let most = kept; !signal.aborted; most = mostAtOnce) {
        const event = since(seen, most)
        if (event || most === kept) {
          seen = sequence
          yield event ?? { queries: [], missed: 0 }
        }
        await setTimeout(gatherMs, undefined, { signal, ref: false }).catch(() => undefined)
      }
    },
  }
}

/** Of many that share a name a few are told, and a few of those that were left out. */
function inShort(cause: Cause): Cause {
  if (cause.from !== 'names' || cause.origin.members.length <= mostAnswers) return cause
  const { members } = cause.origin
  const few = [true, false].flatMap((wanted) =>
    members.filter(({ answered }) => answered === wanted).slice(0, mostAnswers),
  )
  return { from: 'names', origin: { ...cause.origin, members: few } }
}

/** Characters that cannot be seen, or that turn the direction of text, as their number. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

function viewOf(query: Slot): QueryView {
  const { sequence, asker, transport, name, type, code, cause, answers, fixed, turn, durationMs } = query
  const turned = [...answers.slice(0, fixed), ...answers.slice(fixed + turn), ...answers.slice(fixed, fixed + turn)]
  return {
    ...{ sequence, transport, name, type, code, cause: inShort(cause) },
    at: new Date(query.at).toISOString(),
    container: asker ? { id: asker.id, name: asker.name } : null,
    networks: asker?.networks ?? [],
    answers: turned.slice(0, mostAnswers).map(visible),
    answerCount: answers.length,
    durationMs: Math.round(durationMs * 1_000) / 1_000,
  }
}
