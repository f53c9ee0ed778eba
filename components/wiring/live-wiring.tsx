'use client'

import { useSubscription } from '@trpc/tanstack-react-query'
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react'
import type { LinkRate, WiringEvent, WiringPicture } from '@/server/observe/wiring/view'
import type { TrafficSample } from '../topology/samples'
import { usePageVisible } from '../topology/traffic'
import { useTRPC, useTRPCClient } from '../trpc/client'
import { LivePicture, type StreamState } from '../trpc/live-snapshot'
import { openStream, useLive, usePicture, useStreamOf } from '../trpc/use-picture'
import { emptyWiring, mergeWiring } from './merge-wiring'
import { RateFeed } from './rate-feed'

type LiveWiring = LivePicture<WiringPicture, WiringEvent>

const LiveWiringContext = createContext<{ live: LiveWiring; rates: RateFeed } | null>(null)

/** Keeps the picture of the wiring, and what flows, for everything below it; the daemon watches for as long. */
export function WiringProvider({ children }: { children: ReactNode }) {
  const client = useTRPCClient()
  const live = useLive(
    () =>
      new LivePicture<WiringPicture, WiringEvent>(
        openStream((...options) => client.wiring.watch.subscribe(...options)),
        emptyWiring,
        mergeWiring,
      ),
  )
  const [rates] = useState(() => new RateFeed())
  const enabled = usePageVisible()
  useSubscription(
    useTRPC().wiring.rates.watch.subscriptionOptions(undefined, { enabled, onData: (some) => rates.add(some) }),
  )
  useEffect(() => {
    if (!enabled) return rates.pause()
    const ticking = setInterval(() => rates.tick(), 1_000)
    return () => clearInterval(ticking)
  }, [enabled, rates])
  const [value] = useState({ live, rates })
  return <LiveWiringContext value={value}>{children}</LiveWiringContext>
}

/** A part of the picture, as `useSnapshot` gives one of the network picture. */
export function useWiring<Selected>(selector: (wiring: WiringPicture) => Selected): Selected {
  return usePicture(useLiveWiring().live, emptyWiring, selector)
}

export function useWiringStream(): StreamState {
  return useStreamOf(useLiveWiring().live)
}

/** Undefined: nothing flows, or nobody knows. */
export function useLinkRate(linkId: string): LinkRate | undefined {
  const { rates } = useLiveWiring()
  return useSyncExternalStore(
    rates.subscribe,
    () => rates.rate(linkId),
    () => undefined,
  )
}

/** The last five minutes of a link, oldest first. */
export function useLinkHistory(linkId: string): readonly TrafficSample[] {
  const { rates } = useLiveWiring()
  return useSyncExternalStore(
    rates.subscribe,
    () => rates.history(linkId),
    () => nothing,
  )
}

const nothing: readonly TrafficSample[] = []

/** Of all links, to be asked once it tells that a second has passed. */
export function useRates(): RateFeed {
  return useLiveWiring().rates
}

function useLiveWiring() {
  const live = useContext(LiveWiringContext)
  if (!live) throw new Error('the wiring needs its provider above it')
  return live
}
