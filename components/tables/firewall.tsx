'use client'

import { useSubscription } from '@trpc/tanstack-react-query'
import { useRef, useState } from 'react'
import type { Family } from '@/server/cnm/address'
import { useTRPC } from '../trpc/client'
import { type FirewallFeed, mergeFirewallEvent } from './firewall-feed'
import type { LiveState } from './live-control'

export interface LiveFirewall {
  readonly feed: FirewallFeed | undefined
  readonly state: LiveState
  /** Holds what is shown still; what happens meanwhile is taken in and shown at the end of the pause. */
  setPaused(paused: boolean): void
}

/** The host's firewall as it moves, while a page asks for it. */
export function useFirewall(family: Family): LiveFirewall {
  const trpc = useTRPC()
  const latest = useRef<FirewallFeed>(undefined)
  const [shown, setShown] = useState<FirewallFeed>()
  const [isPaused, setIsPaused] = useState(false)
  const { status } = useSubscription(
    trpc.firewall.watch.subscriptionOptions(
      { family },
      {
        onData(event) {
          latest.current = mergeFirewallEvent(latest.current, event, Date.now())
          if (!isPaused) setShown(latest.current)
        },
      },
    ),
  )
  return {
    feed: shown,
    state: liveState(isPaused, status === 'pending', shown !== undefined),
    setPaused(paused) {
      setIsPaused(paused)
      setShown(latest.current)
    },
  }
}

export function liveState(isPaused: boolean, isStreaming: boolean, hasPicture: boolean): LiveState {
  if (isPaused) return 'paused'
  if (!hasPicture) return 'waiting'
  return isStreaming ? 'live' : 'broken'
}
