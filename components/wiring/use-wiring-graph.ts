'use client'

import { replaceEqualDeep } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useEffect, useMemo, useRef } from 'react'
import { readPlaces, writePlaces } from '../topology/places'
import { useSnapshot } from '../trpc/snapshot'
import { toWiringGraph, type WiringGraph } from './graph'
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
    const next = toWiringGraph(wiring, before?.places ?? readPlaces(host), {
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
  return {
    ...after,
    nodes: after.nodes.map((node) => replaceEqualDeep(nodes.get(node.id), node)),
    wires: replaceEqualDeep(before.wires, after.wires),
    places: replaceEqualDeep(before.places, after.places),
  }
}
