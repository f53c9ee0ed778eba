import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { z } from 'zod'
import { isPatchbayError } from '../cnm/errors'
import { start } from '../kernel/run'
import { hangUpSession, isAlive, signalSession } from '../kernel/session'
import { noConmon, streamArguments } from './conmon'
import type { Attachment, ExecOptions, ExecRequest, ExecResult, RunningExec } from './contract'
import { noteMonitor } from './exec-leftovers'
import { type ExecReports, readExecReports } from './exec-reports'
import { readIfThere } from './file'
import type { Ground } from './launch'
import { type ContainerPaths, pathsOf } from './layout'
import { execError } from './runc-error'
import { absolute, capabilitySets, checkArguments, consoleSizeOf, mergeEnv, specUser, terminalEnv } from './spec'
import { type ConsoleOptions, createConsole } from './streams/console'
import { resizeTerminal } from './terminal-size'
import { resolveUser } from './user'

const killedExitCode = 137
/** More than this of either stream is cut off. */
const maxOutputBytes = 1024 * 1024
/** Places of conmon's pipes among its `stdio`. */
const [syncFd, startFd, attachFd] = [3, 4, 5]

const specSchema = z.object({
  process: z.looseObject({
    user: z.object({ uid: z.number(), gid: z.number(), additionalGids: z.array(z.number()).default([]) }),
    env: z.array(z.string()),
    cwd: z.string(),
    capabilities: z.object({ bounding: z.array(z.string()) }),
  }),
})

/**
 * `runc exec` under a conmon of its own, with the container's environment, user and capabilities where the request
 * names no others. Where the command cannot begin it throws as execError says, and nothing is left.
 */
export async function startExec(ground: Ground, id: string, request: ExecRequest): Promise<RunningExec> {
  const process = await buildExecProcess(pathsOf(ground.layout, id), request)
  const dir = join(ground.layout.execs, randomUUID())
  await mkdir(dir, { mode: 0o700 })
  try {
    await writeFile(join(dir, 'process.json'), JSON.stringify(process), { mode: 0o600 })
    const conmon = startConmon(ground, id, dir, request)
    if (request.endsWithDaemon && conmon.pid !== undefined) await noteMonitor(dir, conmon.pid)
    return await begin(conmon, dir, request)
  } catch (error) {
    await rm(dir, { recursive: true, force: true })
    throw error
  }
}

/** Runs a command to its end. What cannot begin gives Docker's exit code (127 not found, 126 otherwise). */
export async function execute(
  ground: Ground,
  id: string,
  command: readonly string[],
  options: ExecOptions & { timeoutMs?: number },
): Promise<ExecResult> {
  try {
    const exec = await startExec(ground, id, {
      ...options,
      command,
      input: false,
      attached: true,
      endsWithDaemon: true,
    })
    return await collect(exec, options.timeoutMs)
  } catch (error) {
    if (!isPatchbayError(error) || typeof error.data.exitCode !== 'number') throw error
    return { exitCode: error.data.exitCode, stdout: '', stderr: `${error.message}\n` }
  }
}

async function buildExecProcess(paths: ContainerPaths, request: ExecRequest) {
  const { command, size, terminal = false } = request
  const { process } = specSchema.parse(JSON.parse((await readIfThere(paths.config)) ?? '{}'))
  const env = mergeEnv(terminal ? [terminalEnv] : [], process.env, request.env ?? [])
  checkArguments(command, env)
  const user = request.user ? await resolveUser(paths.rootfs, request.user) : process.user
  return {
    ...process,
    terminal,
    consoleSize: size && consoleSizeOf(size),
    args: command,
    env,
    user: specUser(user),
    cwd: request.workingDir ? absolute(request.workingDir) : process.cwd,
    capabilities: capabilitySets(user, process.capabilities.bounding),
  }
}

function inputOf({ input, terminal }: ExecRequest): ConsoleOptions['input'] {
  if (!input) return 'none'
  return terminal ? 'open' : 'once'
}

/** It waits before the command until somebody is attached, where somebody shall be. */
function startConmon({ layout, runc }: Ground, id: string, dir: string, request: ExecRequest): ChildProcess {
  const toRunc = ['--root', layout.runcRoot, '--log', '/dev/null']
  const args = [
    ...['--api-version', '1', '--sync', '--exec', '--exec-process-spec', join(dir, 'process.json')],
    ...['--cid', id, '--cuuid', randomUUID(), '--container-pidfile', join(dir, 'pid')],
    ...['--runtime', runc, '--log-path', 'none', '--log-level', 'error'],
    ...['--bundle', dir, '--full-attach', ...(request.attached ? ['--exec-attach'] : [])],
    ...streamArguments(request.terminal ?? false, inputOf(request)),
    ...toRunc.flatMap((argument) => ['--runtime-arg', argument]),
  ]
  const toAttach = { _OCI_STARTPIPE: String(startFd), _OCI_ATTACHPIPE: String(attachFd) }
  return start('conmon', args, {
    cwd: dir,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
    env: { _OCI_SYNCPIPE: String(syncFd), ...(request.attached ? toAttach : {}) },
  })
}

async function begin(child: ChildProcess, dir: string, request: ExecRequest): Promise<RunningExec> {
  const ended = waitForExit(child)
  ended.catch(() => undefined)
  const [sync, go, ready] = child.stdio.slice(syncFd) as [Readable, Writable, Readable]
  const reports = readExecReports(sync)
  const isRunning = async () => isAlive(await reports.pid.catch(() => 0))
  const console = createConsole({ dir, input: inputOf(request), isRunning, known: reports.exitCode })
  const attachment = console.attach(request.input)
  if (request.attached) {
    go.on('error', () => undefined)
    go.write('\n')
    await Promise.race([console.connect(firstByte(ready)), ended])
    go.write('\n')
  } else console.close()
  const pid = await pidOf(reports, ended).catch((error: unknown) => {
    console.close()
    throw error
  })
  for (const pipe of [go, ready]) pipe.destroy()
  void ended.then(() => rm(dir, { recursive: true, force: true })).catch(() => undefined)
  return {
    pid,
    attachment,
    exitCode: reports.exitCode,
    async resize(size) {
      if (request.terminal) await resizeTerminal(dir, size)
    },
    hangUp: () => hangUpSession(pid, reports.exitCode),
  }
}

/** Throws what kept the command from beginning. */
async function pidOf(reports: ExecReports, ended: Promise<void>): Promise<number> {
  const pid = await Promise.race([reports.pid, ended.then(() => reports.pid)])
  if (pid > 0) return pid
  throw execError(await reports.refusal)
}

/** Resolves with the first byte, or at the end. */
function firstByte(pipe: Readable): Promise<unknown> {
  return new Promise((resolve) => {
    for (const event of ['data', 'close', 'error']) pipe.once(event, resolve)
  })
}

/** Rejects when conmon could not be run at all. */
function waitForExit(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(noConmon(error)))
    child.on('exit', () => resolve())
  })
}

async function collect({ pid, attachment, exitCode }: RunningExec, timeoutMs: number | undefined): Promise<ExecResult> {
  const limit = { hit: false }
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          limit.hit = true
          signalSession(pid, 'SIGKILL')
        }, timeoutMs)
  try {
    const { stdout, stderr } = await readCapped(attachment)
    const code = await exitCode
    if (!limit.hit) return { exitCode: code, stdout, stderr }
    const notice = `patchbay: took longer than ${timeoutMs} ms and was ended\n`
    return { exitCode: killedExitCode, stdout, stderr: stderr + notice }
  } finally {
    clearTimeout(timer)
  }
}

/** All that it writes, up to a limit for each stream; says how much was cut. */
async function readCapped({ output }: Attachment): Promise<{ stdout: string; stderr: string }> {
  const kept = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
  const bytes = { stdout: 0, stderr: 0 }
  for await (const chunk of output) {
    const room = maxOutputBytes - bytes[chunk.stream]
    if (room > 0) kept[chunk.stream].push(chunk.bytes.subarray(0, room))
    bytes[chunk.stream] += chunk.bytes.length
  }
  const textOf = (stream: 'stdout' | 'stderr') => {
    const text = Buffer.concat(kept[stream]).toString('utf8')
    const cut = bytes[stream] - maxOutputBytes
    return cut > 0 ? `${text}\npatchbay: output cut here, ${cut} more bytes\n` : text
  }
  return { stdout: textOf('stdout'), stderr: textOf('stderr') }
}
