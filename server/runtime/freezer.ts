import { join } from 'node:path'
import type { ContainerId } from '../cnm/ids'
import { run } from '../kernel/run'
import { cgroupMount, cgroupPath } from './cgroup'
import { readIfThere } from './file'
import type { Layout } from './layout'

/** Whether the processes of a container are held by the kernel's freezer; false where it does not run. */
export async function isFrozen(id: ContainerId): Promise<boolean> {
  const unified = await readIfThere(join(cgroupMount, cgroupPath(id), 'cgroup.freeze'))
  if (unified !== undefined) return unified.trim() === '1'
  const state = await readIfThere(join(cgroupMount, 'freezer', cgroupPath(id), 'freezer.state'))
  return state !== undefined && state.trim() !== 'THAWED'
}

/** `runc pause` */
export async function freeze(layout: Layout, id: ContainerId): Promise<void> {
  await run('runc', ['--root', layout.runcRoot, '--log', '/dev/null', 'pause', id])
}

/** `runc resume`; quiet where nothing is frozen. A frozen process does not even die of SIGKILL. */
export async function thaw(layout: Layout, id: ContainerId): Promise<void> {
  if (!(await isFrozen(id))) return
  await run('runc', ['--root', layout.runcRoot, '--log', '/dev/null', 'resume', id])
}
