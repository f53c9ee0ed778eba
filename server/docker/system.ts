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
  return {
    Platform: { Name: 'Patchbay' },
    Components: [{ Name: 'Engine', Version: version, Details: { ...details, KernelVersion: release() } }],
    Version: version,
    ...details,
    GitCommit: '',
    GoVersion: '',
    KernelVersion: release(),
    BuildTime: '',
  }
}

async function infoJson(engine: Engine) {
  const containers = engine.listContainers()
  const running = containers.filter(({ state }) => state.status === 'running')
  const paused = running.filter(({ state }) => state.paused).length
  return {
    ID: 'patchbay',
    Name: hostname(),
    Containers: containers.length,
    ContainersRunning: running.length - paused,
    ContainersPaused: paused,
    ContainersStopped: containers.length - running.length,
    Images: (await engine.listImages()).length,
    Driver: 'overlay2',
    Plugins: { Volume: [], Network: await driverNames(engine), Authorization: null, Log: ['json-file'] },
    MemoryLimit: true,
    PidsLimit: true,
    IPv4Forwarding: true,
    LoggingDriver: 'json-file',
    CgroupDriver: 'cgroupfs',
    KernelVersion: release(),
    OperatingSystem: 'Patchbay',
    OSType: 'linux',
    Architecture: process.arch === 'x64' ? 'x86_64' : process.arch,
    NCPU: cpus().length,
    MemTotal: totalmem(),
    IndexServerAddress: '',
    Labels: [],
    ExperimentalBuild: false,
    ServerVersion: version,
    Runtimes: { runc: { path: 'runc' } },
    DefaultRuntime: 'runc',
    Swarm: { NodeID: '', NodeAddr: '', LocalNodeState: 'inactive', ControlAvailable: false, RemoteManagers: null },
    LiveRestoreEnabled: true,
    SecurityOptions: [],
    Warnings: null,
  }
}

/** Those of which this host can make networks. */
async function driverNames(engine: Engine): Promise<string[]> {
  const lacks = await engine.driverLacks()
  return [...lacks].flatMap(([name, lack]) => (lack === null ? [name] : [])).toSorted()
}
