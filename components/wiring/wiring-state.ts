'use client'

import { createContext, useContext } from 'react'
import { createStore, type Store, useStoreValue } from '../topology/store'

export interface WiringState {
  /** Id of a namespace or link. */
  readonly selected: string | null
  /** It was chosen from outside, and has to be brought into sight. */
  readonly asked: string | null
  /** Id of the node that the keyboard led to the inspector from. */
  readonly cameFrom: string | null
  readonly view: 'graph' | 'table'
  readonly showsIdle: boolean
  /** From so far away that only names and jacks are drawn. */
  readonly isFar: boolean
  /** What a search has found; null: nobody searches. */
  readonly found: ReadonlySet<string> | null
}

export function createWiringStore(): Store<WiringState> {
  return createStore<WiringState>({
    ...{ selected: null, asked: null, cameFrom: null, view: 'graph', showsIdle: false, isFar: true, found: null },
  })
}

export const WiringStoreContext = createContext<Store<WiringState> | null>(null)

export function useWiringStore(): Store<WiringState> {
  const store = useContext(WiringStoreContext)
  if (!store) throw new Error('the wiring needs its store above it')
  return store
}

export function useWiringState<Value>(selector: (state: WiringState) => Value): Value {
  return useStoreValue(useWiringStore(), selector)
}
