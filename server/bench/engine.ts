import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Engine } from '../engine/contract'
import { createParts } from '../parts'

export const asked = { actor: 'bench' }
const pauseMs = 60

/** Runs with an engine on an empty host; whatever it made is gone afterwards. */
export async function withEngine<Result>(measure: (engine: Engine) => Promise<Result>): Promise<Result> {
  const dataDir = mkdtempSync(join(tmpdir(), 'patchbay-bench-'))
  const parts = await createParts({ dataDir, runDir: '/run/patchbay-bench' }, { warmSandboxes: 4 })
  try {
    await parts.runtime.ensureBusybox()
    await parts.engine.recover()
    return await measure(parts.engine)
  } finally {
    await parts.engine.teardown()
    for (const { id } of parts.engine.listContainers()) await parts.runtime.remove(id)
    await parts.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** Milliseconds. Changes come one at a time, as people make them: what an earlier one left to do in the background is done. */
export async function timed(change: () => Promise<unknown>): Promise<number> {
  await delay(pauseMs)
  const began = performance.now()
  await change()
  return performance.now() - began
}
