import type {
  CaptureEnd,
  CaptureEvent,
  CaptureLimits,
  PacketRow,
  PointEnd,
  PointView,
} from '@/server/observe/capture/contract'

/** A capture as far as the page has heard of it. */
export interface CaptureFeed {
  readonly points: readonly PointView[]
  readonly limits: CaptureLimits
  readonly filter: string
  readonly rows: readonly PacketRow[]
  readonly bytes: number
  /** By the kernel, so far; null until packets have come. */
  readonly dropped: number | null
  /** By this browser's clock. */
  readonly endsAt: number
  /** `gone`: the daemon has forgotten it; its packets can no longer be looked at or downloaded. */
  readonly end: CaptureEnd | 'gone' | null
  /** Points that have ended, with the kernel's counts and what was wrong. */
  readonly ends: readonly PointEnd[]
}

/** The feed after an event; what a stream that was taken up again repeats is known already. */
export function mergeCaptureEvent(
  feed: CaptureFeed | undefined,
  event: CaptureEvent,
  now: number,
): CaptureFeed | undefined {
  switch (event.type) {
    case 'started': {
      if (feed) return feed
      const { points, limits, filter } = event
      const endsAt = now + limits.seconds * 1_000
      return { points, limits, filter, endsAt, rows: [], bytes: 0, dropped: null, end: null, ends: [] }
    }
    case 'packets': {
      if (!feed) return undefined
      const last = feed.rows.at(-1)?.number ?? 0
      const fresh = event.rows.filter(({ number }) => number > last)
      const endsAt = feed.end === null ? now + event.secondsLeft * 1_000 : feed.endsAt
      const { bytes, dropped } = event
      return { ...feed, rows: fresh.length === 0 ? feed.rows : [...feed.rows, ...fresh], bytes, dropped, endsAt }
    }
    case 'pointEnded':
      return feed && { ...feed, ends: [...feed.ends.filter(({ point }) => point !== event.end.point), event.end] }
    case 'ended':
      return feed && { ...feed, end: event.reason, ends: event.ends }
    case 'gone':
      return feed && { ...feed, end: 'gone' }
  }
}

/** Packets that came too fast, or null where nobody has said so yet. What is told at the end holds. */
export function droppedIn({ end, ends, dropped }: Pick<CaptureFeed, 'end' | 'ends' | 'dropped'>): number | null {
  const counts = ends.flatMap((one) => (one.dropped === null ? [] : [one.dropped]))
  if (end === null || counts.length === 0) return dropped
  return counts.reduce((sum, count) => sum + count, 0)
}
