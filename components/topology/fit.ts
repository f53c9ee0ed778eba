'use client'

import { useReactFlow, useStoreApi } from '@xyflow/react'
import { useCallback } from 'react'
import { useIsEmpty } from './empty-panel'
import { fitViewport, isInSight } from './viewport'

const quickMs = 160

export interface FitOptions {
  readonly isAtOnce?: boolean
  /** Leaves a view alone in which everything can be seen. */
  readonly ifHidden?: boolean
  /** Leaves the view alone rather than making everything smaller than this. */
  readonly smallest?: number
}

/** Shows the whole graph. */
export function useFit(): (options?: FitOptions) => void {
  const flow = useReactFlow()
  const store = useStoreApi()
  const isEmpty = useIsEmpty()
  return useCallback(
    ({ isAtOnce = false, ifHidden = false, smallest = 0 } = {}) => {
      const { width, height } = store.getState()
      const bounds = flow.getNodesBounds(flow.getNodes())
      if (width === 0 || bounds.width === 0) return
      if (ifHidden && isInSight(bounds, { width, height }, flow.getViewport())) return
      const viewport = fitViewport(bounds, { width, height }, isEmpty)
      if (viewport.zoom < smallest) return
      void flow.setViewport(viewport, { duration: isAtOnce ? 0 : quickMs })
    },
    [flow, store, isEmpty],
  )
}
