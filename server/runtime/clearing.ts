import { readdir, rm } from 'node:fs/promises'
import type { ContainerId } from '../cnm/ids'
import { run } from '../kernel/run'
import { clearExecs } from './exec-leftovers'
import { thaw } from './freezer'
import { isContainerId, type Layout, pathsOf } from './layout'
import { isMonitored, isRunning, readRecord } from './process-record'
import { clearTrial, listMounted, unmountRootfs } from './rootfs'

const endWaitMs = 5_000

/**
 * `runc delete --force; umount`: ends a run and removes what is left of it but its log, its end
 * and its files. Quiet when there is nothing. The record goes last, so that a daemon killed half
 * way does the rest at its next start.
 */
export async function clearAway(layout: Layout, id: ContainerId): Promise<void> {
  const paths = pathsOf(layout, id)
  await killIfRunning(paths.record, () => thaw(layout, id))
  await run('runc', ['--root', layout.runcRoot, '--log', '/dev/null', 'delete', '--force', id])
  // conmon writes the exit code last of all: only then can that file be taken away for good.
  await waitUntil(async () => !(await isMonitored(paths, id)))
  await unmountRootfs(paths)
  const files = [paths.socketLink, paths.exitCode, paths.oom, paths.monitorPidFile, paths.pidFile]
  await Promise.all(files.map((path) => rm(path, { force: true })))
  await rm(paths.record, { force: true })
}

/** What daemons that were killed in the middle left: mounts without a run, exit codes, execs. */
export async function clearLeftovers(layout: Layout): Promise<void> {
  const [mounted, exits] = await Promise.all([listMounted(layout), readdir(layout.exits)])
  for (const id of new Set([...mounted, ...exits].filter(isContainerId))) {
    if (!(await readRecord(pathsOf(layout, id).record))) await clearAway(layout, id as ContainerId)
  }
  await clearTrial(layout)
  await clearExecs(layout.execs)
}

/** runc looks only every 100 ms whether what it killed has ended. */
async function killIfRunning(recordPath: string, letGo: () => Promise<void>): Promise<void> {
  const record = await readRecord(recordPath)
  if (!record || !isRunning(record)) return
  process.kill(record.pid, 'SIGKILL')
  await letGo()
  await waitUntil(async () => !isRunning(record))
}

async function waitUntil(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + endWaitMs
  while (!(await holds()) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 3))
}
