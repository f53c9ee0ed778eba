import { readFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import type { ContainerId } from '../cnm/ids'
import { cgroupMount, cgroupPath } from './cgroup'
import type { BlockCounter, ContainerStats, InterfaceCounters } from './contract'
import { readIfThere } from './file'

/** Nanoseconds of a clock tick of user programs: always a hundredth of a second on Linux. */
const tickNs = 10_000_000

/** What a running container takes of the host, from files alone. `pid` is any process in its network namespace. */
export async function readStats(id: ContainerId, pid: number): Promise<ContainerStats> {
  const [cpu, memory, pids, block, host, interfaces] = await Promise.all([
    readCpu(id),
    readMemory(id),
    readPids(id),
    readBlock(id),
    readIfThere('/proc/stat'),
    readFile(`/proc/${pid}/net/dev`, 'utf8').catch(() => ''),
  ])
  return { readAt: new Date(), ...parseHost(host ?? ''), cpu, memory, pids, block, interfaces: parseNetDev(interfaces) }
}

/** One file of a container's control group; in version 1 each controller has a tree of its own. */
async function read(id: ContainerId, controller: string, name: string): Promise<string | undefined> {
  return (
    (await readIfThere(join(cgroupMount, controller, cgroupPath(id), name))) ??
    (await readIfThere(join(cgroupMount, cgroupPath(id), name)))
  )
}

async function readCpu(id: ContainerId): Promise<ContainerStats['cpu']> {
  const [stat, usage, each, ticks] = await Promise.all([
    read(id, 'cpu', 'cpu.stat'),
    read(id, 'cpuacct', 'cpuacct.usage'),
    read(id, 'cpuacct', 'cpuacct.usage_percpu'),
    read(id, 'cpuacct', 'cpuacct.stat'),
  ])
  const [counts, modes] = [parsePairs(stat ?? ''), parsePairs(ticks ?? '')]
  const throttling = {
    periods: counts.nr_periods ?? 0,
    throttledPeriods: counts.nr_throttled ?? 0,
    throttledNs: counts.throttled_time ?? (counts.throttled_usec ?? 0) * 1000,
  }
  if (usage === undefined) {
    const [total, user, kernel] = [counts.usage_usec, counts.user_usec, counts.system_usec]
    return {
      totalNs: (total ?? 0) * 1000,
      userNs: (user ?? 0) * 1000,
      kernelNs: (kernel ?? 0) * 1000,
      eachNs: [],
      ...throttling,
    }
  }
  return {
    totalNs: Number(usage),
    userNs: (modes.user ?? 0) * tickNs,
    kernelNs: (modes.system ?? 0) * tickNs,
    eachNs: (each ?? '').trim().split(' ').filter(Boolean).map(Number),
    ...throttling,
  }
}

async function readMemory(id: ContainerId): Promise<ContainerStats['memory']> {
  const [usage1, max1, limit1, usage2, limit2, stat] = await Promise.all([
    read(id, 'memory', 'memory.usage_in_bytes'),
    read(id, 'memory', 'memory.max_usage_in_bytes'),
    read(id, 'memory', 'memory.limit_in_bytes'),
    read(id, 'memory', 'memory.current'),
    read(id, 'memory', 'memory.max'),
    read(id, 'memory', 'memory.stat'),
  ])
  const limit = Number(limit1 ?? limit2 ?? Number.NaN)
  return {
    usageBytes: Number(usage1 ?? usage2 ?? 0),
    maxUsageBytes: max1 === undefined ? null : Number(max1),
    // "max", and the huge number that version 1 has for it, mean all that the host has.
    limitBytes: Math.min(Number.isFinite(limit) ? limit : totalmem(), totalmem()),
    details: parsePairs(stat ?? ''),
  }
}

async function readPids(id: ContainerId): Promise<ContainerStats['pids']> {
  const [current, max] = await Promise.all([read(id, 'pids', 'pids.current'), read(id, 'pids', 'pids.max')])
  const limit = Number(max)
  return { current: Number(current ?? 0), limit: Number.isFinite(limit) ? limit : null }
}

async function readBlock(id: ContainerId): Promise<ContainerStats['block']> {
  const [bytes, requests, unified] = await Promise.all([
    read(id, 'blkio', 'blkio.throttle.io_service_bytes_recursive'),
    read(id, 'blkio', 'blkio.throttle.io_serviced_recursive'),
    read(id, 'blkio', 'io.stat'),
  ])
  if (unified !== undefined) return parseIoStat(unified)
  return { bytes: parseBlkio(bytes ?? ''), requests: parseBlkio(requests ?? '') }
}

/** "8:0 Read 4096" */
export function parseBlkio(text: string): BlockCounter[] {
  return [...text.matchAll(/^(\d+):(\d+) (\w+) (\d+)$/gm)].map(([, major, minor, op = '', value]) => ({
    ...{ major: Number(major), minor: Number(minor), op, value: Number(value) },
  }))
}

/** "8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0" */
export function parseIoStat(text: string): ContainerStats['block'] {
  const lines = [...text.matchAll(/^(\d+):(\d+) (.*)$/gm)]
  const counters = (read: string, write: string) =>
    lines.flatMap(([, major, minor, rest = '']) =>
      [['read', read] as const, ['write', write] as const].map(([op, name]) => {
        const value = Number(new RegExp(`\\b${name}=(\\d+)`).exec(rest)?.[1] ?? 0)
        return { major: Number(major), minor: Number(minor), op, value }
      }),
    )
  return { bytes: counters('rbytes', 'wbytes'), requests: counters('rios', 'wios') }
}

/** Lines of a name and a number. */
export function parsePairs(text: string): Record<string, number> {
  return Object.fromEntries([...text.matchAll(/^(\w+) (\d+)$/gm)].map(([, name, value]) => [name, Number(value)]))
}

/** The time that all processors have counted, idle or not, and how many there are. */
export function parseHost(text: string): { hostNs: number; processors: number } {
  const ticks = /^cpu +(.*)$/m.exec(text)?.[1]?.split(' ').slice(0, 8).map(Number) ?? []
  return {
    hostNs: ticks.reduce((sum, one) => sum + one, 0) * tickNs,
    processors: text.match(/^cpu\d+ /gm)?.length ?? 0,
  }
}

/** /proc/<pid>/net/dev, loopback left out. */
export function parseNetDev(text: string): Record<string, InterfaceCounters> {
  const rows = [...text.matchAll(/^ *([^:\s]+): *(.*)$/gm)].filter(([, name]) => name !== 'lo')
  return Object.fromEntries(
    rows.map(([, name, rest = '']) => {
      const counts = rest.trim().split(/\s+/).map(Number)
      const part = (from: number) => ({
        ...{ bytes: counts[from] ?? 0, packets: counts[from + 1] ?? 0 },
        ...{ errors: counts[from + 2] ?? 0, dropped: counts[from + 3] ?? 0 },
      })
      return [name, { received: part(0), sent: part(8) }]
    }),
  )
}
