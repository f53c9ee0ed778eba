import { open } from 'node:fs/promises'
import { PatchbayError } from '../cnm/errors'
import type { FoundNetns } from '../cnm/netns-state'
import { sentence } from '../cnm/sentence'
import type { Netns } from '../plan/object'

/**
 * Does something in a namespace that was found before. A path may lead elsewhere by now (a pid that is used again): it is
 * opened and compared, and what was opened is what `work` is given the path of. Throws not-found.
 */
export async function inside<Result>(netns: FoundNetns, work: (netns: Netns) => Promise<Result>): Promise<Result> {
  if (netns.isHost) return work('host')
  const gone = new PatchbayError('not-found', sentence`network namespace ${netns.id} is gone`, {
    data: { netns: netns.id },
  })
  const file = await open(netns.path, 'r').catch(() => undefined)
  if (file === undefined) throw gone
  try {
    if (String((await file.stat()).ino) !== netns.id) throw gone
    return await work(`/proc/${process.pid}/fd/${file.fd}`)
  } finally {
    await file.close()
  }
}
