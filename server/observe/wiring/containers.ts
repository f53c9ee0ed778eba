import type { Observer } from '../contract'
import type { ContainerView } from '../snapshot'

/** The containers of the network picture, followed while the picture of the wiring runs. */
export interface FollowedContainers {
  readonly all: Iterable<ContainerView>
  /** Resolves when the first picture is there. Gives how to stop. */
  start(changed: () => void): Promise<() => void>
}

export function followContainers(
  observer: Pick<Observer, 'watch'>,
  failed: (error: unknown) => void,
): FollowedContainers {
  const containers = new Map<string, ContainerView>()

  async function follow(signal: AbortSignal, changed: () => void): Promise<void> {
    for await (const event of observer.watch(signal)) {
      if (event.type === 'snapshot') {
        containers.clear()
        for (const [id, container] of Object.entries(event.snapshot.containers)) containers.set(id, container)
      } else {
        const { set, remove } = event.change
        if (!set.containers && !remove.containers) continue
        for (const [id, container] of Object.entries(set.containers ?? {})) containers.set(id, container)
        for (const id of remove.containers ?? []) containers.delete(id)
      }
      changed()
    }
  }

  return {
    get all() {
      return containers.values()
    },
    start(changed) {
      const following = new AbortController()
      return new Promise((resolve, reject) => {
        const ready = () => resolve(() => following.abort())
        follow(following.signal, () => {
          ready()
          changed()
        }).then(ready, (error: unknown) => {
          failed(error)
          reject(error)
        })
      })
    },
  }
}
