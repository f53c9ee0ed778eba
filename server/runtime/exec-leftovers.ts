import { readdirSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hangUpPatienceMs, signalSession } from '../kernel/session'
import { isRunning, parentOf, readRecord, writeRecord } from './process-record'

const endWaitMs = 2_000

const recordIn = (dir: string) => join(dir, 'monitor.json')

/** Notes that an exec is to end with its daemon, by the conmon that holds it. */
export async function noteMonitor(dir: string, pid: number): Promise<void> {
  await writeRecord(recordIn(dir), pid)
}

/**
 * Files of execs that a killed daemon left, and those of its execs that nobody can reach any more. All others go on:
 * a detached one, and a command without a terminal, do their work to the end, as with Docker.
 */
export async function clearExecs(directory: string): Promise<void> {
  const dirs = (await readdir(directory)).map((name) => join(directory, name))
  await Promise.all(dirs.map(endUnreachable))
  await Promise.all(dirs.map((dir) => rm(dir, { recursive: true, force: true })))
}

/** conmon ends by itself once its command has. */
async function endUnreachable(dir: string): Promise<void> {
  const record = await readRecord(recordIn(dir))
  if (!record || !isRunning(record)) return
  const { pid } = record
  const signal = (one: NodeJS.Signals) => {
    if (isRunning(record)) for (const child of childrenOf(pid)) signalSession(child, one)
  }
  signal('SIGHUP')
  // What was stopped hears of it only when it goes on.
  signal('SIGCONT')
  if (await ends(() => isRunning(record), hangUpPatienceMs)) return
  signal('SIGKILL')
  if (await ends(() => isRunning(record), endWaitMs)) return
  if (isRunning(record)) process.kill(pid, 'SIGKILL')
}

function childrenOf(pid: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map(Number).filter((one) => parentOf(one) === pid)
}

async function ends(goesOn: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs
  while (goesOn() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10))
  return !goesOn()
}
