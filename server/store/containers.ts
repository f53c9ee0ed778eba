import { z } from 'zod'
import {
  type Container,
  type ContainerOptions,
  type ContainerStatus,
  defaultContainerOptions,
  type ExtraHost,
  type PortBinding,
  type PortRequest,
} from '../cnm/container'
import type { ContainerId, SandboxId } from '../cnm/ids'
import { readSaid, writeSaid } from '../cnm/sentence'
import { stringList, stringMap } from './columns'
import type { Prisma, PrismaClient } from './generated/client'
import { policyPart, policyRow } from './policy-column'

export async function listContainers(database: PrismaClient): Promise<Container[]> {
  const rows = await database.container.findMany({ select: columns, orderBy: { createdAt: 'asc' } })
  return rows.map(toContainer)
}

export function putContainer(database: PrismaClient, container: Container) {
  const { id, ...rest } = toRow(container)
  return database.container.upsert({ where: { id }, create: { id, ...rest }, update: rest, select: { id: true } })
}

export function removeContainers(database: PrismaClient, ids: readonly ContainerId[]) {
  return database.container.deleteMany({ where: { id: { in: [...ids] } } })
}

const status = z.enum(['created', 'running', 'exited', 'dead']) satisfies z.ZodType<ContainerStatus>

const binding = z.object({
  protocol: z.enum(['tcp', 'udp', 'sctp']),
  containerPort: z.number(),
  hostIp: z.string(),
  hostPort: z.number(),
})
const published = z.array(binding) satisfies z.ZodType<PortBinding[]>
const ports = z.array(binding.extend({ hostPortEnd: z.number().exactOptional() })) satisfies z.ZodType<PortRequest[]>

/** Once a record of names to addresses. */
const extraHosts = z.union([
  z.array(z.object({ name: z.string(), address: z.string() })),
  stringMap.transform((hosts) => Object.entries(hosts).map(([name, address]) => ({ name, address }))),
]) satisfies z.ZodType<ExtraHost[]>

const restartPolicy = z.object({
  name: z.enum(['no', 'always', 'unless-stopped', 'on-failure']),
  maximumRetryCount: z.number(),
})

const mount = z.object({
  type: z.enum(['bind', 'volume', 'tmpfs']),
  source: z.string(),
  target: z.string(),
  readOnly: z.boolean(),
  options: stringList,
  short: z.boolean().default(false),
  anonymous: z.boolean().default(false),
})

const ulimit = z.object({ name: z.string(), soft: z.number(), hard: z.number() })

const healthcheck = z.object({
  test: stringList,
  intervalMs: z.number(),
  timeoutMs: z.number(),
  startPeriodMs: z.number(),
  retries: z.number(),
})

const usual = defaultContainerOptions
/** A record from before an option was known has its default. */
const options = z.object({
  entrypoint: stringList.default([...usual.entrypoint]),
  tty: z.boolean().default(usual.tty),
  terminalSize: z.object({ rows: z.number(), columns: z.number() }).nullable().default(usual.terminalSize),
  openStdin: z.boolean().default(usual.openStdin),
  stdinOnce: z.boolean().default(usual.stdinOnce),
  announced: z.array(z.enum(['stdin', 'stdout', 'stderr'])).default([]),
  exposedPorts: stringList.default([...usual.exposedPorts]),
  publishAll: z.boolean().default(usual.publishAll),
  dnsOptions: stringList.default([...usual.dnsOptions]),
  sysctls: stringMap.default({ ...usual.sysctls }),
  readOnly: z.boolean().default(usual.readOnly),
  mounts: z.array(mount).default([]),
  volumesFrom: stringList.default([...usual.volumesFrom]),
  init: z.boolean().default(usual.init),
  nanoCpus: z.number().nullable().default(usual.nanoCpus),
  cpuQuotaUs: z.number().nullable().default(usual.cpuQuotaUs),
  cpuPeriodUs: z.number().nullable().default(usual.cpuPeriodUs),
  cpuShares: z.number().nullable().default(usual.cpuShares),
  cpusetCpus: z.string().default(usual.cpusetCpus),
  cpusetMems: z.string().default(usual.cpusetMems),
  memorySwapBytes: z.number().nullable().default(usual.memorySwapBytes),
  memoryReservationBytes: z.number().nullable().default(usual.memoryReservationBytes),
  ulimits: z.array(ulimit).default([]),
  shmSizeBytes: z.number().nullable().default(usual.shmSizeBytes),
  securityOpt: stringList.default([...usual.securityOpt]),
  groupAdd: stringList.default([...usual.groupAdd]),
  oomScoreAdj: z.number().default(usual.oomScoreAdj),
  healthcheck: healthcheck.nullable().default(null),
  restartPolicy: restartPolicy.default(usual.restartPolicy),
  stopSignal: z.string().nullable().default(usual.stopSignal),
  stopTimeoutSeconds: z.number().nullable().default(usual.stopTimeoutSeconds),
  awaitedNetworks: z.array(z.object({ network: z.string(), settings: z.record(z.string(), z.unknown()) })).default([]),
  links: stringList.default([...usual.links]),
}) satisfies z.ZodType<ContainerOptions>

const columns = {
  id: true,
  name: true,
  image: true,
  imageId: true,
  command: true,
  env: true,
  workingDir: true,
  user: true,
  hostname: true,
  domainname: true,
  labels: true,
  networkMode: true,
  ports: true,
  published: true,
  dns: true,
  dnsSearch: true,
  extraHosts: true,
  pidsLimit: true,
  memoryBytes: true,
  capAdd: true,
  capDrop: true,
  autoRemove: true,
  options: true,
  policy: true,
  sandboxId: true,
  sandboxKey: true,
  status: true,
  paused: true,
  restarting: true,
  restartCount: true,
  stoppedByHand: true,
  pid: true,
  exitCode: true,
  oomKilled: true,
  error: true,
  startedAt: true,
  finishedAt: true,
  createdAt: true,
} satisfies Prisma.ContainerSelect

type Row = Prisma.ContainerGetPayload<{ select: typeof columns }>

function toContainer(row: Row): Container {
  const {
    policy,
    sandboxId,
    sandboxKey,
    status: rawStatus,
    paused,
    restarting,
    restartCount,
    stoppedByHand,
    pid,
    exitCode,
    oomKilled,
    error,
    startedAt,
    finishedAt,
    ...rest
  } = row
  return {
    ...rest,
    id: row.id as ContainerId,
    command: stringList.parse(row.command),
    env: stringList.parse(row.env),
    labels: stringMap.parse(row.labels),
    ports: ports.parse(row.ports),
    published: published.parse(row.published),
    dns: stringList.parse(row.dns),
    dnsSearch: stringList.parse(row.dnsSearch),
    extraHosts: extraHosts.parse(row.extraHosts),
    memoryBytes: row.memoryBytes === null ? null : Number(row.memoryBytes),
    capAdd: stringList.parse(row.capAdd),
    capDrop: stringList.parse(row.capDrop),
    options: options.parse(row.options),
    ...policyPart(policy),
    sandbox: sandboxId === null || sandboxKey === null ? null : { id: sandboxId as SandboxId, key: sandboxKey },
    state: {
      status: status.parse(rawStatus),
      ...{ paused, restarting, restartCount, stoppedByHand },
      ...{ pid, exitCode, oomKilled, error: readSaid(error), startedAt, finishedAt },
    },
  } satisfies Container
}

function toRow({ sandbox, state, policy, ...container }: Container) {
  return {
    ...container,
    ...state,
    error: writeSaid(state.error),
    policy: policyRow(policy),
    options: {
      ...container.options,
      mounts: container.options.mounts.map((one) => ({ ...one })),
      restartPolicy: { ...container.options.restartPolicy },
      terminalSize: container.options.terminalSize && { ...container.options.terminalSize },
      ulimits: container.options.ulimits.map((one) => ({ ...one })),
      healthcheck: container.options.healthcheck && { ...container.options.healthcheck },
      awaitedNetworks: container.options.awaitedNetworks.map(({ network, settings }) => ({
        network,
        settings: settings as Prisma.InputJsonObject,
      })),
    },
    extraHosts: container.extraHosts.map((host) => ({ ...host })),
    ports: container.ports.map((request) => ({ ...request })),
    published: container.published.map((binding) => ({ ...binding })),
    memoryBytes: container.memoryBytes === null ? null : BigInt(container.memoryBytes),
    sandboxId: sandbox?.id ?? null,
    sandboxKey: sandbox?.key ?? null,
  } satisfies Prisma.ContainerUncheckedCreateInput
}
