'use client'

import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { LivePicture, OpenStream, StreamState } from './live-snapshot'
import { isShallowEqual } from './merge'

interface Subscription<Event> {
  onStarted(): void
  onData(message: { id: string; data: Event }): void
  onConnectionStateChange(change: { state: string; error: unknown }): void
  onError(): void
  onComplete(): void
}

/** A procedure that is subscribed to, from the event `lastEventId` on. */
type Subscribe<Event> = (
  input: { lastEventId: string } | undefined,
  handlers: Subscription<Event>,
) => { unsubscribe(): void }

export function openStream<Event>(subscribe: Subscribe<Event>): OpenStream<Event> {
  return (lastEventId, { onStarted, onEvent, onBroken }) => {
    let isStarted = false
    const subscription = subscribe(lastEventId === undefined ? undefined : { lastEventId }, {
      onStarted: () => {
        isStarted = true
        onStarted()
      },
      onData: ({ id, data }) => onEvent(id, data),
      // What the browser would now try again by itself is tried again here, sooner and with the state shown.
      onConnectionStateChange: ({ state, error }) => {
        if (state === 'connecting' && (isStarted || error)) onBroken()
      },
      onError: onBroken,
      onComplete: onBroken,
    })
    return () => subscription.unsubscribe()
  }
}

/** A picture that is kept current for as long as whoever calls this is there. */
export function useLive<Live extends Pick<LivePicture<unknown, unknown>, 'start' | 'retryNow'>>(
  make: () => Live,
): Live {
  const [live] = useState(make)
  useEffect(() => {
    const stop = live.start()
    const retry = () => live.retryNow()
    window.addEventListener('online', retry)
    document.addEventListener('visibilitychange', retry)
    return () => {
      window.removeEventListener('online', retry)
      document.removeEventListener('visibilitychange', retry)
      stop()
    }
  }, [live])
  return live
}

/** A part of a live picture; draws again only when a member of what the selector gives is another. */
export function usePicture<Picture, Selected>(
  live: Pick<LivePicture<Picture, never>, 'subscribe' | 'snapshot'>,
  empty: Picture,
  selector: (picture: Picture) => Selected,
): Selected {
  const last = useRef<{ value: Selected } | null>(null)
  const select = (picture: Picture): Selected => {
    const value = selector(picture)
    if (last.current && isShallowEqual(last.current.value, value)) return last.current.value
    last.current = { value }
    return value
  }
  return useSyncExternalStore(
    live.subscribe,
    () => select(live.snapshot()),
    () => select(empty),
  )
}

const connecting: StreamState = { state: 'connecting', since: 0, hasPicture: false }

export function useStreamOf(live: Pick<LivePicture<unknown, never>, 'subscribe' | 'stream'>): StreamState {
  return useSyncExternalStore(live.subscribe, live.stream, () => connecting)
}
