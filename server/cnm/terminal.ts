import { isPatchbayError, PatchbayError } from './errors'
import { sentence } from './sentence'

/** What every image with a shell has. */
export const shell = ['sh'] as const
/** More than the terminal of an attached client can: 256 colours. */
export const terminalType = 'TERM=xterm-256color'

const notFoundExitCode = 127

/** An image without a shell is no fault of the person who asked for one. */
export function toTerminalError(error: unknown, container: string, command: readonly string[]): unknown {
  const isMissing = isPatchbayError(error) && error.data.exitCode === notFoundExitCode
  if (!isMissing || command.join() !== shell.join()) return error
  return new PatchbayError(
    'invalid-parameter',
    sentence`there is no shell in ${container}; give a command that its image has`,
    { field: 'command', cause: error },
  )
}
