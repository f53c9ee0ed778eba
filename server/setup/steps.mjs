import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBundle } from './bundle.mjs'
import { fingerprint, readStamp, writeStamp } from './fingerprint.mjs'
import { ensureNpmPackages } from './npm-packages.mjs'
import { root, webPlace } from './places.mjs'
import { installPackages, listMissing, runtimePackages } from './system-packages.mjs'
import { ensureWebBuild, layWebBuild } from './web-build.mjs'
import { ensureWebUser } from './web-user.mjs'

/** The programs that the daemon runs. */
export async function ensureSystemPackages(progress) {
  await installPackages(progress, 'system packages', listMissing(runtimePackages))
}

/** npm packages and the database client made from prisma/schema.prisma: what the sources need to be read. */
export async function ensureSourcesUsable(progress) {
  await ensureNpmPackages(progress)
  await ensureDatabaseClient(progress)
}

async function ensureDatabaseClient(progress) {
  const wanted = fingerprint(['prisma/schema.prisma', 'prisma.config.ts', 'package-lock.json'])
  if (readStamp('client') === wanted && existsSync(join(root, 'server/store/generated/client.ts'))) return
  await progress.step('database client', (run) =>
    run(process.execPath, [join(root, 'node_modules/prisma/build/index.js'), 'generate'], {
      cwd: root,
      env: { ...process.env, CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' },
    }),
  )
  writeStamp('client', wanted)
}

/** The daemon's bundle; gives its path. */
export function ensureDaemon(progress) {
  return ensureBundle(progress, 'daemon', 'server/main.ts')
}

/** The web's build where its user can read it; gives what the daemon has to know of it. */
export async function ensureWeb(progress, dataDir) {
  const webUser = await ensureWebUser(progress)
  const webDir = await layWebBuild(progress, await ensureWebBuild(progress), webPlace(dataDir))
  return { PATCHBAY_WEB_DIR: webDir, PATCHBAY_WEB_USER: webUser }
}
