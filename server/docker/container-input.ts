import { z } from 'zod'
import type { ContainerOptions, ExtraHost, TerminalSize } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import type { ContainerCreateInput } from '../engine/contract'
import type { Call } from './call'
import { endpointSettings, givenOf } from './endpoint-settings'
import { networkInput } from './network-input'
import { portBindings } from './ports'
import { refuse } from './refuse'
import { runConfigFields, runHostFields, runOptions } from './run-options'

const list = z.array(z.string()).nullish()

const hostSchema = z.looseObject({
  NetworkMode: z.string().nullish(),
  PortBindings: portBindings.nullish(),
  PublishAllPorts: z.boolean().nullish(),
  AutoRemove: z.boolean().nullish(),
  CapAdd: list,
  Privileged: z.boolean().nullish(),
  CapDrop: list,
  Dns: list,
  DnsSearch: list,
  DnsOptions: list,
  ConsoleSize: z.array(z.number().int().min(0).max(65_535)).nullish(),
  ExtraHosts: list,
  Links: list,
  ...runHostFields,
})

export const containerCreateSchema = z.looseObject({
  Hostname: z.string().nullish(),
  Domainname: z.string().nullish(),
  User: z.string().nullish(),
  ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
  Env: list,
  ...runConfigFields,
  Cmd: z.union([list, z.string()]),
  Entrypoint: z.union([list, z.string()]),
  Image: z.string(),
  WorkingDir: z.string().nullish(),
  AttachStdin: z.boolean().nullish(),
  AttachStdout: z.boolean().nullish(),
  AttachStderr: z.boolean().nullish(),
  Tty: z.boolean().nullish(),
  OpenStdin: z.boolean().nullish(),
  StdinOnce: z.boolean().nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
  MacAddress: z.string().nullish(),
  HostConfig: hostSchema.nullish(),
  NetworkingConfig: z.object({ EndpointsConfig: z.record(z.string(), endpointSettings.nullish()).nullish() }).nullish(),
})
type Body = z.infer<typeof containerCreateSchema>

export interface ContainerPlan {
  readonly create: ContainerCreateInput
  /** What the client is told, and is done all the same. */
  readonly warnings: readonly string[]
}

/** Throws PatchbayError ("not-implemented") naming the first thing that Patchbay would have to leave out. */
export function containerPlan(
  { engine, minor }: Pick<Call, 'engine' | 'minor'>,
  body: Body,
  name: string | undefined,
): ContainerPlan {
  refuseUnsupported(body)
  refusePrivileges(body)
  const host = body.HostConfig ?? {}
  const { input: network, warnings } = networkInput(engine, body, minor)
  const command = asList(body.Cmd)
  const entrypoint = asList(body.Entrypoint)
  return {
    create: {
      image: body.Image,
      ...network,
      ...givenOf({
        name,
        command: command.length > 0 ? command : undefined,
        env: body.Env,
        workingDir: body.WorkingDir,
        user: body.User,
        hostname: body.Hostname,
        domainname: body.Domainname,
        labels: body.Labels,
        dns: host.Dns,
        dnsSearch: host.DnsSearch,
        extraHosts: extraHostsOf(host.ExtraHosts ?? []),
        pidsLimit: host.PidsLimit && host.PidsLimit > 0 ? host.PidsLimit : undefined,
        memoryBytes: host.Memory,
        capAdd: host.CapAdd,
        capDrop: host.CapDrop,
        autoRemove: host.AutoRemove,
        options: {
          ...(entrypoint.length > 0 ? { entrypoint } : {}),
          ...runOptions(body),
          publishAll: host.PublishAllPorts ?? false,
          dnsOptions: host.DnsOptions ?? [],
          exposedPorts: Object.keys(body.ExposedPorts ?? {}),
          terminalSize: sizeOf(host.ConsoleSize ?? []),
          announced: announcedBy(body),
          ...{ tty: body.Tty ?? false, openStdin: body.OpenStdin ?? false, stdinOnce: body.StdinOnce ?? false },
        },
      }),
    },
    warnings,
  }
}

function refusePrivileges({ HostConfig: host }: Body): void {
  if (!host?.Privileged) return
  throw new PatchbayError(
    'not-implemented',
    "--privileged is not supported by Patchbay: a container gets the capabilities that it names (--cap-add), and none of the host's devices",
  )
}

function announcedBy({ AttachStdin, AttachStdout, AttachStderr }: Body): ContainerOptions['announced'] {
  return [
    ...(AttachStdin ? (['stdin'] as const) : []),
    ...(AttachStdout ? (['stdout'] as const) : []),
    ...(AttachStderr ? (['stderr'] as const) : []),
  ]
}

/** Zeros say that the client has no terminal. */
function sizeOf([rows = 0, columns = 0]: readonly number[]): TerminalSize | null {
  return rows > 0 && columns > 0 ? { rows, columns } : null
}

function asList(value: string | string[] | null | undefined): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value]
  return value ?? []
}

/** What clients send of their own accord, and what has no meaning on Linux. */
const harmless = new Set(['OnBuild', 'ArgsEscaped', 'ContainerIDFile', 'Isolation'])

/** Values that say what Patchbay does anyway. */
const usual: Readonly<Record<string, readonly unknown[]>> = {
  MemorySwappiness: [-1],
  IpcMode: ['private'],
  CgroupnsMode: ['private', 'host'],
  Runtime: ['runc'],
}

const flags: Readonly<Record<string, string>> = {
  Devices: '--device',
  DeviceCgroupRules: '--device-cgroup-rule',
  DeviceRequests: '--gpus',
  CgroupParent: '--cgroup-parent',
  CgroupnsMode: '--cgroupns',
  IpcMode: '--ipc',
  PidMode: '--pid',
  UTSMode: '--uts',
  UsernsMode: '--userns',
  Runtime: '--runtime',
  VolumeDriver: '--volume-driver',
  StorageOpt: '--storage-opt',
  Annotations: '--annotation',
  OomKillDisable: '--oom-kill-disable',
  MemorySwappiness: '--memory-swappiness',
  KernelMemory: '--kernel-memory',
  CpuRealtimePeriod: '--cpu-rt-period',
  CpuRealtimeRuntime: '--cpu-rt-runtime',
  BlkioWeight: '--blkio-weight',
  BlkioWeightDevice: '--blkio-weight-device',
  BlkioDeviceReadBps: '--device-read-bps',
  BlkioDeviceWriteBps: '--device-write-bps',
  BlkioDeviceReadIOps: '--device-read-iops',
  BlkioDeviceWriteIOps: '--device-write-iops',
}

function refuseUnsupported({ HostConfig: host, NetworkingConfig: _, ...config }: Body): void {
  const known = new Set([...Object.keys(containerCreateSchema.shape), ...Object.keys(hostSchema.shape)])
  const log = (host?.LogConfig as { Type?: string } | undefined)?.Type
  refuse(log && log !== 'json-file', `--log-driver ${log}`)
  for (const [key, value] of [...Object.entries(config), ...Object.entries(host ?? {})]) {
    // Docker passes over fields that its API does not have, as clients put their own there.
    if (!/^[A-Z]/.test(key) || known.has(key) || harmless.has(key) || key === 'LogConfig') continue
    refuse(isSet(value) && !usual[key]?.includes(value), flags[key] ?? key)
  }
}

export function isSet(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === 0 || value === false) return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}

/** "name:address", or "name=address" from newer clients. */
function extraHostsOf(entries: readonly string[]): ExtraHost[] {
  return entries.map((entry) => {
    const [, name, address] = /^([^:=]+)[:=](.+)$/.exec(entry) ?? []
    if (name === undefined || address === undefined) {
      throw new PatchbayError('invalid-parameter', `bad format for add-host: ${JSON.stringify(entry)}`)
    }
    return { name, address: address.replace(/^\[(.+)\]$/, '$1') }
  })
}
