import { stat } from 'node:fs/promises'
import { z } from 'zod'
import type { ContainerId } from '../cnm/ids'
import { countOomKills } from './cgroup'
import type { ExitEvent } from './contract'
import { readIfThere, writeWhole } from './file'
import type { ContainerPaths } from './layout'

/** Docker's code for an end that nobody saw: the machine went down, or the monitor was killed. */
const unseenExitCode = 255

const schema = z.object({
  exitCode: z.number().int(),
  oomKilled: z.boolean(),
  finishedAt: z.iso.datetime(),
})

/** The end that conmon left word of, or undefined while there is none. To be asked before the cgroup is removed. */
export async function readExitCode(paths: ContainerPaths, id: ContainerId): Promise<ExitEvent | undefined> {
  const text = await readIfThere(paths.exitCode)
  if (text === undefined || !/^-?\d+\s*$/.test(text)) return undefined
  return {
    containerId: id,
    exitCode: Number(text),
    oomKilled: await wasOomKilled(paths, id),
    finishedAt: (await stat(paths.exitCode)).mtime,
  }
}

export async function unseenExit(paths: ContainerPaths, id: ContainerId): Promise<ExitEvent> {
  return {
    containerId: id,
    exitCode: unseenExitCode,
    oomKilled: await wasOomKilled(paths, id),
    finishedAt: new Date(),
  }
}

export async function writeExit(path: string, event: ExitEvent): Promise<void> {
  const { exitCode, oomKilled, finishedAt } = event
  await writeWhole(path, JSON.stringify({ exitCode, oomKilled, finishedAt: finishedAt.toISOString() }))
}

export async function readExit(path: string, id: ContainerId): Promise<ExitEvent | undefined> {
  const text = await readIfThere(path)
  if (text === undefined) return undefined
  const { exitCode, oomKilled, finishedAt } = schema.parse(JSON.parse(text))
  return { containerId: id, exitCode, oomKilled, finishedAt: new Date(finishedAt) }
}

/** conmon may miss the notice when it comes together with the end itself; the cgroup's counter does not. */
async function wasOomKilled(paths: ContainerPaths, id: ContainerId): Promise<boolean> {
  return (await readIfThere(paths.oom)) !== undefined || (await countOomKills(id)) > 0
}
