import { setTimeout as delay } from 'node:timers/promises'
import type { Netns } from '../plan/object'
import { type BatchProgram, createIpBatch, createTcBatch, type IpBatch } from './ip-batch'

/** One long-lived `ip -batch -` (or `tc`) a namespace, in the daemon's own two; those of sandboxes that were not used for longest are ended. */
export interface IpBatches {
  get(netns: Netns): IpBatch
  /** Another in the daemon's namespace, for removals of links: it is busy with them after they count as done. */
  readonly remover: IpBatch
  /** Takes over a process that already runs in a namespace. */
  adopt(netns: Netns, batch: IpBatch): void
  /** Ends the process in a namespace: it would hold on to it. */
  drop(netns: Netns): Promise<void>
  /**
   * Ends the process in a sandbox, behind the caller's back: the old one remembers links that are gone, and would have to
   * find out first. Another is started a little later: to start one holds the daemon up for 5 ms, and a change is about to be
   * answered.
   */
  renew(netns: Netns): void
  /** Ends all processes; they start anew, the host's `ip` at once, as nearly every plan needs it. */
  recycle(): Promise<void>
  /** Starts the host's process. */
  warm(): Promise<void>
  close(): Promise<void>
}

const mostSandboxes = 64
const startAfterMs = 20

export function createIpBatches(program: BatchProgram = 'ip'): IpBatches {
  const create = program === 'ip' ? createIpBatch : createTcBatch
  const host = create('host')
  const remover = create('host')
  /** The one used last is last. */
  const sandboxes = new Map<Netns, IpBatch>()

  function keep(netns: Netns, batch: IpBatch): IpBatch {
    sandboxes.delete(netns)
    sandboxes.set(netns, batch)
    for (const [oldest, leaving] of sandboxes) {
      if (sandboxes.size <= mostSandboxes) break
      sandboxes.delete(oldest)
      // Its process ends after what it was asked; nobody waits for that.
      void leaving.close()
    }
    return batch
  }

  async function dropAll(): Promise<void> {
    await Promise.all([...sandboxes.keys()].map(drop))
  }
  async function drop(netns: Netns): Promise<void> {
    const batch = sandboxes.get(netns)
    sandboxes.delete(netns)
    await batch?.close()
  }

  return {
    remover,
    get: (netns) => (netns === 'host' ? host : keep(netns, sandboxes.get(netns) ?? create(netns))),
    adopt: (netns, batch) => {
      void drop(netns)
      keep(netns, batch)
    },
    drop,
    renew: (netns) => {
      const batch = sandboxes.get(netns)
      // Where the namespace has gone meanwhile there is nothing to get ready for.
      void batch
        ?.recycle()
        .then(() => delay(startAfterMs))
        .then(() => (sandboxes.get(netns) === batch ? batch.warm() : undefined))
        .catch(() => undefined)
    },
    recycle: async () => {
      await Promise.all([host.recycle(), remover.recycle(), ...[...sandboxes.values()].map((batch) => batch.recycle())])
      if (program === 'ip') host.warm().catch(() => undefined)
    },
    warm: () => host.warm(),
    close: async () => {
      await Promise.all([host.close(), remover.close(), dropAll()])
    },
  }
}
