import type { Container } from '../cnm/container'
import { messageOf } from '../cnm/errors'
import { diff } from '../plan/diff'
import { type KernelObject, keyOf } from '../plan/object'
import { isContradiction } from '../plan/stranger'
import { exited } from './container-end'
import type { EngineContext } from './context'
import { wantedObjects } from './reconcile'

/**
 * Stops every container and removes from the kernel everything that carries Patchbay's mark, known
 * to the records or not; puts forwarding and its policy back as they were. The records stay.
 */
export async function teardown(ctx: EngineContext): Promise<{ containers: number; objects: number }> {
  ctx.restarts.close()
  ctx.health.close()
  ctx.services.lookAtAll()
  ctx.services.close()
  await ctx.sandboxes.close()
  await ctx.shared.close()
  const running = [...ctx.records.containers.values()].filter((container) => container.state.status === 'running')
  for (const container of running) await end(ctx, container)
  const wanted = new Map(wantedObjects(ctx).map((object) => [keyOf(object), object]))
  const seen = await ctx.kernel.observe([...wanted.values()])
  const present = seen.filter((object) => !isContradiction(object))
  await ctx.kernel.apply(
    diff(
      [],
      present.map((object) => withMemory(object, wanted)),
    ),
  )
  return { containers: running.length, objects: present.length }
}

/** Under the container's lock, so that what follows the end of a container by itself does not begin beside this. */
async function end(ctx: EngineContext, container: Container): Promise<void> {
  await ctx.locks.run([`container:${container.id}`], async () => {
    try {
      await ctx.journal.write(exited(ctx, container, await ctx.runtime.stop(container.id, { timeoutMs: 0 })))
    } catch (error) {
      console.error(`container ${container.name} could not be stopped: ${messageOf(error)}`)
    }
  })
}

/** What is read back does not know what was there before it; the wanted form does. */
function withMemory(object: KernelObject, wanted: ReadonlyMap<string, KernelObject>): KernelObject {
  return wanted.get(keyOf(object)) ?? object
}
