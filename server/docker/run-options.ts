import { z } from 'zod'
import type { ContainerOptions, LimitOptions, RestartPolicy } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { parseHealthcheck } from '../cnm/healthcheck'
import type { ContainerUpdateInput } from '../engine/contract'
import { mountSchema, mountsOf } from './mount-input'
import { refuse } from './refuse'

const list = z.array(z.string()).nullish()
const number = z.int().nullish()
const text = z.string().nullish()
const texts = z.record(z.string(), z.string()).nullish()

/** Fields of `HostConfig`, and of the body of an update: limits and restart policy. */
export const limitFields = {
  Memory: number,
  MemorySwap: number,
  MemoryReservation: number,
  NanoCpus: number,
  CpuQuota: number,
  CpuPeriod: number,
  CpuShares: number,
  CpusetCpus: text,
  CpusetMems: text,
  PidsLimit: number,
  RestartPolicy: z.object({ Name: text, MaximumRetryCount: number }).nullish(),
}
const limitSchema = z.object(limitFields)
type Limits = z.infer<typeof limitSchema>

/** Fields of `HostConfig` on how a container runs. */
export const runHostFields = {
  ...limitFields,
  Binds: list,
  Mounts: z.array(mountSchema).nullish(),
  Tmpfs: texts,
  VolumesFrom: list,
  ReadonlyRootfs: z.boolean().nullish(),
  Init: z.boolean().nullish(),
  Sysctls: texts,
  SecurityOpt: list,
  Ulimits: z.array(z.object({ Name: z.string(), Soft: z.int(), Hard: z.int() })).nullish(),
  ShmSize: number,
  GroupAdd: list,
  OomScoreAdj: number,
}

/** Fields of the configuration on how a container runs. */
export const runConfigFields = {
  StopSignal: text,
  StopTimeout: number,
  Volumes: z.record(z.string(), z.unknown()).nullish(),
  Healthcheck: z
    .object({
      Test: list,
      Interval: number,
      Timeout: number,
      StartPeriod: number,
      StartInterval: number,
      Retries: number,
    })
    .nullish(),
}

const hostSchema = z.object(runHostFields)
const configSchema = z.object(runConfigFields)
type RunBody = z.infer<typeof configSchema> & { readonly HostConfig?: z.infer<typeof hostSchema> | null | undefined }

/** How it runs, as the engine takes it: only what was asked for. */
export function runOptions({ HostConfig, ...config }: RunBody): Partial<ContainerOptions> {
  const host = HostConfig ?? {}
  refuse(config.Healthcheck?.StartInterval, '--health-start-interval')
  const healthcheck = config.Healthcheck ? parseHealthcheck(config.Healthcheck) : undefined
  return {
    ...limitOptions(host),
    ...(config.StopSignal ? { stopSignal: config.StopSignal } : {}),
    ...(typeof config.StopTimeout === 'number' ? { stopTimeoutSeconds: config.StopTimeout } : {}),
    ...(healthcheck ? { healthcheck } : {}),
    mounts: mountsOf({ ...host, Volumes: config.Volumes }),
    volumesFrom: host.VolumesFrom ?? [],
    readOnly: host.ReadonlyRootfs ?? false,
    init: host.Init ?? false,
    sysctls: host.Sysctls ?? {},
    securityOpt: host.SecurityOpt ?? [],
    ulimits: (host.Ulimits ?? []).map(({ Name: name, Soft: soft, Hard: hard }) => ({ name, soft, hard })),
    shmSizeBytes: host.ShmSize || null,
    groupAdd: host.GroupAdd ?? [],
    oomScoreAdj: host.OomScoreAdj ?? 0,
  }
}

/** Docker's zero says that nothing was said. */
function limitOptions(host: Limits): Partial<LimitOptions & Pick<ContainerOptions, 'restartPolicy'>> {
  const given = {
    nanoCpus: host.NanoCpus,
    cpuQuotaUs: host.CpuQuota,
    cpuPeriodUs: host.CpuPeriod,
    cpuShares: host.CpuShares,
    cpusetCpus: host.CpusetCpus,
    cpusetMems: host.CpusetMems,
    // Without a memory limit, -1 says nothing: clients send it of their own accord.
    memorySwapBytes: host.MemorySwap === -1 && !host.Memory ? undefined : host.MemorySwap,
    memoryReservationBytes: host.MemoryReservation,
    restartPolicy: host.RestartPolicy?.Name ? restartPolicyOf(host.RestartPolicy) : undefined,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => Boolean(value)))
}

/** An update's: limits that are not mentioned, or zero, stay; of processes zero lifts the limit. */
export function updateOf(body: Limits): ContainerUpdateInput {
  const { Memory: memory, PidsLimit: pids } = body
  return {
    ...(memory ? { memoryBytes: memory } : {}),
    ...(typeof pids === 'number' ? { pidsLimit: pids > 0 ? pids : null } : {}),
    options: limitOptions(body),
  }
}

const policies = ['no', 'always', 'on-failure', 'unless-stopped'] as const

function restartPolicyOf({ Name, MaximumRetryCount }: NonNullable<Limits['RestartPolicy']>): RestartPolicy {
  const name = policies.find((policy) => policy === Name)
  if (name !== undefined) return { name, maximumRetryCount: MaximumRetryCount ?? 0 }
  throw new PatchbayError(
    'invalid-parameter',
    `invalid restart policy: unknown policy '${Name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`,
  )
}
