import { setTimeout } from 'node:timers/promises'
import type { Container } from '../cnm/container'
import type { BlockCounter, ContainerStats, InterfaceCounters } from '../runtime/contract'
import { type Call, flag, type Route, sendJson } from './call'
import { containerOf } from './container-of'

export const statsRoutes: readonly Route[] = [{ method: 'GET', pattern: '/containers/:id/stats', answer: stats }]

const everyMs = 1_000

/** One sample a second while somebody looks; with `stream=0` one, measured against the second before it. */
async function stats(call: Call): Promise<void> {
  const { query, response, signal } = call
  const isStream = !/^(0|f|false)$/i.test(query.get('stream') ?? '1')
  const isOneShot = !isStream && flag(query, 'one-shot')
  let before = isStream || isOneShot ? undefined : await sample(call)
  if (before?.values !== undefined) await pause(everyMs, signal)
  if (!isStream) return sendJson(call, statsJson(await sample(call), before))
  response.writeHead(200, { 'Content-Type': 'application/json' })
  while (!signal.aborted && isThere(call)) {
    const now = await sample(call)
    response.write(`${JSON.stringify(statsJson(now, before))}\n`)
    before = now
    await pause(everyMs, signal)
  }
  response.end()
}

interface Sample {
  readonly container: Container
  /** Undefined where it does not run. */
  readonly values: ContainerStats | undefined
}

async function sample(call: Call): Promise<Sample> {
  const container = containerOf(call)
  return { container, values: await call.engine.stats(container.id) }
}

function isThere(call: Call): boolean {
  const wanted = call.path.id ?? ''
  return call.engine
    .listContainers()
    .some(({ id, name }) => id.startsWith(wanted) || name === wanted.replace(/^\//, ''))
}

/** Ends early when the client has gone. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => undefined)
}

const never = '0001-01-01T00:00:00Z'

function statsJson({ container, values }: Sample, before: Sample | undefined) {
  return {
    read: values?.readAt.toISOString() ?? never,
    preread: before?.values?.readAt.toISOString() ?? never,
    pids_stats: values ? pidsJson(values.pids) : {},
    blkio_stats: blockJson(values?.block),
    num_procs: 0,
    storage_stats: {},
    cpu_stats: cpuJson(values),
    precpu_stats: cpuJson(before?.values),
    memory_stats: values ? memoryJson(values.memory) : {},
    name: `/${container.name}`,
    id: container.id,
    ...(values && container.sandbox?.key !== 'host' ? { networks: networksJson(values.interfaces) } : {}),
  }
}

function pidsJson({ current, limit }: ContainerStats['pids']) {
  return { current, ...(limit === null ? {} : { limit }) }
}

function blockJson(block: ContainerStats['block'] | undefined) {
  const entries = (counters: readonly BlockCounter[] | undefined) => (block ? (counters ?? []) : null)
  return {
    io_service_bytes_recursive: entries(block?.bytes),
    io_serviced_recursive: entries(block?.requests),
    io_queue_recursive: entries([]),
    io_service_time_recursive: entries([]),
    io_wait_time_recursive: entries([]),
    io_merged_recursive: entries([]),
    io_time_recursive: entries([]),
    sectors_recursive: entries([]),
  }
}

function cpuJson(values: ContainerStats | undefined) {
  const { cpu } = values ?? {}
  return {
    cpu_usage: {
      total_usage: cpu?.totalNs ?? 0,
      ...(cpu && cpu.eachNs.length > 0 ? { percpu_usage: cpu.eachNs } : {}),
      usage_in_kernelmode: cpu?.kernelNs ?? 0,
      usage_in_usermode: cpu?.userNs ?? 0,
    },
    ...(values ? { system_cpu_usage: values.hostNs, online_cpus: values.processors } : {}),
    throttling_data: {
      periods: cpu?.periods ?? 0,
      throttled_periods: cpu?.throttledPeriods ?? 0,
      throttled_time: cpu?.throttledNs ?? 0,
    },
  }
}

function memoryJson({ usageBytes, maxUsageBytes, limitBytes, details }: ContainerStats['memory']) {
  return {
    usage: usageBytes,
    ...(maxUsageBytes === null ? {} : { max_usage: maxUsageBytes }),
    stats: details,
    limit: limitBytes,
  }
}

function networksJson(interfaces: Readonly<Record<string, InterfaceCounters>>) {
  return Object.fromEntries(
    Object.entries(interfaces).map(([name, { received, sent }]) => [
      name,
      {
        rx_bytes: received.bytes,
        rx_packets: received.packets,
        rx_errors: received.errors,
        rx_dropped: received.dropped,
        tx_bytes: sent.bytes,
        tx_packets: sent.packets,
        tx_errors: sent.errors,
        tx_dropped: sent.dropped,
      },
    ]),
  )
}
