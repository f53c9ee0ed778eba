import { messageOf } from './cnm/errors'
import { parseConfig } from './config'
import { runDaemon } from './daemon'
import { runTeardown } from './teardown'

/** The composition root's door: `daemon.js` serves, `daemon.js --teardown [--purge]` cleans up. */
async function main(): Promise<void> {
  const config = parseConfig()
  if (process.argv.includes('--teardown')) return runTeardown(config, process.argv.includes('--purge'))
  return runDaemon(config)
}

main().catch((error: unknown) => {
  console.error(`patchbay: ${messageOf(error)}`)
  process.exit(1)
})
