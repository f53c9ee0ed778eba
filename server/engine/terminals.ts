import { shell, terminalType, toTerminalError } from '../cnm/terminal'
import { quote } from '../plan/render'
import type { Attachment } from '../runtime/contract'
import type { EngineContext } from './context'
import type { ExecId, Terminal, TerminalInput } from './contract'
import { createExec } from './streams'

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
    return toTerminal(ctx, exec.id, attachment)
  } catch (raw) {
    const error = toTerminalError(raw, container.name, exec.command)
    await ctx.journal.end(operation, { status: 'failed', error, durationMs: performance.now() - began })
    throw error
  }
}

function toTerminal(
  { execs }: Pick<EngineContext, 'execs'>,
  id: ExecId,
  { output, write, close }: Attachment,
): Terminal {
  return {
    id,
    output: bytesOf(output),
    write,
    async resize(size) {
      if (execs.get(id).status === 'running') await execs.resize(id, size)
    },
    exitCode: () => execs.exitCode(id),
    hangUp() {
      execs.hangUp(id)
      close()
    },
  }
}

async function* bytesOf(output: Attachment['output']): AsyncGenerator<Buffer> {
  for await (const { bytes } of output) yield bytes
}
