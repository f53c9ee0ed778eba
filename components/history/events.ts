import type { inferRouterOutputs } from '@trpc/server'
import type { AppRouter } from '@/server/api/router'
import type { HistoryMark } from '@/server/observe/history'
import type { OperationView } from '@/server/observe/snapshot'

export type Timeline = inferRouterOutputs<AppRouter>['history']['timeline']

/** One thing that happened: an operation, or what the picture showed. */
export type HistoryEvent =
  | { readonly type: 'operation'; readonly id: string; readonly at: number; readonly operation: OperationView }
  | (HistoryMark & { readonly operation?: undefined })

/** Newest first. */
export function mergeEvents({ marks, operations }: Pick<Timeline, 'marks' | 'operations'>): HistoryEvent[] {
  const done = operations.map((operation): HistoryEvent => {
    return { type: 'operation', id: operation.id, at: Date.parse(operation.startedAt), operation }
  })
  return [...done, ...marks].sort((one, other) => other.at - one.at)
}

/** The moment at which one sees what an event has done. */
export function momentAfter(event: HistoryEvent): number {
  return event.at + (event.operation?.durationMs ?? 0) + settleMs
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
