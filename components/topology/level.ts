import { useStore } from '@xyflow/react'
import { type RefObject, useLayoutEffect } from 'react'

const fromFar = 0.55
const fromNear = 1.35

/** Three levels of detail, switched by an attribute: no node is drawn anew for it. */
export function useLevel(panel: RefObject<HTMLElement | null>): void {
  const level = useStore(({ transform: [, , zoom] }) => (zoom < fromFar ? 'far' : zoom < fromNear ? 'normal' : 'near'))
  useLayoutEffect(() => {
    if (panel.current) panel.current.dataset.level = level
  }, [panel, level])
}
