import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PatchbayError } from '../cnm/errors'
import type { ContainerId } from '../cnm/ids'
import { CommandError, run } from '../kernel/run'
import { cgroupMount, cgroupPath } from './cgroup'
import type { ProcessTable } from './contract'
import { readIfThere } from './file'

/** Host pids of all that runs in a container, commands of exec and what they started included. */
async function listPids(id: ContainerId): Promise<number[]> {
  for (const controller of ['', 'pids', 'freezer', 'memory', 'devices']) {
    const text = await readPids(join(cgroupMount, controller, cgroupPath(id)))
    if (text !== undefined) return text
  }
  return []
}

/** A container may make control groups below its own. */
async function readPids(dir: string): Promise<number[] | undefined> {
  const text = await readIfThere(join(dir, 'cgroup.procs'))
  if (text === undefined) return undefined
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => [])
  const below = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map((entry) => readPids(join(dir, entry.name))),
  )
  return [...text.split('\n').filter(Boolean).map(Number), ...below.flatMap((pids) => pids ?? [])]
}

/** `ps <options>` for the processes of a container. Throws invalid-parameter for options that ps does not take. */
export async function listProcesses(id: ContainerId, options: readonly string[]): Promise<ProcessTable> {
  const pids = await listPids(id)
  return parsePs(await ps(options, pids), pids)
}

/** Some options ("f") cannot be had together with a choice of processes: then all are listed and ours picked. */
async function ps(options: readonly string[], pids: readonly number[]): Promise<string> {
  const chosen = `-q${pids.join(',')}`
  try {
    return (await run('ps', [...options, chosen]).catch(() => run('ps', options))).stdout
  } catch (error) {
    if (!(error instanceof CommandError) || error.exitCode === undefined) throw error
    const [reason] = error.stderr.trim().split('\n')
    throw new PatchbayError('invalid-parameter', `ps: ${reason}`, { field: 'ps_args', cause: error })
  }
}

/** The rows of these processes; the last column takes the rest of its line. */
export function parsePs(text: string, pids: readonly number[]): ProcessTable {
  const [head = '', ...lines] = text.split('\n').filter((line) => line !== '')
  const titles = head.trim().split(/\s+/)
  const column = titles.indexOf('PID')
  if (column < 0) throw new PatchbayError('invalid-parameter', "Couldn't find PID field in ps output")
  const rows = lines.map((line) => {
    const words = line.trim().split(/\s+/)
    const last = words.slice(titles.length - 1).join(' ')
    return [...words.slice(0, titles.length - 1), last]
  })
  return { titles, processes: rows.filter((row) => pids.includes(Number(row[column]))) }
}
