import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './places.mjs'
import { Refusal, runMain } from './refusal.mjs'

const folders = ['app', 'components', 'server']

/**
 * `npm run check:layers`: the directions of imports as .dependency-cruiser.cjs has them. The tool calls an empty
 * list orderly (with a TypeScript that it cannot load, every file is left out): so what it read is counted too.
 */
await runMain(() => {
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const options = ['--config', '.dependency-cruiser.cjs', '--output-type', 'err-long']
  const { stdout, stderr, status } = spawnSync(process.execPath, [cruiser, ...options, ...folders], {
    cwd: root,
    encoding: 'utf8',
  })
  process.stdout.write(stdout)
  process.stderr.write(stderr)
  if (status !== 0) return status ?? 1
  const read = Number(/(\d+) modules/.exec(stdout)?.[1] ?? 0)
  const files = folders.flatMap((folder) => readdirSync(join(root, folder), { recursive: true }))
  const sources = files.filter((path) => /\.tsx?$/.test(path)).length
  if (read < sources)
    throw new Refusal(`the layers of only ${read} modules were read, but there are ${sources} sources`)
  return 0
})
