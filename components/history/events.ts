import type { inferRouterOutputs } from '@trpc/server'
import type { AppRouter } from '@/server/api/router'
import type { HistoryMark } from '@/server/observe/history'
import type { BriefOperationView } from '@/server/observe/snapshot'

export type Timeline = inferRouterOutputs<AppRouter>['history']['timeline']

/** One thing that happened: an operation, or what the picture showed. */
export type HistoryEvent =
  | { readonly type: 'operation'; readonly id: string; readonly at: number; readonly operation: BriefOperationView }
  | (HistoryMark & { readonly operation?: undefined })

const hourMs = 60 * 60_000

/** Newest first. Of operations that the line has not read yet, or has read as they began, the `live` ones are newer. */
export function mergeEvents(
  { now, marks, operations }: Pick<Timeline, 'now' | 'marks' | 'operations'>,
  live: readonly BriefOperationView[] = [],
): HistoryEvent[] {
  const isOfThisHour = ({ startedAt }: BriefOperationView) => Date.parse(startedAt) > now - hourMs
  const newest = new Map([...operations, ...live.filter(isOfThisHour)].map((operation) => [operation.id, operation]))
  const done = [...newest.values()].map((operation): HistoryEvent => {
    return { type: 'operation', id: operation.id, at: Date.parse(operation.startedAt), operation }
  })
  return [...done, ...marks].sort((one, other) => other.at - one.at)
}

/** The moment at which one sees what an event has done. */
export function momentAfter(event: HistoryEvent): number {
  return event.at + (event.operation?.durationMs ?? 0) + settleMs
}

/** Where one looks next, from event to event; null: now. */
export function momentBeside(
  events: readonly HistoryEvent[],
  moment: number | null,
  side: 'earlier' | 'later',
): number | null {
  const moments = events.map(momentAfter).sort((one, other) => other - one)
  if (side === 'earlier') return moments.find((at) => moment === null || at < moment) ?? moment
  return moment === null ? null : (moments.findLast((at) => at > moment) ?? null)
}

/** From what happens to the picture that shows it. */
const settleMs = 250

/** Stretches between `from` and `now` that nobody watched. */
export function gapsOf({
  from,
  now,
  observed,
}: Pick<Timeline, 'from' | 'now' | 'observed'>): { from: number; to: number }[] {
  const gaps: { from: number; to: number }[] = []
  let end = from
  for (const stretch of observed) {
    if (stretch.from > end) gaps.push({ from: end, to: stretch.from })
    end = Math.max(end, stretch.to)
  }
  if (end < now - settleMs) gaps.push({ from: end, to: now })
  return gaps
}
