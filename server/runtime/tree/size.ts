import type { Dirent } from 'node:fs'
import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from '../file'

/** Bytes of all files below a directory, links not followed; what vanishes meanwhile does not count. */
export async function sizeOfTree(dir: string): Promise<number> {
  let bytes = 0
  const waiting = [dir]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for await (const entry of entriesOf(next)) {
      const path = join(next, entry.name)
      if (entry.isDirectory()) waiting.push(path)
      else bytes += await sizeOfFile(path)
    }
  }
  return bytes
}

async function* entriesOf(dir: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(dir)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

async function sizeOfFile(path: string): Promise<number> {
  try {
    return (await lstat(path)).size
  } catch (error) {
    if (isMissing(error)) return 0
    throw error
  }
}
