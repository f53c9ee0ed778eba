'use client'

import { createContext, type ReactNode, useContext } from 'react'
import type { Snapshot } from '@/server/observe/snapshot'
import { useTRPCClient } from './client'
import { LiveSnapshot, type StreamState } from './live-snapshot'
import { emptySnapshot } from './merge'
import { openStream, useLive, usePicture, useStreamOf } from './use-picture'

const LiveSnapshotContext = createContext<LiveSnapshot | null>(null)

/** Keeps one live picture for everything below it. Needs the tRPC provider above it. */
export function SnapshotProvider({ children }: { children: ReactNode }) {
  const client = useTRPCClient()
  const live = useLive(() => new LiveSnapshot(openStream((...options) => client.host.watch.subscribe(...options))))
  return <LiveSnapshotContext value={live}>{children}</LiveSnapshotContext>
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

function useLiveSnapshot(): LiveSnapshot {
  const live = useContext(LiveSnapshotContext)
  if (!live) throw new Error('useSnapshot and useStream need a SnapshotProvider above them')
  return live
}
