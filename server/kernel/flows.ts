import { familyOf } from '../cnm/address'
import { CommandError, run } from './run'

/**
 * `conntrack -D -d ADDRESS`, and `--dst-nat ADDRESS` for what was given to it under another one. A client that goes on is
 * a new connection then, and finds another member, or nobody, at once. That there was nothing to forget is no error.
 */
export async function forgetFlows(addresses: readonly string[]): Promise<void> {
  for (const address of addresses) {
    for (const which of ['--orig-dst', '--dst-nat']) {
      await run('conntrack', ['-D', '-f', familyOf(address), which, address]).catch(ignoreNothing)
    }
  }
}

function ignoreNothing(error: unknown): void {
  const isGone = /\b0 flow entries have been deleted|such conntrack doesn't exist/
  if (!(error instanceof CommandError && isGone.test(error.stderr))) throw error
}
