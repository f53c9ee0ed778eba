import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Container, ContainerInspectInfo, Exec } from 'dockerode'
import { isPatchbayError, messageOf, PatchbayError, toldBy } from '../cnm/errors'
import { sentence } from '../cnm/sentence'
import { shell, terminalType, toTerminalError } from '../cnm/terminal'
import type { Engine, OpenTerminal, Terminal, TerminalInput } from '../engine/contract'
import { hangUpSession, isOfContainer } from '../kernel/session'
import { quote } from '../plan/render'
import { connect, connectionOptions, isNotFound } from './client'

/** A command has begun, or could not, within this; asked for every so often. */
const [beginPatienceMs, askAgainMs] = [10_000, 20]
/** What the engine knows a moment after the streams have ended. */
const endPatienceMs = 2_000

type OwnEngine = Pick<Engine, 'getContainer' | 'openTerminal' | 'note'>

/**
 * Terminals in Patchbay's containers and, by its own engine, in those of the Docker Engine at `host`, whose user,
 * environment, limits and system calls they have. Both end with the page; Docker itself would leave them running.
 */
export function createTerminalOpener(engine: OwnEngine, host: string | undefined): OpenTerminal {
  const options = connectionOptions(host)
  return async (reference, input, by) => {
    const container = options && !isOwn(engine, reference) ? await findDockers(options, reference) : undefined
    // Of what nobody has the engine says so.
    if (!container) return engine.openTerminal(reference, input, by)
    const command = input.command?.length ? input.command : shell
    const { info } = container
    const name = info.Name.replace(/^\//, '')
    const argv = ['docker', 'exec', '-it', ...(input.user ? ['-u', input.user] : []), name, ...command]
    return engine.note(
      {
        ...{ verb: 'container.terminal', subjects: [name, command.join(' ')] },
        commands: [argv.map(quote).join(' ')],
      },
      () =>
        open(container, { ...input, command }).catch((error: unknown) => {
          throw toTerminalError(toPatchbayError(error), name, command)
        }),
      by,
    )
  }
}

function isOwn(engine: OwnEngine, reference: string): boolean {
  try {
    return engine.getContainer(reference) !== undefined
  } catch (error) {
    if (isPatchbayError(error) && error.kind === 'not-found') return false
    throw error
  }
}

interface DockersContainer {
  readonly container: Container
  readonly info: ContainerInspectInfo
}

/** Undefined where there is no Docker Engine, or none of that name. */
async function findDockers(
  options: NonNullable<ReturnType<typeof connectionOptions>>,
  reference: string,
): Promise<DockersContainer | undefined> {
  try {
    const container = (await connect(options)).getContainer(reference)
    return { container, info: await container.inspect() }
  } catch (error) {
    if (isNotFound(error) || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new PatchbayError('unavailable', sentence`the Docker Engine does not answer: ${toldBy(error)}`)
  }
}

async function open({ container, info }: DockersContainer, { command, user, size }: TerminalInput): Promise<Terminal> {
  const exec = await container.exec({
    ...{ Cmd: [...(command ?? shell)], Env: [terminalType], Tty: true, ...(user ? { User: user } : {}) },
    ...{ AttachStdin: true, AttachStdout: true, AttachStderr: true },
  })
  const stream = await exec.start({ hijack: true, stdin: true, Tty: true })
  // What it says by an error it says by its end, too.
  stream.on('error', () => undefined)
  try {
    const pid = await beginning(exec, stream)
    const terminal = toTerminal(exec, stream, () => (isOfContainer(pid, info.Id) ? pid : undefined))
    await terminal.resize(size)
    return terminal
  } catch (error) {
    stream.destroy()
    throw error
  }
}

/** Its number, once it runs or has run; throws what the engine wrote where it could not begin. */
async function beginning(exec: Exec, stream: Duplex): Promise<number> {
  const deadline = performance.now() + beginPatienceMs
  while (performance.now() < deadline) {
    const { Pid, ExitCode } = await exec.inspect()
    if (Pid > 0) return Pid
    if (ExitCode !== null) {
      const said = await readAll(stream)
      const isMissing = /executable file not found|no such file or directory/.test(said)
      throw new PatchbayError('invalid-parameter', said.trim(), {
        ...{ field: 'command', data: { exitCode: isMissing ? 127 : ExitCode } },
      })
    }
    await delay(askAgainMs)
  }
  throw new PatchbayError(
    'unavailable',
    sentence`the Docker Engine has not begun the command within ${beginPatienceMs} ms`,
  )
}

async function readAll(stream: Duplex): Promise<string> {
  const chunks: Buffer[] = []
  for await (const bytes of stream) chunks.push(bytes)
  return Buffer.concat(chunks).toString('utf8')
}

/** `pid`: undefined where it is not to be seen from here, the engine being on another machine. */
function toTerminal(exec: Exec, stream: Duplex, pid: () => number | undefined): Terminal {
  const ended = new Promise<void>((resolve) => stream.once('close', resolve))
  return {
    id: exec.id,
    output: untilGone(stream),
    write: (bytes) => new Promise((resolve) => void stream.write(bytes, () => resolve())),
    async resize({ rows, columns }) {
      if (!stream.closed) await exec.resize({ h: rows, w: columns }).catch(() => undefined)
    },
    exitCode: () => exitCodeOf(exec),
    hangUp() {
      const session = pid()
      if (session !== undefined) hangUpSession(session, ended)
      // An idle shell ends by that; nobody can be sent a signal on another machine.
      else stream.write('\x03\x04')
      stream.end()
    },
  }
}

/** A connection that breaks ends it as well. */
async function* untilGone(stream: Duplex): AsyncGenerator<Buffer> {
  try {
    yield* stream as AsyncIterable<Buffer>
  } catch {
    // Nobody hears more of it.
  }
}

async function exitCodeOf(exec: Exec): Promise<number | null> {
  const deadline = performance.now() + endPatienceMs
  try {
    do {
      const { Running, ExitCode } = await exec.inspect()
      if (!Running) return ExitCode
      await delay(askAgainMs)
    } while (performance.now() < deadline)
  } catch {
    // The engine has gone.
  }
  return null
}

/** The engine's own words are the reason: that it is paused, that there is no such user. */
function toPatchbayError(error: unknown): PatchbayError {
  if (isPatchbayError(error)) return error
  const { statusCode, json } = error as { statusCode?: number; json?: { message?: unknown } }
  const said = typeof json?.message === 'string' ? json.message : messageOf(error)
  return new PatchbayError(kinds[statusCode ?? 0] ?? 'system', said, { cause: error })
}

const kinds: Readonly<Record<number, PatchbayError['kind']>> = {
  400: 'invalid-parameter',
  404: 'not-found',
  409: 'conflict',
}
