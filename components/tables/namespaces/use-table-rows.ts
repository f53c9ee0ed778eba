import { useSubscription } from '@trpc/tanstack-react-query'
import { useDeferredValue, useEffect, useState } from 'react'
import type { TableEvent, TableName, TableRows } from '@/server/observe/tables/rows'
import { useTRPC } from '../../trpc/client'
import { useHeldFeed } from '../held-feed'
import { mergeTableEvent, type RowFeed } from './row-feed'

/** Of larger tables the browser has a part, and the daemon searches. */
const wholeUpTo = 20_000
const typingMs = 250

interface Answered<Name extends TableName> {
  /** What was searched for by the daemon; empty: nothing, this is the whole table or its beginning. */
  readonly search: string
  readonly feed: RowFeed<TableRows[Name]>
}

/** The rows of a table as they change. What is typed is left to the daemon where the table is too large to be here. */
export function useTableRows<Name extends TableName>(
  asked: { readonly namespace: string; readonly table: Name; readonly search: string },
  sign: (row: TableRows[Name]) => string,
) {
  const { take, live } = useHeldFeed<Answered<Name>>()
  const [isLarge, setIsLarge] = useState(false)
  const typed = useSettled(asked.search)
  const search = isLarge ? typed : ''
  const question = { namespace: asked.namespace, table: asked.table, ...(search === '' ? {} : { search }) }
  const subscription = useTRPC().namespace.watch.subscriptionOptions(question, {
    onData: (event) => {
      if ('total' in event) setIsLarge(event.total > wholeUpTo)
      take((before) => {
        const feed = before?.search === search ? before.feed : undefined
        return { search, feed: mergeTableEvent(feed, event as TableEvent<TableRows[Name]>, Date.now(), sign) }
      })
    },
  })
  const { feed: answered, ...rest } = live(useSubscription(subscription).status)
  return { feed: useDeferredValue(answered?.feed), searched: answered?.search ?? '', ...rest }
}

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), typingMs)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}
