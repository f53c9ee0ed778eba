import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { z } from 'zod'
import { start } from '../kernel/run'
import { noConmon } from './conmon'
import type { ExecOptions, ExecResult } from './contract'
import { forward, readCapped, readExecReports, waitForExit } from './exec-output'
import { readIfThere } from './file'
import type { Ground } from './launch'
import { type ContainerPaths, pathsOf } from './layout'
import { exitCodeOf } from './runc-error'
import { absolute, capabilitySets, checkArguments, mergeEnv, specUser } from './spec'
import { resolveUser } from './user'

const killedExitCode = 137

const specSchema = z.object({
  process: z.looseObject({
    user: z.object({ uid: z.number(), gid: z.number(), additionalGids: z.array(z.number()).default([]) }),
    env: z.array(z.string()),
    cwd: z.string(),
    capabilities: z.object({ bounding: z.array(z.string()) }),
  }),
})

/**
 * `runc exec` with the container's own environment, user and capabilities where the options name
 * no others. What cannot begin gives Docker's exit code (127 not found, 126 otherwise) and
 * runc's words on stderr; what takes too long is killed (137), and stderr says so. Background
 * processes that a command leaves do not keep it.
 */
export async function execute(
  ground: Ground,
  id: string,
  command: readonly string[],
  options: ExecOptions,
): Promise<ExecResult> {
  const process = await buildExecProcess(pathsOf(ground.layout, id), command, options)
  const execId = randomUUID()
  const files = join(ground.layout.execs, execId)
  const [spec, pidFile] = [`${files}.json`, `${files}.pid`]
  try {
    await writeFile(spec, JSON.stringify(process), { mode: 0o600 })
    return await collect(startExec(ground, { id, execId, spec, pidFile }, options), options)
  } finally {
    await Promise.all([spec, pidFile].map((path) => rm(path, { force: true })))
  }
}

async function buildExecProcess(paths: ContainerPaths, command: readonly string[], options: ExecOptions) {
  const { process } = specSchema.parse(JSON.parse((await readIfThere(paths.config)) ?? '{}'))
  const env = mergeEnv(process.env, options.env ?? [])
  checkArguments(command, env)
  const user = options.user ? await resolveUser(paths.rootfs, options.user) : process.user
  return {
    ...process,
    args: command,
    env,
    user: specUser(user),
    cwd: options.workingDir ? absolute(options.workingDir) : process.cwd,
    capabilities: capabilitySets(user, process.capabilities.bounding),
  }
}

/**
 * conmon stands between, because runc itself waits for background processes to close the
 * streams. It hands ours through ("passthrough") and reports pid and exit code on the sync pipe.
 */
function startExec(
  { layout, runc }: Ground,
  exec: { id: string; execId: string; spec: string; pidFile: string },
  { stdin }: ExecOptions,
): ChildProcess {
  const toRunc = ['--root', layout.runcRoot, '--log', '/dev/null']
  const args = [
    ...['--api-version', '1', '--sync', '--exec', '--exec-process-spec', exec.spec],
    ...['--cid', exec.id, '--cuuid', exec.execId, '--container-pidfile', exec.pidFile],
    ...['--runtime', runc, '--log-path', 'passthrough', '--log-level', 'error'],
    ...toRunc.flatMap((argument) => ['--runtime-arg', argument]),
  ]
  const child = start('conmon', args, {
    stdio: [stdin ? 'pipe' : 'ignore', 'pipe', 'pipe', 'pipe'],
    env: { _OCI_SYNCPIPE: '3' },
  })
  if (stdin && child.stdin) {
    // A command that ends does not read what is still written to it.
    child.stdin.on('error', () => undefined)
    stdin.pipe(child.stdin)
  }
  return child
}

async function collect(child: ChildProcess, { timeoutMs, take }: ExecOptions): Promise<ExecResult> {
  const limit = createTimeLimit(timeoutMs)
  const [out, err, sync] = child.stdio.slice(1) as Readable[]
  if (!out || !err || !sync) throw noConmon(child)
  try {
    const exitCode = readExecReports(sync, limit.begin)
    const [code, stdout, stderr] = await Promise.all([
      exitCode,
      take ? forward(out, exitCode, (chunk) => take('stdout', chunk)) : readCapped(out, exitCode),
      take ? forward(err, exitCode, (chunk) => take('stderr', chunk)) : readCapped(err, exitCode),
      waitForExit(child).catch((error: unknown) => {
        throw noConmon(error)
      }),
    ])
    if (code === undefined) return refused(stderr)
    if (limit.hit) return { exitCode: killedExitCode, stdout, stderr: stderr + limit.notice }
    return { exitCode: code, stdout, stderr }
  } finally {
    limit.clear()
  }
}

/** From the moment that the command began; then its whole session is killed. */
function createTimeLimit(timeoutMs: number | undefined) {
  let timer: NodeJS.Timeout | undefined
  const limit = {
    hit: false,
    notice: `patchbay: took longer than ${timeoutMs} ms and was ended\n`,
    begin(pid: number) {
      if (timeoutMs === undefined) return
      timer = setTimeout(() => {
        limit.hit = true
        killSession(pid)
      }, timeoutMs)
    },
    clear: () => clearTimeout(timer),
  }
  return limit
}

/** runc makes what it starts the leader of a session, so its group holds what it started in turn. */
function killSession(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It ended by itself meanwhile.
  }
}

function refused(stderr: string): ExecResult {
  const message = stderr.trim()
  return { exitCode: exitCodeOf(message), stdout: '', stderr: `OCI runtime exec failed: ${message}: unknown\n` }
}
