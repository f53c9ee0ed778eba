import type { Container, TerminalSize } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { shortId } from '../cnm/ids'
import { type Said, sentence } from '../cnm/sentence'
import type { Attachment, ExecOptions, ExecResult } from '../runtime/contract'
import { runningContainer } from './container-kill'
import type { EngineContext } from './context'
import type { Exec, ExecInput } from './contract'

export async function attach(ctx: EngineContext, reference: string, options: { input: boolean }): Promise<Attachment> {
  const container = ctx.records.getContainer(reference)
  const { paused, restarting } = container.state
  if (paused) throw refused(container, sentence`paused, unpause the container before attach`)
  if (restarting) throw refused(container, sentence`restarting, wait until the container is running`)
  return ctx.runtime.attach(container, options)
}

export async function resize(ctx: EngineContext, reference: string, size: TerminalSize): Promise<void> {
  const container = runningContainer(ctx, reference)
  if (container.options.tty) await ctx.runtime.resize(container.id, size)
}

export async function exec(
  ctx: EngineContext,
  reference: string,
  command: readonly string[],
  options: ExecOptions & { timeoutMs?: number } = {},
): Promise<ExecResult> {
  return ctx.runtime.exec(busyContainer(ctx, reference).id, command, options)
}

export function createExec(ctx: EngineContext, reference: string, input: ExecInput): Exec {
  const container = busyContainer(ctx, reference)
  if (input.command.length === 0) throw new PatchbayError('invalid-parameter', sentence`No exec command specified`)
  return ctx.execs.create(container.id, input)
}

/** One in which a command can run. */
function busyContainer(ctx: EngineContext, reference: string): Container {
  const container = runningContainer(ctx, reference)
  if (container.state.paused) throw refused(container, sentence`paused, unpause the container before exec`)
  return container
}

function refused({ id, name }: Container, why: Said): PatchbayError {
  return new PatchbayError('conflict', sentence`container ${name} (${shortId(id)}) is ${why}`)
}
