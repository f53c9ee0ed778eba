import { performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'

const lookMs = 8_000
/** Less is not worth the tenth of a second that it takes. */
const worthBytes = 12 * 1024 * 1024
const idleShare = 0.05

/**
 * Node collects what grew old when it needs room, not when it has time: after hundreds of containers started, a third of
 * the heap is garbage that nothing collects. While hardly anything happens, this does, where the heap has grown since. Node
 * has to run with --expose-gc.
 */
export function collectWhenIdle(): void {
  const collect = globalThis.gc
  if (!collect) return
  let kept = 0
  let before = performance.eventLoopUtilization()
  setInterval(() => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    if (utilization > idleShare || getHeapStatistics().total_heap_size < kept + worthBytes) return
    collect()
    kept = getHeapStatistics().total_heap_size
  }, lookMs).unref()
}
