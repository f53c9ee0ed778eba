'use client'

import { createContext, useContext } from 'react'
import type { CableJack } from '../wiring/selection'
import type { ConnectionCheck } from './connection'
import type { Point } from './measure'
import { createStore, type Store, useStoreValue } from './store'

/** A cable in hand: one end is fixed, the other seeks its place. */
export interface Hand {
  /** Node that the fixed end is plugged into. */
  readonly from: string
  /** Further sandboxes that are to be connected to the same network. */
  readonly also: readonly string[]
  /** Endpoint whose cable was pulled out; null: a new one. */
  readonly moving: string | null
  readonly checks: ReadonlyMap<string, ConnectionCheck>
  /** Node that it would be plugged into if it were let go now. */
  readonly target: string | null
  readonly by: 'pointer' | 'keyboard'
}

/** What the connection sheet is about. */
export interface Joint {
  readonly networkId: string
  readonly containerIds: readonly string[]
  readonly moving: string | null
  /** Where it was dropped, in the window. */
  readonly at: Point
}

export type Subject =
  | { readonly kind: 'network'; readonly id: string }
  | { readonly kind: 'container'; readonly id: string }
  | { readonly kind: 'endpoint'; readonly id: string }
  | { readonly kind: 'host'; readonly id: 'host' }

export interface PanelState {
  readonly hand: Hand | null
  readonly joint: Joint | null
  readonly selectedNodes: ReadonlySet<string>
  readonly selectedCables: ReadonlySet<string>
  /** Why a cable could not be plugged in, where it was tried; goes by itself. */
  readonly refusal: { readonly nodeId: string; readonly text: string } | null
  readonly removing: Subject | null
  /** What is being changed in place: a network, an endpoint, or what a container publishes. */
  readonly editing: Subject | null
  readonly creating: {
    readonly what: 'network' | 'container'
    readonly at: Point | null
    readonly network?: string
    /** Name of the configuration that a network is to be made from. */
    readonly configuration?: string
  } | null
  /** Cables of which something in a list is under the pointer. */
  readonly lit: ReadonlySet<string>
  /** The endpoint whose cable shows what it is in the kernel, and that, from the container on; null: not known yet. */
  readonly unfolded: { readonly endpointId: string; readonly jacks: readonly CableJack[] | null } | null
  readonly view: 'graph' | 'table'
  /** Counts how often the layout was asked to begin anew. */
  readonly tidied: number
  /** For the live region. */
  readonly said: string
}

export function createPanelStore(): Store<PanelState> {
  return createStore<PanelState>({
    hand: null,
    joint: null,
    selectedNodes: new Set(),
    selectedCables: new Set(),
    refusal: null,
    removing: null,
    editing: null,
    creating: null,
    lit: new Set(),
    unfolded: null,
    view: 'graph',
    tidied: 0,
    said: '',
  })
}

export const PanelStoreContext = createContext<Store<PanelState> | null>(null)

export function usePanelStore(): Store<PanelState> {
  const store = useContext(PanelStoreContext)
  if (!store) throw new Error('the panel needs its store above it')
  return store
}

export function usePanel<Value>(selector: (state: PanelState) => Value): Value {
  return useStoreValue(usePanelStore(), selector)
}

/** How a node stands to the cable in hand. */
export type HandRole = 'idle' | 'source' | 'target' | 'possible' | 'impossible' | 'unmeant'

export function useHandRole(nodeId: string): HandRole {
  return usePanel(({ hand }) => {
    if (!hand) return 'idle'
    if (hand.from === nodeId || hand.also.includes(nodeId)) return 'source'
    const check = hand.checks.get(nodeId)
    if (check?.ok) return hand.target === nodeId ? 'target' : 'possible'
    return check && meaningless.has(check.reason) ? 'unmeant' : 'impossible'
  })
}

/** Refusals that go without saying, until one asks by going there. */
const meaningless: ReadonlySet<string> = new Set([
  'self',
  'gone',
  'twoNetworks',
  'twoSandboxes',
  'hostNode',
  'hostNetwork',
  'noneNetwork',
  'configuration',
])

/** The one thing that is selected, if it is one. */
export function useSubject(kindOf: (id: string) => Subject['kind'] | undefined): Subject | null {
  const nodes = usePanel((state) => state.selectedNodes)
  const cables = usePanel((state) => state.selectedCables)
  if (nodes.size + cables.size !== 1) return null
  const [cable] = cables
  if (cable !== undefined) return { kind: 'endpoint', id: cable }
  const [node] = nodes
  if (node === undefined) return null
  if (node === 'host') return { kind: 'host', id: 'host' }
  const kind = kindOf(node)
  return kind === 'network' || kind === 'container' ? { kind, id: node } : null
}

/** Forgets the selection of what is no longer there. */
export function dropMissing(store: Store<PanelState>, exists: (id: string) => boolean): void {
  const { selectedNodes, selectedCables } = store.get()
  const nodes = [...selectedNodes].filter(exists)
  const cables = [...selectedCables].filter(exists)
  if (nodes.length < selectedNodes.size) store.set({ selectedNodes: new Set(nodes) })
  if (cables.length < selectedCables.size) store.set({ selectedCables: new Set(cables) })
}
