'use client'

import { useSubscription } from '@trpc/tanstack-react-query'
import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react'
import { useTRPC } from '@/components/trpc/client'
import type { TrafficView } from '@/server/observe/snapshot'

export interface TrafficSample {
  readonly rx: number
  readonly tx: number
}

/** What one cable carries: bytes a second now, and bytes in the last minute, both ways together. */
export interface Talker {
  readonly id: string
  readonly rate: number
  readonly minute: number
}

/** Five minutes, for the peak; the line shows the last of them. */
const samplesKept = 300
const minuteSamples = 60

/** Rates of the cables, once a second, and their last minutes. Kept outside React: only the cable that changes draws. */
export class TrafficFeed {
  readonly #rates = new Map<string, TrafficView>()
  readonly #history = new Map<string, readonly TrafficSample[]>()
  readonly #listeners = new Set<() => void>()

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  rate(endpointId: string): TrafficView | undefined {
    return this.#rates.get(endpointId)
  }

  /** Oldest first, one a second; in bytes a second, seen from the sandbox. */
  history(endpointId: string): readonly TrafficSample[] {
    return this.#history.get(endpointId) ?? noSamples
  }

  /** All cables that carry something, or did within a minute. */
  talkers(): Talker[] {
    return [...this.#history].map(([id, samples]) => {
      const rate = this.#rates.get(id)
      const minute = samples.slice(-minuteSamples).reduce((sum, { rx, tx }) => sum + rx + tx, 0)
      return { id, rate: (rate?.rxBytesPerSecond ?? 0) + (rate?.txBytesPerSecond ?? 0), minute }
    })
  }

  /** Takes the rates of one second; endpoints that are not among them are quiet. */
  add(rates: Readonly<Record<string, TrafficView>>): void {
    for (const [id, rate] of Object.entries(rates)) {
      if (isQuiet(rate)) this.#rates.delete(id)
      else this.#rates.set(id, rate)
    }
    for (const id of new Set([...this.#history.keys(), ...this.#rates.keys()])) this.#remember(id)
    for (const listener of this.#listeners) listener()
  }

  /** Nobody looks, so nothing is known: cables stand still. */
  pause(): void {
    this.#rates.clear()
    for (const listener of this.#listeners) listener()
  }

  #remember(id: string): void {
    const rate = this.#rates.get(id)
    const sample = { rx: rate?.rxBytesPerSecond ?? 0, tx: rate?.txBytesPerSecond ?? 0 }
    const samples = [...this.history(id), sample].slice(-samplesKept)
    if (samples.every(({ rx, tx }) => rx === 0 && tx === 0)) this.#history.delete(id)
    else this.#history.set(id, samples)
  }
}

const noSamples: readonly TrafficSample[] = []

function isQuiet(rate: TrafficView): boolean {
  return rate.rxBytesPerSecond === 0 && rate.txBytesPerSecond === 0
}

export const TrafficContext = createContext<TrafficFeed>(new TrafficFeed())

/** Watches while the page is visible, and only then: counters cost the daemon something. */
export function useTrafficFeed(): TrafficFeed {
  const trpc = useTRPC()
  const [feed] = useState(() => new TrafficFeed())
  const visible = usePageVisible()
  useSubscription(
    trpc.host.traffic.watch.subscriptionOptions(undefined, { enabled: visible, onData: (rates) => feed.add(rates) }),
  )
  useEffect(() => {
    if (!visible) feed.pause()
  }, [visible, feed])
  return feed
}

/** Bytes a second of one cable as a level that draws: 0 quiet, 1 … 5 each ten times the one before, from 1 kB/s. */
export function useTrafficLevel(endpointId: string): number {
  const feed = useContext(TrafficContext)
  const read = () => trafficLevel(feed.rate(endpointId))
  return useSyncExternalStore(feed.subscribe, read, () => 0)
}

export function useTrafficRate(endpointId: string): TrafficView | undefined {
  const feed = useContext(TrafficContext)
  return useSyncExternalStore(
    feed.subscribe,
    () => feed.rate(endpointId),
    () => undefined,
  )
}

export function useTrafficHistory(endpointId: string): readonly TrafficSample[] {
  const feed = useContext(TrafficContext)
  return useSyncExternalStore(
    feed.subscribe,
    () => feed.history(endpointId),
    () => noSamples,
  )
}

export function trafficLevel(rate: TrafficView | undefined): number {
  const bytes = (rate?.rxBytesPerSecond ?? 0) + (rate?.txBytesPerSecond ?? 0)
  if (bytes <= 0) return 0
  return Math.max(1, Math.min(5, Math.floor(Math.log10(bytes)) - 2))
}

function usePageVisible(): boolean {
  return useSyncExternalStore(
    (listener) => {
      document.addEventListener('visibilitychange', listener)
      return () => document.removeEventListener('visibilitychange', listener)
    },
    () => document.visibilityState === 'visible',
    () => false,
  )
}
