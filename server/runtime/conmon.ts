import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import type { Container } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { sentence } from '../cnm/sentence'
import { start } from '../kernel/run'
import type { ContainerPaths, Layout } from './layout'
import { parseReport, startError } from './runc-error'
import type { ConsoleOptions } from './streams/console'
import { inputOf } from './streams/consoles'

/**
 * Past this size conmon begins the file anew and the lines before are gone; since a start
 * appends to what is there, a log may reach twice this size.
 */
const maxLogBytes = 128 * 1024 * 1024

const createTimeoutMs = 30_000
/** Descriptor on which conmon reports; the fourth of its `stdio`. */
const syncFd = 3

/**
 * `conmon … runc create`: the process exists and waits at its start. conmon forks itself away
 * from the daemon, so the child started here ends at once and no zombie stays. Gives the pid.
 * Throws as startError says; then nothing runs any more.
 */
export async function createProcess(
  layout: Layout,
  paths: ContainerPaths,
  container: Container,
  runc: string,
): Promise<number> {
  const child = start('conmon', argumentsOf(layout, paths, container, runc), {
    cwd: paths.dir,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    detached: true,
    // conmon stamps log lines in local time and writes half-hour offsets wrongly.
    env: { _OCI_SYNCPIPE: String(syncFd), TZ: 'UTC' },
  })
  const [report, ended] = await Promise.all([readReport(child), waitForExit(child)])
  if (report === '') throw startError(ended)
  const outcome = parseReport(report)
  if ('error' in outcome) throw outcome.error
  return outcome.pid
}

function argumentsOf(layout: Layout, paths: ContainerPaths, container: Container, runc: string): string[] {
  const { id, options } = container
  const toRunc = ['--root', layout.runcRoot, '--log', paths.runcLog]
  return [
    ...['--cid', id, '--cuuid', id, '--name', id],
    ...['--runtime', runc, '--bundle', paths.dir],
    ...['--container-pidfile', paths.pidFile, '--conmon-pidfile', paths.monitorPidFile],
    ...['--exit-dir', layout.exits, '--persist-dir', paths.dir, '--socket-dir-path', layout.sockets],
    ...['--log-path', `k8s-file:${paths.log}`, '--log-size-max', String(maxLogBytes), '--no-sync-log'],
    ...['--log-level', 'error'],
    ...streamArguments(options.tty, inputOf(container)),
    ...toRunc.flatMap((argument) => ['--runtime-arg', argument]),
  ]
}

/** What conmon is told of the program's streams. Left open: the input does not end with the client that writes it. */
export function streamArguments(terminal: boolean, input: ConsoleOptions['input']): string[] {
  return [
    ...(terminal ? ['--terminal'] : []),
    ...(input === 'none' ? [] : ['--stdin']),
    ...(input === 'open' ? ['--leave-stdin-open'] : []),
  ]
}

/** The first line on the sync pipe; empty where conmon closed it without a word. */
function readReport(child: ChildProcess): Promise<string> {
  const pipe = child.stdio[syncFd] as Readable
  return new Promise((resolve, reject) => {
    let text = ''
    const finish = (error?: Error) => {
      clearTimeout(timer)
      pipe.destroy()
      if (error) reject(error)
      else resolve(text.split('\n')[0] ?? '')
    }
    const timer = setTimeout(
      () =>
        finish(new PatchbayError('system', sentence`the container was not made within ${createTimeoutMs / 1000} s`)),
      createTimeoutMs,
    )
    pipe.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.includes('\n')) finish()
    })
    pipe.on('error', finish)
    pipe.on('close', () => finish())
  })
}

/** What the first process said on its way out; conmon itself goes on without it. */
function waitForExit(child: ChildProcess): Promise<string> {
  let stderr = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(noConmon(error)))
    child.on('exit', () => resolve(stderr))
  })
}

export function noConmon(cause: unknown): PatchbayError {
  return new PatchbayError('unavailable', sentence`conmon could not be run; install the Debian package conmon`, {
    cause,
  })
}
