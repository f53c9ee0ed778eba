import { existsSync, readFileSync } from 'node:fs'
import { cpus, hostname, release, totalmem } from 'node:os'
import type { Engine } from '../engine/contract'
import { type Call, type Route, sendJson } from './call'

export const newestMinor = 50
export const leastMinor = 24
export const apiVersion = `1.${newestMinor}`
const version = '0.1.0'
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }
const architecture = architectures[process.arch] ?? process.arch

export function createSystemRoutes(engine: Engine): readonly Route[] {
  return [
    { method: 'GET', pattern: '/_ping', answer: ping },
    { method: 'HEAD', pattern: '/_ping', answer: ping },
    { method: 'GET', pattern: '/version', answer: (call) => sendJson(call, versionJson()) },
    { method: 'GET', pattern: '/info', answer: async (call) => sendJson(call, await infoJson(engine)) },
  ]
}

function ping({ response, request }: Call): void {
  response.writeHead(200, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-cache, no-store, must-revalidate',
    Pragma: 'no-cache',
    'Content-Length': request.method === 'HEAD' ? 0 : 2,
  })
  response.end(request.method === 'HEAD' ? undefined : 'OK')
}

function versionJson() {
  const details = { ApiVersion: apiVersion, MinAPIVersion: `1.${leastMinor}`, Os: 'linux', Arch: architecture }
  const built = { BuildTime: '', GitCommit: '', GoVersion: '', KernelVersion: release() }
  return {
    Platform: { Name: 'Patchbay' },
    Components: [{ Name: 'Engine', Version: version, Details: { ...details, ...built, Experimental: 'false' } }],
    Version: version,
    ...details,
    ...built,
  }
}

async function infoJson(engine: Engine) {
  const { named } = await engine.defaultPools()
  const containers = engine.listContainers()
  const running = containers.filter(({ state }) => state.status === 'running')
  const paused = running.filter(({ state }) => state.paused).length
  return {
    ID: 'patchbay',
    Containers: containers.length,
    ContainersRunning: running.length - paused,
    ContainersPaused: paused,
    ContainersStopped: containers.length - running.length,
    Images: (await engine.listImages()).length,
    Driver: 'overlay2',
    DriverStatus: [],
    Plugins: {
      Volume: ['local'],
      Network: await driverNames(engine),
      Authorization: null,
      Log: ['json-file'],
    },
    ...abilities,
    Debug: false,
    NFd: 0,
    NGoroutines: 0,
    SystemTime: new Date().toISOString(),
    LoggingDriver: 'json-file',
    CgroupDriver: 'cgroupfs',
    CgroupVersion: existsSync('/sys/fs/cgroup/cgroup.controllers') ? '2' : '1',
    NEventsListener: 0,
    KernelVersion: release(),
    ...operatingSystem(),
    OSType: 'linux',
    Architecture: process.arch === 'x64' ? 'x86_64' : process.arch,
    IndexServerAddress: '',
    RegistryConfig: null,
    NCPU: cpus().length,
    MemTotal: totalmem(),
    GenericResources: null,
    DockerRootDir: '',
    HttpProxy: '',
    HttpsProxy: '',
    NoProxy: '',
    Name: hostname(),
    Labels: [],
    ExperimentalBuild: false,
    ServerVersion: version,
    Runtimes: { runc: { path: 'runc' } },
    DefaultRuntime: 'runc',
    Swarm: {
      ...{ NodeID: '', NodeAddr: '', LocalNodeState: 'inactive', ControlAvailable: false, Error: '' },
      RemoteManagers: null,
    },
    LiveRestoreEnabled: true,
    Isolation: '',
    ...(named.length > 0 ? { DefaultAddressPools: named.map(({ base, size }) => ({ Base: base, Size: size })) } : {}),
    InitBinary: '',
    ContainerdCommit: unknownCommit,
    RuncCommit: unknownCommit,
    InitCommit: unknownCommit,
    SecurityOptions: [],
    Warnings: null,
  }
}

/** What containers can be limited by, and what the host lets them do. */
const abilities = {
  ...{ MemoryLimit: true, SwapLimit: true, KernelMemory: false, KernelMemoryTCP: false },
  ...{ CpuCfsPeriod: true, CpuCfsQuota: true, CPUShares: true, CPUSet: true, PidsLimit: true },
  ...{ IPv4Forwarding: true, BridgeNfIptables: true, BridgeNfIp6tables: true, OomKillDisable: false },
}

const unknownCommit = { ID: '', Expected: '' }

/** The host's name and number for itself. */
function operatingSystem(): { OperatingSystem: string; OSVersion: string } {
  const text = readOsRelease()
  const fieldOf = (name: string) => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? ''
  return { OperatingSystem: fieldOf('PRETTY_NAME') || 'Linux', OSVersion: fieldOf('VERSION_ID') }
}

function readOsRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8')
  } catch {
    return ''
  }
}

/** Those of which this host can make networks. */
async function driverNames(engine: Engine): Promise<string[]> {
  const lacks = await engine.driverLacks()
  return [...lacks].flatMap(([name, lack]) => (lack === null ? [name] : [])).toSorted()
}
