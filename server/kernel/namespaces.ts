import type { ChildProcess } from 'node:child_process'
import { mkdir, open, readdir, statfs, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createIpBatch, type IpBatch, ipBatchArgs } from './ip-batch'
import { run, start } from './run'

type Path = `/${string}`

/** File system type of /proc/self/ns/*. */
const nsfsMagic = 0x6e736673

/** A path that a namespace is mounted on. */
export async function isNamespace(path: string): Promise<boolean> {
  try {
    return (await statfs(path)).type === nsfsMagic
  } catch {
    return false
  }
}

export interface NamespaceFile {
  readonly path: Path
  /** False: an empty file, left by something that ended half-way. */
  readonly isMounted: boolean
}

/** What lies in a directory of namespaces; nothing where there is no such directory. */
export async function listNamespaces(directory: string): Promise<NamespaceFile[]> {
  const names = await readdir(directory).catch(() => [])
  const paths = names.sort().map((name) => join(directory, name) as Path)
  return Promise.all(paths.map(async (path) => ({ path, isMounted: await isNamespace(path) })))
}

/**
 * Makes a namespace that stays behind `path`, with an `ip -batch -` already running inside:
 * `touch PATH && unshare --net=PATH ip -batch -`. Undefined where the namespace was there.
 */
export async function createNamespace(path: Path): Promise<IpBatch | undefined> {
  if (await isNamespace(path)) return undefined
  await mkdir(dirname(path), { recursive: true, mode: 0o755 })
  await (await open(path, 'a', 0o600)).close()
  let isMade = false
  const startInside = (): ChildProcess => {
    if (isMade) return start('ip', ipBatchArgs, { netns: path })
    isMade = true
    return start('unshare', [`--net=${path}`, '--', 'ip', ...ipBatchArgs])
  }
  const batch = createIpBatch(path, startInside)
  try {
    await batch.warm()
    return batch
  } catch (error) {
    await batch.close()
    await removeNamespace(path)
    throw error
  }
}

/** Takes the path away: `umount PATH && rm PATH`. Quiet when there is none; the namespace ends with its last process. */
export async function removeNamespace(path: Path): Promise<void> {
  while (await isNamespace(path)) await run('umount', ['--lazy', path])
  try {
    await unlink(path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}
