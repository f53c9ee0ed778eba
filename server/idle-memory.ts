import { performance } from 'node:perf_hooks'
import { getHeapSpaceStatistics } from 'node:v8'

const lookMs = 8_000
/** Less is not worth the tenth of a second that it takes. */
const worthBytes = 8 * 1024 * 1024
/** What a daemon of a few hundred containers needs: below it there is not much to be had. */
const enoughBytes = 56 * 1024 * 1024
const idleShare = 0.05

/**
 * Node collects what grew old when it needs room, not when it has time: after hundreds of containers started, a third of
 * the heap is garbage that nothing collects. While hardly anything happens, this does: after every busy time, and where
 * the heap has grown since. Node has to run with --expose-gc.
 */
export function collectWhenIdle(): void {
  const collect = globalThis.gc
  if (!collect) return
  let kept = 0
  let isCollected = false
  let wasBusy = true
  let before = performance.eventLoopUtilization()
  setInterval(() => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    const isBusy = utilization > idleShare
    if (isBusy) {
      wasBusy = true
      isCollected = false
      return
    }
    const heap = oldBytes()
    // Only now: what a collection frees goes back while the program goes on.
    if (isCollected) kept = heap
    isCollected = heap > kept + worthBytes || (wasBusy && heap > enoughBytes)
    wasBusy = false
    if (!isCollected) return
    collect()
    // What that took is no busy time.
    before = performance.eventLoopUtilization()
  }, lookMs).unref()
}

/** What is young comes and goes by itself. */
function oldBytes(): number {
  const old = getHeapSpaceStatistics().filter(({ space_name }) => !space_name.startsWith('new_'))
  return old.reduce((sum, { space_size }) => sum + space_size, 0)
}
