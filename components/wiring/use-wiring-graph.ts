'use client'

import { useTranslations } from 'next-intl'
import { useEffect, useMemo, useRef } from 'react'
import { readPlaces, writePlaces } from '../topology/places'
import { isShallowEqual } from '../trpc/merge'
import { useSnapshot } from '../trpc/snapshot'
import { toWiringGraph, type WiringGraph, type WiringNode } from './graph'
import { useNamespaceName } from './link-words'
import { useWiring } from './live-wiring'
import { plainText } from './plain-text'
import { useWiringState } from './wiring-state'

/** The graph of the live wiring; what did not change keeps its identity, so that only what is new is drawn. */
export function useWiringGraph(): WiringGraph {
  const t = useTranslations('wiring')
  const nameOf = useNamespaceName()
  const wiring = useWiring((picture) => picture)
  const host = `wiring.${useSnapshot((snapshot) => snapshot.host.name)}`
  const showsIdle = useWiringState((state) => state.showsIdle)
  const last = useRef<WiringGraph | null>(null)
  const namer = useRef(nameOf)
  namer.current = nameOf
  const graph = useMemo(() => {
    const before = last.current
    const next = toWiringGraph(wiring, before ?? { places: readPlaces(host) }, {
      showsIdle,
      label: (data) =>
        'rows' in data || data.bridge === null
          ? t('nodeLabel', { name: namer.current(data.namespace), kind: t(`namespace.${data.namespace.kind}`) })
          : t('bridgeLabel', { name: plainText(data.bridge.name), ports: data.tiles.length }),
    })
    const kept = before ? keepEqual(before, next) : next
    last.current = kept
    return kept
  }, [wiring, host, showsIdle, t])
  useEffect(() => writePlaces(host, graph.places), [host, graph.places])
  return graph
}

function keepEqual(before: WiringGraph, after: WiringGraph): WiringGraph {
  const nodes = new Map(before.nodes.map((node) => [node.id, node]))
  return { ...after, nodes: after.nodes.map((node) => keptNode(nodes.get(node.id), node)) }
}

/** The node of before where it would look the same; the links of the picture keep their identity, so that none is compared inside. */
function keptNode(before: WiringNode | undefined, after: WiringNode): WiringNode {
  const isSame =
    before !== undefined &&
    before.ariaLabel === after.ariaLabel &&
    before.position.x === after.position.x &&
    before.position.y === after.position.y &&
    isSameData(before, after)
  return isSame ? before : after
}

function isSameData(before: WiringNode, after: WiringNode): boolean {
  if (before.data.namespace !== after.data.namespace) return false
  if (before.type === 'card' && after.type === 'card') {
    const [rows, next] = [before.data.rows, after.data.rows]
    const isSame = rows.every(({ link, isPort }, index) => link === next[index]?.link && isPort === next[index].isPort)
    return isSame && rows.length === next.length && before.data.more === after.data.more
  }
  if (before.type !== 'board' || after.type !== 'board') return false
  return before.data.bridge === after.data.bridge && isShallowEqual(before.data.tiles, after.data.tiles)
}
