import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fingerprint, readStamp, writeStamp } from './fingerprint.mjs'
import { root } from './places.mjs'
import { Refusal } from './refusal.mjs'

const isCode = (path) => !path.includes('/setup/') && !path.endsWith('.test.ts')

/** Bundles one entry of the server into dist/<name>.js, when its sources changed; npm packages stay outside. */
export async function ensureBundle(progress, name, entry) {
  const wanted = fingerprint(['server', 'package-lock.json', 'tsconfig.json'], isCode)
  const target = join(root, 'dist', `${name}.js`)
  if (readStamp(name) === wanted && existsSync(target)) return target
  await progress.step(`bundle of ${entry}`, async () => {
    const { build } = createRequire(join(root, 'package.json'))('esbuild')
    try {
      await build({
        absWorkingDir: root,
        entryPoints: [entry],
        outfile: target,
        bundle: true,
        platform: 'node',
        target: 'node20',
        format: 'esm',
        packages: 'external',
        sourcemap: true,
        logLevel: 'silent',
      })
    } catch (error) {
      throw new Refusal(`${entry} cannot be bundled: ${error.message}`)
    }
  })
  writeStamp(name, wanted)
  return target
}
