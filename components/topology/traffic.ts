'use client'

import { useSubscription } from '@trpc/tanstack-react-query'
import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react'
import { useTRPC } from '@/components/trpc/client'
import type { TrafficView } from '@/server/observe/snapshot'
import { Samples, type TrafficSample } from './samples'

/** What one cable carries: bytes a second now, and bytes in the last minute, both ways together. */
export interface Talker {
  readonly id: string
  readonly rate: number
  readonly minute: number
}

const minuteSamples = 60

/** Rates of the cables, once a second, and their last minutes. Kept outside React: only the cable that changes draws. */
export class TrafficFeed {
  readonly #rates = new Map<string, TrafficView>()
  readonly #samples = new Samples()
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
    return this.#samples.of(endpointId)
  }

  /** All cables that carry something, or did within a minute. */
  talkers(): Talker[] {
    return [...this.#samples.ids].map((id) => {
      const rate = this.#rates.get(id)
      const minute = this.history(id)
        .slice(-minuteSamples)
        .reduce((sum, { rx, tx }) => sum + rx + tx, 0)
      return { id, rate: (rate?.rxBytesPerSecond ?? 0) + (rate?.txBytesPerSecond ?? 0), minute }
    })
  }

  /** Takes the rates of one second; endpoints that are not among them are quiet. */
  add(rates: Readonly<Record<string, TrafficView>>): void {
    for (const [id, rate] of Object.entries(rates)) {
      if (isQuiet(rate)) this.#rates.delete(id)
      else this.#rates.set(id, rate)
    }
    this.tick()
  }

  /** A second has passed: where nothing flows, nothing is told. */
  tick(): void {
    const flows = [...this.#rates].map(
      ([id, { rxBytesPerSecond: rx, txBytesPerSecond: tx }]) => [id, { rx, tx }] as const,
    )
    this.#samples.take(new Map(flows), performance.now())
    for (const listener of this.#listeners) listener()
  }

  /** Nobody looks, so nothing is known: cables stand still. */
  pause(): void {
    this.#rates.clear()
    this.#samples.forget()
    for (const listener of this.#listeners) listener()
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
    if (!visible) return feed.pause()
    const ticking = setInterval(() => feed.tick(), 1_000)
    return () => clearInterval(ticking)
  }, [visible, feed])
  return feed
}

/** Bytes a second of one cable as a level that draws: 0 quiet, 1 … 6 each ten times the one before, from 1 kB/s. */
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
  return flowLevel((rate?.rxBytesPerSecond ?? 0) + (rate?.txBytesPerSecond ?? 0))
}

/** The same of any link. */
export function flowLevel(bytesPerSecond: number): number {
  return bytesPerSecond <= 0 ? 0 : Math.max(1, Math.min(6, Math.floor(Math.log10(bytesPerSecond)) - 2))
}

export function usePageVisible(): boolean {
  return useSyncExternalStore(
    (listener) => {
      document.addEventListener('visibilitychange', listener)
      return () => document.removeEventListener('visibilitychange', listener)
    },
    () => document.visibilityState === 'visible',
    () => false,
  )
}
