import { quote } from '../plan/render'
import type { EngineContext } from './context'
import type { Terminal, TerminalInput } from './contract'
import { createExec } from './streams'

/** What every image with a shell has. */
const shell = ['sh']
/** More than the terminal of an attached client can: 256 colours. */
const terminalType = 'TERM=xterm-256color'

/** Who opens a terminal can do anything in the container: that it was opened is written down, also where it failed. */
export async function openTerminal(
  ctx: EngineContext,
  reference: string,
  { command = [], user, size }: TerminalInput,
  { actor }: { actor: string },
): Promise<Terminal> {
  const container = ctx.records.getContainer(reference)
  const exec = createExec(ctx, container.id, {
    command: command.length > 0 ? command : shell,
    ...{ terminal: true, input: true, env: [terminalType] },
    ...(user ? { user } : {}),
  })
  const began = performance.now()
  const subjects = [container.name, exec.command.join(' ')]
  const argv = ['docker', 'exec', '-it', ...(user ? ['-u', user] : []), container.name, ...exec.command]
  const operation = await ctx.journal.begin(
    {
      ...{ verb: 'container.terminal', subjects, actor },
      records: { containerId: container.id },
      commands: [argv.map(quote).join(' ')],
    },
    {},
  )
  try {
    const attachment = await ctx.execs.start(exec.id, { size })
    ctx.journal.endBehind(operation, { status: 'done', durationMs: performance.now() - began })
    return { exec: ctx.execs.get(exec.id), attachment }
  } catch (error) {
    await ctx.journal.end(operation, { status: 'failed', error, durationMs: performance.now() - began })
    throw error
  }
}
