import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fingerprint, readStamp, writeStamp } from './fingerprint.mjs'
import { root, sharedWebPlace } from './places.mjs'
import { Refusal } from './refusal.mjs'

const sources = [
  'app',
  'components',
  'public',
  'next.config.ts',
  'proxy.ts',
  'proxy.ts',
  'postcss.config.mjs',
  'tsconfig.json',
  'package-lock.json',
]
const standalone = join(root, '.next', 'standalone')

const isSource = (path) => !/\.test\.tsx?$/.test(path)

/** Builds the web when its sources changed; gives the hash that names this build. Of the server it imports only types. */
export async function ensureWebBuild(progress) {
  const wanted = fingerprint(sources, isSource)
  if (readStamp('web') === wanted && existsSync(join(standalone, 'server.js'))) return wanted
  await progress.step('production build of the web', (run) =>
    run(process.execPath, [join(root, 'node_modules', 'next', 'dist', 'bin', 'next'), 'build'], {
      cwd: root,
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
    }),
  )
  if (!existsSync(join(standalone, 'server.js'))) {
    throw new Refusal(
      'the build of the web made no .next/standalone/server.js: next.config.ts has to say output: standalone',
    )
  }
  // Next.js may have put its own wishes into tsconfig.json meanwhile: that must not be built again.
  const built = fingerprint(sources, isSource)
  writeStamp('web', built)
  return built
}

/**
 * Lays a build where the web's user can read it: `<place>/<hash>`, complete or not at all, with `<place>/current`
 * pointing to it. The clone itself may lie where that user cannot go, as below /root.
 */
export async function layWebBuild(progress, hash, place) {
  const target = join(place, hash)
  if (!existsSync(target)) {
    await progress.step(`web laid in ${target}`, async (run) => {
      const draft = `${target}.draft`
      rmSync(draft, { recursive: true, force: true })
      mkdirSync(draft, { recursive: true, mode: 0o755 })
      cpSync(standalone, draft, { recursive: true, verbatimSymlinks: true })
      cpSync(join(root, '.next', 'static'), join(draft, '.next', 'static'), { recursive: true })
      if (existsSync(join(root, 'public'))) cpSync(join(root, 'public'), join(draft, 'public'), { recursive: true })
      await run('chmod', ['-R', 'a+rX', draft])
      renameSync(draft, target)
    })
  }
  // In the shared place another instance may run from another build.
  if (place !== sharedWebPlace) removeOthers(place, hash)
  pointTo(place, hash)
  return target
}

function removeOthers(place, hash) {
  for (const name of readdirSync(place)) {
    if (name !== hash) rmSync(join(place, name), { recursive: true, force: true })
  }
}

function pointTo(place, hash) {
  const draft = join(place, `current.${process.pid}`)
  symlinkSync(hash, draft)
  renameSync(draft, join(place, 'current'))
}
