import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createProgress } from './progress.mjs'
import { runMain } from './refusal.mjs'
import { withSetupLock } from './setup-lock.mjs'
import { ensureDaemon, ensureSourcesUsable } from './steps.mjs'
import { ensureWebBuild } from './web-build.mjs'

/** `npm run build`: everything that is made from the sources, and nothing outside the clone. */
await runMain(() =>
  withSetupLock(async () => {
    const progress = createProgress(join(tmpdir(), 'patchbay-build.log'))
    await ensureSourcesUsable(progress)
    await ensureWebBuild(progress)
    await ensureDaemon(progress)
  }),
)
