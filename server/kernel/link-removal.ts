import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { IpBatch } from './ip-batch'

const lookEveryMs = 1

/** True: commands do nothing but remove links. */
export function removesLinks(commands: readonly (readonly string[])[]): boolean {
  return commands.every(([what, verb, dev]) => what === 'link' && verb === 'delete' && dev === 'dev')
}

/**
 * Removes links (`ip link delete dev NAME`) of the daemon's namespace. The kernel takes a link out of every list within a
 * millisecond, with its addresses and routes, and cannot fail from then on; `ip` hears of it only 20 to 40 ms later, when
 * what processors still had in hand is cleaned up. So this is over as soon as nobody can find any of the links, and `batch`
 * is busy for a while: it should be one that nobody waits for. Throws BatchError.
 */
export async function removeLinks(
  batch: Pick<IpBatch, 'run'>,
  commands: readonly (readonly string[])[],
  isThere = hasLink,
): Promise<void> {
  const names = commands.map(([, , , name = '']) => name)
  // What is not there now says nothing by not being there later.
  const canTell = names.every(isThere)
  let isOver = !canTell
  const removal = batch.run(commands).finally(() => {
    isOver = true
  })
  removal.catch(() => undefined) // who still waits is told below
  for (const name of names) while (!isOver && isThere(name)) await delay(lookEveryMs)
  if (isOver) await removal
}

/** Its settings go after the link is out of every list, and before all that takes time. */
function hasLink(name: string): boolean {
  return existsSync(`/proc/sys/net/ipv4/conf/${name}`)
}
