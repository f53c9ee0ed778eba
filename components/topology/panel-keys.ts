'use client'

import { useReactFlow } from '@xyflow/react'
import { useTranslations } from 'next-intl'
import { useEffect } from 'react'
import type { Snapshot } from '@/server/observe/snapshot'
import { useEndpointChanges } from '../endpoint/endpoint-changes'
import type { CableGesture } from './cable-gesture'
import type { PanelEdge, PanelNode } from './graph-model'
import { type PanelState, usePanelStore } from './panel-state'
import type { Store } from './store'

const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }

/** The panel by keyboard: C takes a cable, arrows choose, Enter connects, Escape lets go, Delete disconnects or removes. */
export function usePanelKeys(snapshot: { readonly current: Snapshot }, gesture: CableGesture): void {
  const store = usePanelStore()
  const flow = useReactFlow<PanelNode, PanelEdge>()
  const t = useTranslations('panel')
  const changes = useEndpointChanges()

  useEffect(() => {
    /** Networks or sandboxes that fit, from left to right. */
    function candidates(): PanelNode[] {
      const checks = store.get().hand?.checks
      return flow
        .getNodes()
        .filter(({ id }) => checks?.get(id)?.ok)
        .toSorted((a, b) => a.position.x - b.position.x || a.position.y - b.position.y)
    }

    function aimAt(node: PanelNode | undefined) {
      if (!node) return
      gesture.aim(node.id)
      const name = nameOf(snapshot.current, node.id)
      gesture.say(t('keys.target', { name, count: candidates().length }))
      const { x, y, zoom } = flow.getViewport()
      const place = { x: node.position.x * zoom + x, y: node.position.y * zoom + y }
      if (place.x < 0 || place.y < 0 || place.x > window.innerWidth - 320 || place.y > window.innerHeight - 140) {
        void flow.setCenter(node.position.x + 160, node.position.y + 100, { zoom, duration: 160 })
      }
    }

    function take(nodeId: string) {
      const name = nameOf(snapshot.current, nodeId)
      gesture.take({ from: nodeId, also: [], moving: null, by: 'keyboard' })
      const [first] = candidates()
      if (!first) {
        gesture.letGo()
        gesture.say(t('keys.nowhere', { name }))
        return
      }
      gesture.say(t('keys.taken', { name }))
      aimAt(first)
    }

    function step(by: number) {
      const nodes = candidates()
      const at = nodes.findIndex(({ id }) => id === store.get().hand?.target)
      aimAt(nodes[(at + by + nodes.length) % nodes.length])
    }

    function withHand(event: KeyboardEvent): boolean {
      const by = steps[event.key]
      if (by !== undefined) step(by)
      else if (event.key === 'Enter') gesture.drop(middleOf(store.get().hand?.target ?? null), event.altKey)
      else if (event.key === 'Escape') {
        gesture.letGo()
        gesture.say(t('keys.letGo'))
      } else return false
      return true
    }

    function withoutHand(event: KeyboardEvent): boolean {
      if (event.ctrlKey || event.metaKey || event.altKey) return false
      const { selectedCables, selectedNodes } = store.get()
      const focused = focusedId()
      if (event.key === 'c' || event.key === 'C') {
        const node = focused.node ?? only(selectedNodes)
        if (node === undefined) return false
        take(node)
        return true
      }
      if (event.key === 'Delete' || event.key === 'Backspace') {
        return deleteSelected(store, snapshot.current, focused, changes.disconnect)
      }
      if (event.key === 'Escape' && selectedCables.size + selectedNodes.size > 0) {
        store.set({ selectedCables: new Set(), selectedNodes: new Set() })
        return true
      }
      return false
    }

    function onKeyDown(event: KeyboardEvent) {
      const { hand } = store.get()
      if (event.defaultPrevented || isElsewhere(event.target)) return
      const handled = hand ? withHand(event) : withoutHand(event)
      if (!handled) return
      event.preventDefault()
      event.stopPropagation()
    }

    // Before React Flow, which would move the focused node with the same arrows.
    document.addEventListener('keydown', onKeyDown, { capture: true })
    return () => document.removeEventListener('keydown', onKeyDown, { capture: true })
  }, [store, flow, snapshot, gesture, changes, t])
}

interface Focused {
  readonly node: string | undefined
  readonly cable: string | undefined
}

function deleteSelected(
  store: Store<PanelState>,
  snapshot: Snapshot,
  focused: Focused,
  disconnect: ReturnType<typeof useEndpointChanges>['disconnect'],
): boolean {
  const { selectedCables, selectedNodes } = store.get()
  const cables = selectedCables.size > 0 ? [...selectedCables] : focused.cable ? [focused.cable] : []
  for (const id of cables) {
    const endpoint = snapshot.endpoints[id]
    const network = endpoint && snapshot.networks[endpoint.networkId]
    const container = endpoint && snapshot.containers[endpoint.containerId]
    if (network && container) void disconnect(endpoint, { network: network.name, container: container.name })
  }
  if (cables.length > 0) return true
  const node = only(selectedNodes) ?? focused.node
  if (node === undefined) return false
  if (snapshot.networks[node]) store.set({ removing: { kind: 'network', id: node } })
  else if (snapshot.containers[node]) store.set({ removing: { kind: 'container', id: node } })
  else return false
  return true
}

/** Keys typed into a field, a dialog or a menu are not meant for the panel. */
function isElsewhere(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false
  return (
    target.closest('input, textarea, select, [contenteditable], [role="dialog"], [role="menu"], [role="listbox"]') !==
    null
  )
}

function focusedId(): Focused {
  const { activeElement } = document
  const within = (selector: string) => activeElement?.closest<HTMLElement>(selector)?.dataset
  return { node: within('.react-flow__node')?.id, cable: within('[data-cable]')?.cable }
}

function only(ids: ReadonlySet<string>): string | undefined {
  const [id] = ids
  return ids.size === 1 ? id : undefined
}

function nameOf({ networks, containers }: Snapshot, id: string): string {
  return networks[id]?.name ?? containers[id]?.name ?? id
}

function middleOf(nodeId: string | null) {
  const box = nodeId
    ? document.querySelector(`.react-flow__node[data-id="${CSS.escape(nodeId)}"]`)?.getBoundingClientRect()
    : null
  return box ? { x: box.x + box.width / 2, y: box.bottom } : { x: window.innerWidth / 2, y: window.innerHeight / 2 }
}
