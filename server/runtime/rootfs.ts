import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../kernel/run'
import { isMissing } from './file'
import type { ContainerPaths, Layout } from './layout'

/**
 * Lays out a container's root file system over an image's: an overlay, or a copy where the data
 * directory lies on a file system that cannot carry an overlay. Does nothing when it is there.
 */
export async function createRootfs(paths: ContainerPaths, imageRootfs: string, overlays: boolean): Promise<void> {
  if (overlays) {
    await Promise.all([paths.upper, paths.work, paths.rootfs].map((dir) => mkdir(dir, { recursive: true })))
    return
  }
  if (await hasEntries(paths.rootfs)) return
  const copy = `${paths.rootfs}.new`
  await rm(copy, { recursive: true, force: true })
  await run('cp', ['-a', '--', imageRootfs, copy], { timeoutMs: 300_000 })
  await rm(paths.rootfs, { recursive: true, force: true })
  await rename(copy, paths.rootfs)
}

/** `mount -t overlay`; quiet when it is mounted, or when the root file system is a copy. */
export async function mountRootfs(paths: ContainerPaths, imageRootfs: string): Promise<void> {
  if (!(await isOverlay(paths)) || (await isMounted(paths.rootfs))) return
  await mountOverlay({ lower: imageRootfs, upper: paths.upper, work: paths.work, target: paths.rootfs })
}

/** Quiet when nothing is mounted. Something that still looks into it keeps it only for itself. */
export async function unmountRootfs(paths: ContainerPaths): Promise<void> {
  if (!(await isMounted(paths.rootfs))) return
  await run('umount', ['--', paths.rootfs]).catch(() => run('umount', ['--lazy', '--', paths.rootfs]))
}

/** Tries it with an empty overlay beside the containers: some file systems (an overlay itself) refuse. */
export async function canOverlay(layout: Layout): Promise<boolean> {
  const [lower, upper, work, target] = ['lower', 'upper', 'work', 'target'].map((name) => join(layout.trial, name))
  if (!lower || !upper || !work || !target) return false
  try {
    await Promise.all([lower, upper, work, target].map((path) => mkdir(path, { recursive: true })))
    await mountOverlay({ lower, upper, work, target })
    return true
  } catch {
    return false
  } finally {
    await clearTrial(layout)
  }
}

/** Quiet when there is none; a daemon that was killed while it tried leaves one. */
export async function clearTrial(layout: Layout): Promise<void> {
  const target = join(layout.trial, 'target')
  if (await isMounted(target)) await run('umount', ['--', target])
  await rm(layout.trial, { recursive: true, force: true })
}

/** Containers whose overlay is mounted in the daemon's view. */
export async function listMounted(layout: Layout): Promise<string[]> {
  const prefix = `${layout.containers}/`
  const targets = await listMountTargets()
  return targets
    .filter((target) => target.startsWith(prefix) && target.endsWith('/rootfs'))
    .map((target) => target.slice(prefix.length, -'/rootfs'.length))
}

async function isMounted(path: string): Promise<boolean> {
  return (await listMountTargets()).includes(path)
}

async function mountOverlay(dirs: { lower: string; upper: string; work: string; target: string }): Promise<void> {
  const options = `lowerdir=${dirs.lower},upperdir=${dirs.upper},workdir=${dirs.work}`
  await run('mount', ['-t', 'overlay', '-o', options, '--', 'overlay', dirs.target])
}

async function isOverlay(paths: ContainerPaths): Promise<boolean> {
  return (await readdir(paths.dir)).includes('upper')
}

async function listMountTargets(): Promise<string[]> {
  const text = await readFile('/proc/self/mountinfo', 'utf8')
  return text.split('\n').map((line) => line.split(' ')[4] ?? '')
}

async function hasEntries(dir: string): Promise<boolean> {
  return readdir(dir).then(
    (names) => names.length > 0,
    (error: unknown) => {
      if (isMissing(error)) return false
      throw error
    },
  )
}
