import { z } from 'zod'
import { PatchbayError } from '../cnm/errors'
import { type ContainerId, createId } from '../cnm/ids'
import type { ExecOptions } from '../runtime/contract'
import { type Call, type Route, sendJson, sendNothing } from './call'
import { refuse } from './refuse'
import { hijack, writeFrame } from './stream'

export function createExecRoutes(): readonly Route[] {
  const execs: Execs = new Map()
  return [
    { method: 'POST', pattern: '/containers/:id/exec', answer: (call) => create(call, execs) },
    { method: 'POST', pattern: '/exec/:id/start', answer: (call) => start(call, execs) },
    { method: 'GET', pattern: '/exec/:id/json', answer: (call) => inspect(call, execs) },
  ]
}

interface Exec {
  readonly id: string
  readonly containerId: ContainerId
  readonly command: readonly string[]
  readonly options: { user?: string; env?: string[]; workingDir?: string }
  readonly readsInput: boolean
  isRunning: boolean
  exitCode: number | null
}

/** Ended ones are asked for once more, right after; the oldest are forgotten. */
const kept = 1_000
type Execs = Map<string, Exec>

const createSchema = z.object({
  Cmd: z.array(z.string()).nullish(),
  Env: z.array(z.string()).nullish(),
  User: z.string().nullish(),
  WorkingDir: z.string().nullish(),
  Tty: z.boolean().nullish(),
  AttachStdin: z.boolean().nullish(),
  Privileged: z.boolean().nullish(),
})

async function create(call: Call, execs: Execs): Promise<void> {
  const container = call.engine.getContainer(call.path.id ?? '')
  const body = await call.body(createSchema)
  refuse(body.Tty, '--tty of exec')
  refuse(body.Privileged, '--privileged of exec')
  const command = body.Cmd ?? []
  if (command.length === 0) throw new PatchbayError('invalid-parameter', 'No exec command specified')
  if (container.state.status !== 'running') {
    throw new PatchbayError('conflict', `container ${container.id} is not running`)
  }
  if (container.state.paused) {
    throw new PatchbayError('conflict', `container ${container.id} is paused, unpause the container before exec`)
  }
  const id = createId<string & { readonly __id: 'exec' }>()
  const options = {
    ...(body.User ? { user: body.User } : {}),
    ...(body.Env ? { env: body.Env } : {}),
    ...(body.WorkingDir ? { workingDir: body.WorkingDir } : {}),
  }
  execs.set(id, {
    id,
    containerId: container.id,
    command,
    options,
    readsInput: body.AttachStdin ?? false,
    isRunning: false,
    exitCode: null,
  })
  const [oldest] = execs.keys()
  if (execs.size > kept && oldest !== undefined) execs.delete(oldest)
  sendJson(call, { Id: id }, 201)
}

const startSchema = z.object({ Detach: z.boolean().nullish(), Tty: z.boolean().nullish() })

async function start(call: Call, execs: Execs): Promise<void> {
  const exec = execOf(call, execs)
  const { Detach: isDetached } = await call.body(startSchema)
  if (exec.isRunning || exec.exitCode !== null) {
    throw new PatchbayError('conflict', `exec ${exec.id} has been started already`)
  }
  if (isDetached) {
    void run(call, exec, {}).catch(() => undefined)
    return sendNothing(call, 200)
  }
  const { output, input } = hijack(call)
  if (!exec.readsInput) input.resume()
  await run(call, exec, {
    take: (name, chunk) => writeFrame(output, name, chunk),
    ...(exec.readsInput ? { stdin: input } : {}),
  })
  output.end()
}

async function run({ engine }: Call, exec: Exec, streams: Pick<ExecOptions, 'stdin' | 'take'>): Promise<void> {
  exec.isRunning = true
  try {
    const { exitCode } = await engine.exec(exec.containerId, exec.command, { ...exec.options, ...streams })
    exec.exitCode = exitCode
  } catch (error) {
    exec.exitCode = 126
    throw error
  } finally {
    exec.isRunning = false
  }
}

function inspect(call: Call, execs: Execs): void {
  const { id, containerId, command, isRunning, exitCode } = execOf(call, execs)
  const [entrypoint = '', ...args] = command
  sendJson(call, {
    ID: id,
    Running: isRunning,
    ExitCode: exitCode,
    ProcessConfig: { tty: false, entrypoint, arguments: args, privileged: false },
    OpenStdin: false,
    OpenStdout: true,
    OpenStderr: true,
    CanRemove: false,
    ContainerID: containerId,
    DetachKeys: '',
    Pid: 0,
  })
}

function execOf({ path: { id = '' } }: Call, execs: Execs): Exec {
  const exec = execs.get(id)
  if (exec) return exec
  throw new PatchbayError('not-found', `No such exec instance: ${id}`)
}
