'use client'

import { createContext, type ReactNode, useContext, useMemo } from 'react'
import type { Snapshot } from '@/server/observe/snapshot'
import { useTRPCClient } from './client'
import { LiveSnapshot, type StreamState } from './live-snapshot'
import { emptySnapshot } from './merge'
import { openStream, useLive, usePicture, useStreamOf } from './use-picture'

type SnapshotSource = Pick<LiveSnapshot, 'snapshot' | 'stream' | 'subscribe'>

const LiveSnapshotContext = createContext<SnapshotSource | null>(null)

/** Keeps one live picture for everything below it. Needs the tRPC provider above it. */
export function SnapshotProvider({ children }: { children: ReactNode }) {
  const client = useTRPCClient()
  const live = useLive(() => new LiveSnapshot(openStream((...options) => client.host.watch.subscribe(...options))))
  return <LiveSnapshotContext value={live}>{children}</LiveSnapshotContext>
}

/** What is below it sees this picture instead of the live one. */
export function FixedSnapshot({ snapshot, children }: { snapshot: Snapshot; children: ReactNode }) {
  const source = useMemo((): SnapshotSource => {
    const stream: StreamState = { state: 'live', since: 0, hasPicture: true }
    return { snapshot: () => snapshot, stream: () => stream, subscribe: () => () => undefined }
  }, [snapshot])
  return <LiveSnapshotContext value={source}>{children}</LiveSnapshotContext>
}

/**
 * A part of the live picture. Draws again only when what the selector gives changes, its members compared one
 * by one, so that `({ networks }) => Object.values(networks)` is fine. Empty until `useStream().hasPicture`.
 */
export function useSnapshot<Selected>(selector: (snapshot: Snapshot) => Selected): Selected {
  return usePicture(useLiveSnapshot(), emptySnapshot, selector)
}

/** How current the picture is. */
export function useStream(): StreamState {
  return useStreamOf(useLiveSnapshot())
}

function useLiveSnapshot(): SnapshotSource {
  const live = useContext(LiveSnapshotContext)
  if (!live) throw new Error('useSnapshot and useStream need a SnapshotProvider above them')
  return live
}
