'use client'

import type { FinalConnectionState, HandleType, OnConnectStartParams } from '@xyflow/react'
import { useTranslations } from 'next-intl'
import { useMemo, useRef } from 'react'
import { usePreferences } from '@/components/frame/preferences'
import { toast } from '@/components/ui/toast'
import type { Snapshot } from '@/server/observe/snapshot'
import { useEndpointChanges } from '../endpoint/endpoint-changes'
import { checkAll, otherEnd } from './connection'
import { freeHandle, type PanelEdge } from './graph-model'
import type { Point } from './measure'
import { type Hand, usePanelStore } from './panel-state'
import { planError } from './plan-query'

const refusalShownMs = 2800

/**
 * A cable in hand, by pointer or by keyboard: taken from a free jack or pulled out of one, let go over
 * a node. Anywhere on the node will do. What it then does is the same for both.
 */
export function useCableGesture(snapshot: { readonly current: Snapshot }) {
  const store = usePanelStore()
  const t = useTranslations('panel')
  const changes = useEndpointChanges()
  const { connectAtOnce } = usePreferences()
  const pulled = useRef<string | null>(null)
  const atOnce = useRef(connectAtOnce)
  atOnce.current = connectAtOnce

  return useMemo(() => {
    const say = (said: string) => store.set({ said })

    function take(hand: Pick<Hand, 'from' | 'also' | 'moving' | 'by'>) {
      const checks = checkAll(snapshot.current, hand.from, hand.moving ?? undefined)
      store.set({ hand: { ...hand, checks, target: null }, refusal: null })
    }

    function letGo() {
      pulled.current = null
      store.set({ hand: null })
    }

    function aim(target: string | null) {
      const { hand } = store.get()
      if (hand && hand.target !== target) store.set({ hand: { ...hand, target } })
    }

    function refuse(nodeId: string, text: string) {
      store.set({ refusal: { nodeId, text }, said: text })
      setTimeout(() => {
        if (store.get().refusal?.nodeId === nodeId) store.set({ refusal: null })
      }, refusalShownMs)
    }

    /** Lets the cable go over a node; `alt` connects without asking. */
    function drop(at: Point, alt: boolean) {
      const { hand } = store.get()
      letGo()
      if (!hand?.target) return
      const check = hand.checks.get(hand.target)
      if (!check) return
      if (!check.ok) {
        if (check.reason !== 'self') refuse(hand.target, t(`refusal.${check.reason}`, check.names))
        return
      }
      const moved = hand.moving ? snapshot.current.endpoints[hand.moving] : undefined
      if (moved && moved.networkId === check.network.id && moved.containerId === check.container.id) return
      const also = hand.also.filter((id) => hand.from !== check.network.id && id !== check.container.id)
      const containerIds = [check.container.id, ...also]
      if (!alt && !atOnce.current) {
        store.set({ joint: { networkId: check.network.id, containerIds, moving: hand.moving, at } })
        return
      }
      const names = { network: check.network.name, container: check.container.name }
      const request = { network: check.network.id, container: check.container.id }
      if (containerIds.length > 1) {
        store.set({ joint: { networkId: check.network.id, containerIds, moving: null, at } })
        return
      }
      const change = moved
        ? changes.move(moved, { ...request, aliases: [...moved.aliases] }, names)
        : changes.connect(request, names)
      change.catch((error: unknown) => {
        toast.failed(t('change.connectFailed', names), { description: planError(error).message })
        refuse(hand.target ?? '', planError(error).message)
      })
    }

    let stopFollowing = () => {}
    function follow() {
      const move = (event: PointerEvent) => aim(nodeAt(event.clientX, event.clientY))
      document.addEventListener('pointermove', move)
      stopFollowing = () => document.removeEventListener('pointermove', move)
    }

    return {
      take,
      aim,
      drop,
      letGo,
      say,
      onReconnectStart: (_event: unknown, edge: PanelEdge, _fixed: HandleType) => {
        pulled.current = edge.id
      },
      onConnectStart: (_event: unknown, { nodeId, handleId }: OnConnectStartParams) => {
        if (nodeId === null) return
        const { endpoints } = snapshot.current
        const endpoint = endpoints[pulled.current ?? handleId ?? '']
        const { selectedNodes } = store.get()
        const also = selectedNodes.has(nodeId)
          ? [...selectedNodes].filter((id) => isCable(id, nodeId, snapshot.current))
          : []
        if (endpoint && pulled.current) take({ from: nodeId, also: [], moving: endpoint.id, by: 'pointer' })
        else if (endpoint && handleId !== freeHandle)
          take({ from: otherEnd(endpoint, nodeId), also: [], moving: endpoint.id, by: 'pointer' })
        else take({ from: nodeId, also, moving: null, by: 'pointer' })
        follow()
      },
      onConnectEnd: (event: MouseEvent | TouchEvent, _state: FinalConnectionState) => {
        stopFollowing()
        const at = pointOf(event)
        aim(nodeAt(at.x, at.y))
        drop(at, event.altKey)
      },
    }
  }, [store, snapshot, t, changes])
}

export type CableGesture = ReturnType<typeof useCableGesture>

/** Another selected sandbox that is to get the same cable. */
function isCable(id: string, nodeId: string, { containers }: Snapshot): boolean {
  return id !== nodeId && containers[id] !== undefined && containers[nodeId] !== undefined
}

/** The node below a point of the window. */
function nodeAt(x: number, y: number): string | null {
  const node = document.elementFromPoint(x, y)?.closest<HTMLElement>('.react-flow__node')
  return node?.dataset.id ?? null
}

function pointOf(event: MouseEvent | TouchEvent): Point {
  const place = 'changedTouches' in event ? event.changedTouches[0] : event
  return { x: place?.clientX ?? 0, y: place?.clientY ?? 0 }
}
