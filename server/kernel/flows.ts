import { familyOf } from '../cnm/address'
import { CommandError, run } from './run'

/**
 * `conntrack -D -d ADDRESS`, and `--dst-nat ADDRESS` for what was given to it under another one. A client that goes on is
 * a new connection then, and finds another member, or nobody, at once. That there was nothing to forget is no error.
 */
export async function forgetFlows(addresses: readonly string[]): Promise<void> {
  const questions = addresses.flatMap((address) =>
    ['--orig-dst', '--dst-nat'].map((which) => ['-D', '-f', familyOf(address), which, address]),
  )
  await Promise.all(questions.map((args) => run('conntrack', args).catch(ignoreNothing)))
}

function ignoreNothing(error: unknown): void {
  const isNothing = error instanceof CommandError && /\b0 flow entries have been deleted/.test(error.stderr)
  if (!isNothing) throw error
}
