import { useRef, useState } from 'react'
import type { LiveState } from './live-control'

/** A feed as its events make it. While it is paused what is shown stands still; what happens meanwhile is shown at the end. */
export function useHeldFeed<Feed>() {
  const latest = useRef<Feed>(undefined)
  const [shown, setShown] = useState<Feed>()
  const [isPaused, setIsPaused] = useState(false)
  return {
    take(merge: (feed: Feed | undefined) => Feed | undefined): void {
      latest.current = merge(latest.current)
      if (!isPaused) setShown(latest.current)
    },
    /** For the page, with what the subscription says of itself. */
    live: (status: string) => ({
      feed: shown,
      state: liveState(isPaused, status === 'pending', shown !== undefined),
      setPaused(paused: boolean): void {
        setIsPaused(paused)
        setShown(latest.current)
      },
    }),
  }
}

function liveState(isPaused: boolean, isStreaming: boolean, hasPicture: boolean): LiveState {
  if (isPaused) return 'paused'
  if (!hasPicture) return 'waiting'
  return isStreaming ? 'live' : 'broken'
}
