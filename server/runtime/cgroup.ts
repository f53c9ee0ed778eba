import { readdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isThere, readIfThere } from './file'

/** Where the control groups are mounted. */
export const cgroupMount = '/sys/fs/cgroup'
const parent = 'patchbay'

export interface CgroupFacts {
  /** 2: one unified tree; 1: a tree a controller (also the hybrid layout). */
  readonly version: 1 | 2
  /** Whether the kernel counts swap together with, or beside, memory. */
  readonly swap: boolean
  readonly memory: boolean
  readonly pids: boolean
  readonly cpu: boolean
  readonly cpuset: boolean
}

/** Absolute path below the cgroup mount, as the OCI's `cgroupsPath` wants it. */
export function cgroupPath(containerId: string): string {
  return `/${parent}/${containerId}`
}

/** What limits this host can hold. Reads files only. */
export async function readCgroupFacts(): Promise<CgroupFacts> {
  const controllers = await readIfThere(join(cgroupMount, 'cgroup.controllers'))
  if (controllers !== undefined) {
    const names = controllers.trim().split(' ')
    const has = (name: string) => names.includes(name)
    return {
      ...{ version: 2, swap: await hasSwapMax() },
      ...{ memory: has('memory'), pids: has('pids'), cpu: has('cpu'), cpuset: has('cpuset') },
    }
  }
  return {
    version: 1,
    swap: await isThere(join(cgroupMount, 'memory/memory.memsw.limit_in_bytes')),
    memory: await isThere(join(cgroupMount, 'memory/cgroup.procs')),
    pids: await isThere(join(cgroupMount, 'pids/cgroup.procs')),
    cpu: await isThere(join(cgroupMount, 'cpu/cpu.cfs_quota_us')),
    cpuset: await isThere(join(cgroupMount, 'cpuset/cgroup.procs')),
  }
}

/** How often the kernel killed in a container's cgroup for want of memory; 0 where the cgroup is gone. */
export async function countOomKills(containerId: string): Promise<number> {
  const files = [
    join(cgroupMount, cgroupPath(containerId), 'memory.events'),
    join(cgroupMount, 'memory', cgroupPath(containerId), 'memory.oom_control'),
  ]
  for (const file of files) {
    const kills = /^oom_kill (\d+)$/m.exec((await readIfThere(file)) ?? '')?.[1]
    if (kills !== undefined) return Number(kills)
  }
  return 0
}

/**
 * Removes the cgroups of containers and those they stood in, for teardown, also what a runtime that
 * was killed left. Leaves those in which a process still runs: the kernel refuses their removal.
 */
export async function removeCgroups(): Promise<void> {
  const controllers = await readdir(cgroupMount).catch(() => [])
  await Promise.all(['', ...controllers].map((name) => removeEmpty(join(cgroupMount, name, parent))))
}

async function removeEmpty(dir: string): Promise<void> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => [])
  const children = entries.filter((entry) => entry.isDirectory())
  await Promise.all(children.map((entry) => removeEmpty(join(dir, entry.name))))
  await rmdir(dir).catch(() => undefined)
}

/** The file exists in every cgroup but the root, so any child will do. */
async function hasSwapMax(): Promise<boolean> {
  const entries = await readdir(cgroupMount, { withFileTypes: true })
  const found = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => isThere(join(cgroupMount, entry.name, 'memory.swap.max'))),
  )
  return found.includes(true)
}
