import type { Limited } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { type ContainerId, shortId } from '../cnm/ids'
import { sentence } from '../cnm/sentence'
import { run } from '../kernel/run'
import type { CgroupFacts } from './cgroup'
import type { Layout } from './layout'

/** Docker's period: 0.1 s. */
const usualPeriodUs = 100_000

/** The limits as the OCI's `linux.resources`; what this host's control groups cannot hold is left out. */
export function resourcesOf(limited: Limited, cgroups: CgroupFacts) {
  return {
    ...(limited.pidsLimit !== null && cgroups.pids ? { pids: { limit: limited.pidsLimit } } : {}),
    ...group('memory', cgroups.memory ? memoryOf(limited, cgroups) : {}),
    ...group('cpu', { ...(cgroups.cpu ? timeOf(limited) : {}), ...(cgroups.cpuset ? setsOf(limited) : {}) }),
  }
}

/** Memory and swap together are twice the memory, Docker's rule, where the host counts swap at all. */
function memoryOf({ memoryBytes, options }: Limited, { swap }: CgroupFacts) {
  const { memorySwapBytes, memoryReservationBytes } = options
  return {
    ...(memoryBytes === null ? {} : { limit: memoryBytes }),
    ...(memoryBytes !== null && swap ? { swap: memorySwapBytes ?? 2 * memoryBytes } : {}),
    ...(memoryReservationBytes === null ? {} : { reservation: memoryReservationBytes }),
  }
}

function timeOf({ options: { nanoCpus, cpuQuotaUs, cpuPeriodUs, cpuShares } }: Limited) {
  const shares = cpuShares === null ? {} : { shares: cpuShares }
  if (nanoCpus !== null) {
    return { ...shares, period: usualPeriodUs, quota: Math.round((nanoCpus / 1e9) * usualPeriodUs) }
  }
  return {
    ...shares,
    ...(cpuQuotaUs === null ? {} : { quota: cpuQuotaUs }),
    ...(cpuPeriodUs === null ? {} : { period: cpuPeriodUs }),
  }
}

function setsOf({ options: { cpusetCpus, cpusetMems } }: Limited) {
  return { ...(cpusetCpus === '' ? {} : { cpus: cpusetCpus }), ...(cpusetMems === '' ? {} : { mems: cpusetMems }) }
}

function group<Values extends object>(name: string, values: Values): Record<string, Values> {
  return Object.keys(values).length > 0 ? { [name]: values } : {}
}

/** What a container asks for and this host cannot hold, in Docker's sentences. */
export function limitWarnings(limited: Limited, cgroups: CgroupFacts): string[] {
  const { memoryBytes, pidsLimit, options } = limited
  const asksForTime = options.nanoCpus ?? options.cpuQuotaUs ?? options.cpuPeriodUs
  const lacks = (what: string, then: string) =>
    `Your kernel does not support ${what} or the cgroup is not mounted. ${then}`
  return [
    ...(memoryBytes !== null && !cgroups.memory ? [lacks('memory limit capabilities', 'Limitation discarded.')] : []),
    ...(memoryBytes !== null && cgroups.memory && !cgroups.swap
      ? [lacks('swap limit capabilities', 'Memory limited without swap.')]
      : []),
    ...(options.memoryReservationBytes !== null && !cgroups.memory
      ? [lacks('memory soft limit capabilities', 'Limitation discarded.')]
      : []),
    ...(pidsLimit !== null && !cgroups.pids ? [lacks('PIDs limit capabilities', 'PIDs limit discarded.')] : []),
    ...(asksForTime !== null && !cgroups.cpu ? [lacks('CPU CFS scheduler', 'Limitation discarded.')] : []),
    ...(options.cpuShares !== null && !cgroups.cpu ? [lacks('CPU shares', 'Shares discarded.')] : []),
    ...(options.cpusetCpus + options.cpusetMems !== '' && !cgroups.cpuset
      ? [lacks('cpuset', 'Cpuset discarded.')]
      : []),
  ]
}

/** `runc update --resources -` */
export async function updateLimits(
  layout: Layout,
  id: ContainerId,
  limited: Limited,
  cgroups: CgroupFacts,
): Promise<void> {
  const input = JSON.stringify({ ...unlimited(limited, cgroups), ...resourcesOf(limited, cgroups) })
  try {
    await run('runc', ['--root', layout.runcRoot, '--log', '/dev/null', 'update', '--resources', '-', id], { input })
  } catch (error) {
    throw new PatchbayError('system', sentence`the limits of container ${shortId(id)} could not be set`, {
      cause: error,
    })
  }
}

/** What is limited no longer has to be said: runc leaves alone what is not mentioned. */
function unlimited({ pidsLimit }: Limited, { pids }: CgroupFacts) {
  return pidsLimit === null && pids ? { pids: { limit: -1 } } : {}
}
