'use client'

import { useSubscription } from '@trpc/tanstack-react-query'
import type { Family } from '@/server/cnm/address'
import { useTRPC } from '../trpc/client'
import { type FirewallFeed, mergeFirewallEvent } from './firewall-feed'
import { useHeldFeed } from './held-feed'

/** The host's firewall as it moves, while a page asks for it. */
export function useFirewall(family: Family) {
  const { take, live } = useHeldFeed<FirewallFeed>()
  const subscription = useTRPC().firewall.watch.subscriptionOptions(
    { family },
    { onData: (event) => take((feed) => mergeFirewallEvent(feed, event, Date.now())) },
  )
  return live(useSubscription(subscription).status)
}
