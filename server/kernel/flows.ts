import { familyOf } from '../cnm/address'
import { messageOf } from '../cnm/errors'
import type { Command } from '../plan/plan'
import { parseFlowLine } from './flow-lines'
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

/** So many of one container's are ended by one `ss`. */
const atOnce = 64

/**
 * Ends a container's sockets of the connections that are listed, by a reset that still finds its way to the client. No
 * change falls by what is left of the past: that something could not be ended is written down.
 */
export async function endConnections({ netns, address, port, listing }: Command & { program: 'ss' }): Promise<void> {
  try {
    const { stdout } = await run('conntrack', listing)
    const clients = stdout.split('\n').flatMap((line) => {
      const { reply } = parseFlowLine(line) ?? {}
      return reply?.destinationPort ? [place(reply.destination, reply.destinationPort)] : []
    })
    for (let from = 0; from < clients.length; from += atOnce) {
      const some = clients.slice(from, from + atOnce).flatMap((client) => ['or', 'dst', client])
      await run('ss', ['-K', '-H', '-t', '-n', 'src', place(address, port), 'and', '(', ...some.slice(1), ')'], {
        netns,
      })
    }
  } catch (error) {
    console.error(`connections could not be ended: ${messageOf(error)}`)
  }
}

function place(address: string, port: number): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}

function ignoreNothing(error: unknown): void {
  const isGone = /\b0 flow entries have been deleted|such conntrack doesn't exist/
  if (!(error instanceof CommandError && isGone.test(error.stderr))) throw error
}
