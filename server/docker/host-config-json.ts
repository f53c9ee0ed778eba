import type { Container, Mount } from '../cnm/container'
import { maskedPaths, readonlyPaths } from '../cnm/hidden-paths'
import type { Engine } from '../engine/contract'
import { legacyLinksJson } from './network-settings-json'

import { requestedPortsJson } from './ports'

/** Docker's size of /dev/shm. */
const usualShmBytes = 67_108_864

/** As the client asked for it, field for field what a Docker Engine shows. */
export function hostConfigJson(engine: Engine, container: Container) {
  const { options } = container
  return {
    ...mountFields(options.mounts),
    ContainerIDFile: '',
    LogConfig: { Type: 'json-file', Config: {} },
    NetworkMode: container.networkMode,
    PortBindings: requestedPortsJson(container),
    RestartPolicy: {
      Name: options.restartPolicy.name,
      MaximumRetryCount: options.restartPolicy.maximumRetryCount,
    },
    AutoRemove: container.autoRemove,
    VolumeDriver: '',
    VolumesFrom: orNull(options.volumesFrom),
    CapAdd: orNull(container.capAdd),
    CapDrop: orNull(container.capDrop),
    CgroupnsMode: 'host',
    Dns: container.dns,
    DnsOptions: options.dnsOptions,
    DnsSearch: container.dnsSearch,
    ExtraHosts: orNull(container.extraHosts.map(({ name, address }) => `${name}:${address}`)),
    GroupAdd: orNull(options.groupAdd),
    IpcMode: 'private',
    Cgroup: '',
    Links: legacyLinksJson(engine, container),
    OomScoreAdj: options.oomScoreAdj,
    PidMode: '',
    Privileged: false,
    PublishAllPorts: options.publishAll,
    ReadonlyRootfs: options.readOnly,
    SecurityOpt: orNull(options.securityOpt),
    ...(Object.keys(options.sysctls).length > 0 ? { Sysctls: options.sysctls } : {}),
    UTSMode: '',
    UsernsMode: '',
    ShmSize: options.shmSizeBytes ?? usualShmBytes,
    Runtime: 'runc',
    ConsoleSize: options.terminalSize ? [options.terminalSize.rows, options.terminalSize.columns] : [0, 0],
    Isolation: '',
    ...limitFields(container),
    ...(options.init ? { Init: true } : {}),
    Ulimits: orNull(options.ulimits.map(({ name, soft, hard }) => ({ Name: name, Hard: hard, Soft: soft }))),
    MaskedPaths: maskedPaths,
    ReadonlyPaths: readonlyPaths,
  }
}

function limitFields({ memoryBytes, pidsLimit, options }: Container) {
  return {
    CpuShares: options.cpuShares ?? 0,
    Memory: memoryBytes ?? 0,
    NanoCpus: options.nanoCpus ?? 0,
    CgroupParent: '',
    BlkioWeight: 0,
    BlkioWeightDevice: [],
    BlkioDeviceReadBps: null,
    BlkioDeviceWriteBps: null,
    BlkioDeviceReadIOps: null,
    BlkioDeviceWriteIOps: null,
    CpuPeriod: options.cpuPeriodUs ?? 0,
    CpuQuota: options.cpuQuotaUs ?? 0,
    CpuRealtimePeriod: 0,
    CpuRealtimeRuntime: 0,
    CpusetCpus: options.cpusetCpus,
    CpusetMems: options.cpusetMems,
    Devices: [],
    DeviceCgroupRules: null,
    DeviceRequests: null,
    MemoryReservation: options.memoryReservationBytes ?? 0,
    MemorySwap: options.memorySwapBytes ?? 0,
    MemorySwappiness: null,
    OomKillDisable: false,
    PidsLimit: pidsLimit,
    CpuCount: 0,
    CpuPercent: 0,
    IOMaximumIOps: 0,
    IOMaximumBandwidth: 0,
  }
}

/** Each mount where it was written: `-v` in Binds, `--tmpfs` in Tmpfs, `--mount` in Mounts. */
function mountFields(mounts: readonly Mount[]) {
  const binds = mounts.filter(({ short, type, anonymous }) => short && type !== 'tmpfs' && !anonymous)
  const tmpfs = mounts.filter(({ short, type }) => short && type === 'tmpfs')
  const others = mounts.filter(({ short }) => !short)
  return {
    Binds: orNull(binds.map(bindText)),
    ...(tmpfs.length > 0
      ? { Tmpfs: Object.fromEntries(tmpfs.map((mount) => [mount.target, modeOf(mount).join(',')])) }
      : {}),
    ...(others.length > 0 ? { Mounts: others.map(mountJson) } : {}),
  }
}

function bindText(mount: Mount): string {
  const mode = modeOf(mount)
  return [mount.source, mount.target, ...(mode.length > 0 ? [mode.join(',')] : [])].join(':')
}

function modeOf({ readOnly, options }: Mount): string[] {
  return [...(readOnly ? ['ro'] : []), ...options]
}

function mountJson({ type, source, target, readOnly, options, anonymous }: Mount) {
  const propagation = options.find((option) => /^r?(private|shared|slave)$/.test(option))
  const optionOf = (name: string) => options.find((option) => option.startsWith(`${name}=`))?.slice(name.length + 1)
  const [size, mode] = [optionOf('size'), optionOf('mode')]
  return {
    Type: type,
    ...(source === '' || anonymous ? {} : { Source: source }),
    Target: target,
    ...(readOnly ? { ReadOnly: true } : {}),
    ...(type === 'bind' && propagation ? { BindOptions: { Propagation: propagation } } : {}),
    ...(type === 'volume' && options.includes('nocopy') ? { VolumeOptions: { NoCopy: true } } : {}),
    ...(type === 'tmpfs' && (size ?? mode)
      ? {
          TmpfsOptions: {
            ...(size ? { SizeBytes: Number(size) } : {}),
            ...(mode ? { Mode: Number.parseInt(mode, 8) } : {}),
          },
        }
      : {}),
  }
}

/** What is mounted, with the places on the host; `mountpoints` knows those of volumes by name. */
export function mountsJson({ options }: Container, mountpoints: ReadonlyMap<string, string>) {
  return options.mounts.flatMap((mount) => {
    const { type, source, target, readOnly } = mount
    if (type === 'tmpfs' && mount.short) return []
    const propagation = mount.options.find((option) => /^r?(private|shared|slave)$/.test(option))
    const mode = mount.options.filter((option) => option !== propagation).join(',')
    return [
      {
        Type: type,
        ...(type === 'volume' ? { Name: source } : {}),
        Source: type === 'volume' ? (mountpoints.get(source) ?? '') : source,
        Destination: target,
        ...(type === 'volume' ? { Driver: 'local' } : {}),
        Mode: mount.short ? (readOnly ? 'ro' : mode) : mode,
        RW: !readOnly,
        Propagation: type === 'bind' ? (propagation ?? 'rprivate') : '',
      },
    ]
  })
}

export function orNull<Item>(items: readonly Item[]): readonly Item[] | null {
  return items.length > 0 ? items : null
}
