import { rm } from 'node:fs/promises'
import type { Config } from './config'
import { claimNamespace } from './kernel/claim'
import { createParts } from './parts'
import { removeCgroups } from './runtime/cgroup'

/** `npm run teardown`: nothing of Patchbay's stays in the kernel; with `purge` its data goes too. */
export async function runTeardown(config: Config, purge: boolean): Promise<void> {
  await claimNamespace(config.runDir)
  const parts = await createParts(config, { warmSandboxes: 0 })
  const { containers, objects } = await parts.engine.teardown()
  const ids = parts.engine.listContainers().map((container) => container.id)
  if (purge) for (const id of ids) await parts.runtime.remove(id)
  await parts.close()
  await removeCgroups()
  await rm(config.runDir, { recursive: true, force: true })
  if (purge) await rm(config.dataDir, { recursive: true, force: true })
  const data = purge ? `deleted ${config.dataDir}` : `kept the data in ${config.dataDir}`
  console.log(`Stopped ${counted(containers, 'container')}, removed ${counted(objects, 'kernel object')}, ${data}.`)
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
