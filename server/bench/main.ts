import { benchChanges } from './changes'
import { benchDns } from './dns'
import { benchPaths } from './paths'
import { benchPeer, tellScale } from './scale/scale'
import { benchWatch } from './watch'

/** What server/setup/bench.mjs runs, each in namespaces of its own. */
const sections: Readonly<Record<string, (...args: string[]) => Promise<void>>> = {
  changes: benchChanges,
  paths: benchPaths,
  peer: benchPeer,
  scale: tellScale,
  dns: benchDns,
  watch: benchWatch,
}

const [name = 'changes', ...args] = process.argv.slice(2)
const section = sections[name]
if (!section) {
  console.error(`there is no bench ${name}: ${Object.keys(sections).join(', ')}`)
  process.exit(1)
}
await section(...args).catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
