'use client'

import { createContext, type ReactNode, useContext, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { Snapshot } from '@/server/observe/snapshot'
import { useTRPCClient } from './client'
import { LiveSnapshot, type OpenStream, type StreamState } from './live-snapshot'
import { emptySnapshot, isShallowEqual } from './merge'

const LiveSnapshotContext = createContext<LiveSnapshot | null>(null)

/** Keeps one live picture for everything below it. Needs the tRPC provider above it. */
export function SnapshotProvider({ children }: { children: ReactNode }) {
  const client = useTRPCClient()
  const [live] = useState(() => new LiveSnapshot(openStream(client)))
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
  return <LiveSnapshotContext value={live}>{children}</LiveSnapshotContext>
}

/**
 * A part of the live picture. Draws again only when what the selector gives changes, its members compared one
 * by one, so that `({ networks }) => Object.values(networks)` is fine. Empty until `useStream().hasPicture`.
 */
export function useSnapshot<Selected>(selector: (snapshot: Snapshot) => Selected): Selected {
  const live = useLiveSnapshot()
  const last = useRef<{ value: Selected } | null>(null)
  const select = (snapshot: Snapshot): Selected => {
    const value = selector(snapshot)
    if (last.current && isShallowEqual(last.current.value, value)) return last.current.value
    last.current = { value }
    return value
  }
  return useSyncExternalStore(
    live.subscribe,
    () => select(live.snapshot()),
    () => select(emptySnapshot),
  )
}

const connecting: StreamState = { state: 'connecting', since: 0, hasPicture: false }

/** How current the picture is. */
export function useStream(): StreamState {
  const live = useLiveSnapshot()
  return useSyncExternalStore(live.subscribe, live.stream, () => connecting)
}

function useLiveSnapshot(): LiveSnapshot {
  const live = useContext(LiveSnapshotContext)
  if (!live) throw new Error('useSnapshot and useStream need a SnapshotProvider above them')
  return live
}

function openStream(client: ReturnType<typeof useTRPCClient>): OpenStream {
  return (lastEventId, { onStarted, onEvent, onBroken }) => {
    let isStarted = false
    const subscription = client.host.watch.subscribe(lastEventId === undefined ? undefined : { lastEventId }, {
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
