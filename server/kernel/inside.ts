import { readlinkSync, type Stats } from 'node:fs'
import { open } from 'node:fs/promises'
import { PatchbayError } from '../cnm/errors'
import type { FoundNetns } from '../cnm/netns-state'
import { sentence } from '../cnm/sentence'
import type { Netns } from '../plan/object'

/** Linux's, which Node does not name: a handle on a thing itself, a link too, without opening it. */
export const handleOnly = 0o10000000

/**
 * Does something in a namespace that was found before. A path may lead elsewhere by now (a pid that is used again): it is
 * opened and compared, and what was opened is what `work` is given the path of. Somebody else may rule over what is at a
 * path: nothing is opened that is no namespace. Throws not-found.
 */
export async function inside<Result>(netns: FoundNetns, work: (netns: Netns) => Promise<Result>): Promise<Result> {
  if (netns.isHost) return work('host')
  const gone = new PatchbayError('not-found', sentence`network namespace ${netns.id} is gone`, {
    data: { netns: netns.id },
  })
  const file = await open(netns.path, handleOnly).catch(() => undefined)
  if (file === undefined) throw gone
  try {
    if (!isNamespace(await file.stat(), netns)) throw gone
    return await work(`/proc/${process.pid}/fd/${file.fd}`)
  } finally {
    await file.close()
  }
}

export function isNamespace(stats: Stats, { id }: FoundNetns): boolean {
  return stats.isFile() && String(stats.ino) === id
}

/** The namespace that the daemon is in. */
export function ownNetns(): FoundNetns {
  const path = '/proc/self/ns/net'
  const id = readlinkSync(path).slice('net:['.length, -1)
  return { id, path, mounts: [], processes: [], processCount: 0, isHost: true }
}
