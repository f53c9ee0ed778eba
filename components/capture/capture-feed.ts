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
      return { points, limits, filter, endsAt, rows: [], bytes: 0, end: null, ends: [] }
    }
    case 'packets': {
      if (!feed) return undefined
      const last = feed.rows.at(-1)?.number ?? 0
      const fresh = event.rows.filter(({ number }) => number > last)
      const endsAt = feed.end === null ? now + event.secondsLeft * 1_000 : feed.endsAt
      return { ...feed, rows: fresh.length === 0 ? feed.rows : [...feed.rows, ...fresh], bytes: event.bytes, endsAt }
    }
    case 'pointEnded':
      return feed && { ...feed, ends: [...feed.ends.filter(({ point }) => point !== event.end.point), event.end] }
    case 'ended':
      return feed && { ...feed, end: event.reason, ends: event.ends }
    case 'gone':
      return feed && { ...feed, end: 'gone' }
  }
}

/** Packets that came too fast, or null where nobody has said so yet. */
export function droppedIn({ ends }: Pick<CaptureFeed, 'ends'>): number | null {
  const counts = ends.flatMap(({ dropped }) => (dropped === null ? [] : [dropped]))
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0)
}
