import { statfs } from 'node:fs/promises'
import { PatchbayError } from '../../cnm/errors'
import { sentence } from '../../cnm/sentence'

/** What a host needs to go on working. */
const kept = 128 * 1024 * 1024
const lookEvery = 32 * 1024 * 1024

/**
 * To be told of what is about to be written below a path. Throws unavailable before the disk is
 * full, for an archive of a few kilobytes may unpack to terabytes.
 */
export function createSpace(path: string): (bytes: number) => Promise<void> {
  let unseen = lookEvery
  return async (bytes) => {
    unseen += bytes
    if (unseen < lookEvery) return
    unseen = 0
    const { bavail, bsize } = await statfs(path)
    if (bavail * bsize >= kept + lookEvery) return
    throw new PatchbayError(
      'unavailable',
      sentence`no space left on the disk that holds Patchbay's data; free some first`,
    )
  }
}
