import { z } from 'zod'
import type { TerminalSize } from '../cnm/container'
import { isPatchbayError } from '../cnm/errors'
import type { Exec } from '../engine/contract'

import { sizeOf } from './attach'
import { type Call, type Route, sendJson, sendNothing } from './call'
import { containerOf } from './container-of'
import { parseDetachKeys } from './detach-keys'
import { givenOf } from './endpoint-settings'
import { refuse } from './refuse'
import { converse, hijack, write, writeFrame } from './stream'
import { dockerMessage } from './wording'

export function createExecRoutes(): readonly Route[] {
  const asked: Asked = new Map()
  return [
    { method: 'POST', pattern: '/containers/:id/exec', answer: (call) => create(call, asked) },
    { method: 'POST', pattern: '/exec/:id/start', isRaw: true, answer: (call) => start(call, asked) },
    { method: 'POST', pattern: '/exec/:id/resize', answer: resize },
    { method: 'GET', pattern: '/exec/:id/json', answer: (call) => inspect(call, asked) },
  ]
}

/** What a client wants of the streams is for this face alone to remember. */
interface Streams {
  readonly stdout: boolean
  readonly stderr: boolean
  readonly detachKeys: string
}

const mostAsked = 1_000
type Asked = Map<string, Streams>

const consoleSize = z.tuple([z.number(), z.number()]).nullish()

const createSchema = z.object({
  Cmd: z.array(z.string()).nullish(),
  Env: z.array(z.string()).nullish(),
  User: z.string().nullish(),
  WorkingDir: z.string().nullish(),
  Tty: z.boolean().nullish(),
  AttachStdin: z.boolean().nullish(),
  AttachStdout: z.boolean().nullish(),
  AttachStderr: z.boolean().nullish(),
  DetachKeys: z.string().nullish(),
  Privileged: z.boolean().nullish(),
})

async function create(call: Call, asked: Asked): Promise<void> {
  const container = containerOf(call)
  const body = await call.body(createSchema)
  refuse(body.Privileged, '--privileged of exec')
  parseDetachKeys(body.DetachKeys ?? '')
  const exec = call.engine.createExec(container.id, {
    command: body.Cmd ?? [],
    terminal: body.Tty ?? false,
    input: body.AttachStdin ?? false,
    ...givenOf({ user: body.User || undefined, env: body.Env, workingDir: body.WorkingDir || undefined }),
  })
  const streams = { stdout: body.AttachStdout ?? false, stderr: body.AttachStderr ?? false }
  asked.set(exec.id, { ...streams, detachKeys: body.DetachKeys ?? '' })
  tell(call, exec, 'exec_create')
  const [oldest] = asked.keys()
  if (asked.size > mostAsked && oldest !== undefined) asked.delete(oldest)
  sendJson(call, { Id: exec.id }, 201)
}

const startSchema = z.object({
  Detach: z.boolean().nullish(),
  Tty: z.boolean().nullish(),
  ConsoleSize: consoleSize,
})

/** How the answer is framed is for the start to say, whatever the exec has. */
async function start(call: Call, asked: Asked): Promise<void> {
  const { id, terminal, input } = call.engine.getExec(call.path.id ?? '')
  const { Detach: detached, Tty: isTerminal, ConsoleSize } = await call.body(startSchema)
  const size = terminal && ConsoleSize ? toSize(ConsoleSize) : undefined
  tell(call, call.engine.getExec(id), 'exec_start')
  if (detached) {
    await call.engine.startExec(id, { detached, size })
    return sendNothing(call, 200)
  }
  const framed = !isTerminal
  try {
    const attachment = await call.engine.startExec(id, { size })
    const { detachKeys = '', ...wanted } = asked.get(id) ?? { stdout: true, stderr: true }
    await converse(call, attachment, {
      ...{ framed, wanted, input },
      detachKeys: terminal ? parseDetachKeys(detachKeys) : Buffer.alloc(0),
    })
    tellEnd(call, call.engine.getExec(id))
  } catch (error) {
    if (!isPatchbayError(error) || (error.data.exitCode === undefined && error.kind !== 'invalid-parameter'))
      throw error
    const { output } = hijack(call, framed)
    const text = Buffer.from(`${error.data.exitCode === undefined ? dockerMessage(error) : error.message}\r\n`)
    await (framed ? writeFrame(output, 'stdout', text) : write(output, text))
    output.end()
  }
}

function tell({ events }: Call, { id, containerId, command: [program = '', ...args] }: Exec, action: string): void {
  events.tell(containerId, `${action}: ${program} ${args.join(' ')}`, { execID: id })
}

/** Of one that was started detached nobody hears the end. */
function tellEnd({ events }: Call, { id, containerId, exitCode }: Exec): void {
  if (exitCode !== null) events.tell(containerId, 'exec_die', { execID: id, exitCode: String(exitCode) })
}

function toSize([rows, columns]: [number, number]): TerminalSize {
  return { rows, columns }
}

async function resize(call: Call): Promise<void> {
  await call.engine.resizeExec(call.path.id ?? '', sizeOf(call.query))
  sendNothing(call, 200)
}

function inspect(call: Call, asked: Asked): void {
  const exec: Exec = call.engine.getExec(call.path.id ?? '')
  const [entrypoint = '', ...args] = exec.command
  const { stdout = true, stderr = true, detachKeys = '' } = asked.get(exec.id) ?? {}
  sendJson(call, {
    ID: exec.id,
    Running: exec.status === 'running',
    ExitCode: exec.exitCode,
    ProcessConfig: {
      tty: exec.terminal,
      entrypoint,
      arguments: args,
      privileged: false,
      ...givenOf({ user: exec.user }),
    },
    OpenStdin: exec.input,
    OpenStderr: stderr,
    OpenStdout: stdout,
    CanRemove: false,
    ContainerID: exec.containerId,
    DetachKeys: detachKeys === '' ? '' : parseDetachKeys(detachKeys).toString('base64'),
    Pid: exec.pid ?? 0,
  })
}
