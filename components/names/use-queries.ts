'use client'

import { useSubscription } from '@trpc/tanstack-react-query'
import { useHeldFeed } from '../tables/held-feed'
import { useTRPC } from '../trpc/client'
import { mergeQueryEvent, type QueryFeed } from './query-feed'

/** What containers ask the resolver, as long as this is on the page. */
export function useQueries() {
  const { take, live } = useHeldFeed<QueryFeed>()
  const subscription = useTRPC().dns.watch.subscriptionOptions(undefined, {
    onData: (event) => take((feed) => mergeQueryEvent(feed, event)),
  })
  return live(useSubscription(subscription).status)
}
