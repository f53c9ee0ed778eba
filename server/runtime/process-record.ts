import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { readIfThere, writeWhole } from './file'
import type { ContainerPaths } from './layout'

const schema = z.object({
  pid: z.number().int(),
  /** Clock ticks since boot, /proc/<pid>/stat field 22: with the pid and the boot, no other process has it. */
  startTime: z.number().int(),
  bootId: z.string(),
})
/** Which process a container is, so that a later daemon can tell it from strangers. */
export type ProcessRecord = z.infer<typeof schema>

export async function writeRecord(path: string, pid: number): Promise<void> {
  const record: ProcessRecord = { pid, startTime: readStat(pid)?.startTime ?? 0, bootId: readBootId() }
  await writeWhole(path, JSON.stringify(record))
}

/** Undefined where there is none, or none that can be read. */
export async function readRecord(path: string): Promise<ProcessRecord | undefined> {
  const text = await readIfThere(path)
  if (text === undefined) return undefined
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** A process that has ended but was not reaped yet counts as ended. Files of /proc are read at once: they are memory. */
export function isRunning(record: ProcessRecord): boolean {
  const stat = readStat(record.pid)
  if (!stat || stat.startTime !== record.startTime || stat.state === 'Z' || stat.state === 'X') return false
  return record.bootId === readBootId()
}

/** While its conmon lives it will still write the exit code. The id among its arguments is its proof. */
export async function isMonitored(paths: ContainerPaths, id: string): Promise<boolean> {
  const pid = Number(await readIfThere(paths.monitorPidFile))
  if (!(pid > 1)) return false
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return commandLine.startsWith('conmon\0') && commandLine.split('\0').includes(id)
}

/** The name in brackets may hold blanks and brackets itself: count from the last one. */
export function parseStat(text: string): { state: string; parent: number; startTime: number } | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, parent, startTime] = [fields[0], Number(fields[1]), Number(fields[19])]
  return state && Number.isFinite(startTime) ? { state, parent, startTime } : undefined
}

/** Undefined where it has ended. */
export function parentOf(pid: number): number | undefined {
  return readStat(pid)?.parent
}

function readStat(pid: number) {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return undefined
  }
}

let bootId: string | undefined

function readBootId(): string {
  bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return bootId
}
