import { argvOf, type Container, shownStatus } from '../cnm/container'
import { rawHealthcheck } from '../cnm/healthcheck'
import type { Engine, Health } from '../engine/contract'
import { hostConfigJson, mountsJson, orNull } from './host-config-json'
import { hasInterfaces, networkSettingsJson, networksJson } from './network-settings-json'
import { exposedPortsJson, portSummariesJson } from './ports'

/** What Go prints for a time that has not been. */
const never = '0001-01-01T00:00:00Z'

/** Where the volumes are on the host, by name. */
export type Mountpoints = ReadonlyMap<string, string>

/** As `GET /containers/json` lists it. */
export function containerSummaryJson(engine: Engine, container: Container, mountpoints: Mountpoints, minor: number) {
  return {
    Id: container.id,
    Names: [`/${container.name}`],
    Image: container.image,
    ImageID: container.imageId,
    Command: argvOf(container).map(quotedWord).join(' '),
    Created: Math.floor(container.createdAt.getTime() / 1000),
    Ports: portSummariesJson(container, hasInterfaces(engine, container)),
    Labels: container.labels,
    State: shownStatus(container),
    Status: statusText(container, engine.health(container)),
    HostConfig: { NetworkMode: container.networkMode },
    NetworkSettings: { Networks: networksJson(engine, container, minor) },
    Mounts: mountsJson(container, mountpoints),
  }
}

/** Docker's: a word with blanks stands in quotes. */
function quotedWord(word: string): string {
  return word.includes(' ') ? `'${word}'` : word
}

/** As `GET /containers/:id/json` answers it. */
export function containerJson(engine: Engine, container: Container, mountpoints: Mountpoints, minor: number) {
  const { state } = container
  const [path = '', ...args] = argvOf(container)
  return {
    Id: container.id,
    Created: container.createdAt.toISOString(),
    Path: path,
    Args: args,
    State: {
      Status: shownStatus(container),
      Running: state.status === 'running' || state.restarting,
      Paused: state.paused,
      Restarting: state.restarting,
      OOMKilled: state.oomKilled,
      Dead: state.status === 'dead',
      Pid: state.pid ?? 0,
      ExitCode: state.exitCode ?? 0,
      Error: String(state.error),
      StartedAt: state.startedAt?.toISOString() ?? never,
      FinishedAt: state.finishedAt?.toISOString() ?? never,
      ...healthJson(engine.health(container)),
    },
    Image: container.imageId,
    // Where an engine keeps its files is its own affair.
    ...{ ResolvConfPath: '', HostnamePath: '', HostsPath: '', LogPath: '' },
    Name: `/${container.name}`,
    RestartCount: state.restartCount,
    Driver: 'overlay2',
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: orNull(engine.listExecs(container.id).map(({ id }) => id)),
    HostConfig: hostConfigJson(engine, container),
    GraphDriver: { Data: null, Name: 'overlay2' },
    Mounts: mountsJson(container, mountpoints),
    Config: configJson(container, macAddressOf(engine, container)),
    NetworkSettings: networkSettingsJson(engine, container, minor),
  }
}

/** The one that was asked for on its first network. */
function macAddressOf(engine: Engine, container: Container): { MacAddress?: string } {
  const [first] = engine.listEndpoints().filter(({ containerId }) => containerId === container.id)
  return first?.requested.macAddress === undefined ? {} : { MacAddress: first.requested.macAddress }
}

function configJson(container: Container, mac: { MacAddress?: string }) {
  return {
    Hostname: container.hostname,
    Domainname: container.domainname,
    User: container.user,
    AttachStdin: container.options.announced.includes('stdin'),
    AttachStdout: container.options.announced.includes('stdout'),
    AttachStderr: container.options.announced.includes('stderr'),
    ...exposedPortsJson(container),
    Tty: container.options.tty,
    OpenStdin: container.options.openStdin,
    StdinOnce: container.options.stdinOnce,
    Env: container.env,
    Cmd: container.command,
    Image: container.image,
    Volumes: volumesJson(container),
    ...(container.options.healthcheck === null ? {} : { Healthcheck: rawHealthcheck(container.options.healthcheck) }),
    WorkingDir: container.workingDir,
    Entrypoint: orNull(container.options.entrypoint),
    ...mac,
    OnBuild: null,
    Labels: container.labels,
    ...(container.options.stopSignal === null ? {} : { StopSignal: container.options.stopSignal }),
    ...(container.options.stopTimeoutSeconds === null ? {} : { StopTimeout: container.options.stopTimeoutSeconds }),
  }
}

function volumesJson({ options }: Container) {
  const targets = options.mounts.filter(({ anonymous }) => anonymous).map(({ target }) => target)
  return targets.length > 0 ? Object.fromEntries(targets.map((target) => [target, {}])) : null
}

function healthJson(health: Health | undefined) {
  if (!health) return {}
  return {
    Health: {
      Status: health.status,
      FailingStreak: health.failingStreak,
      Log: health.log.map(({ start, end, exitCode, output }) => ({
        ...{ Start: start.toISOString(), End: end.toISOString() },
        ...{ ExitCode: exitCode, Output: output },
      })),
    },
  }
}

function noteOf({ paused }: Container['state'], health: Health | undefined): string {
  if (paused) return ' (Paused)'
  if (!health) return ''
  return health.status === 'starting' ? ' (health: starting)' : ` (${health.status})`
}

/** "Up 3 seconds", "Exited (0) 2 minutes ago", "Created", as `docker ps` shows it. */
function statusText({ state }: Container, health: Health | undefined): string {
  if (state.status === 'running') return `Up ${span(state.startedAt)}${noteOf(state, health)}`
  if (state.restarting) return `Restarting (${state.exitCode ?? 0}) ${span(state.finishedAt)} ago`
  if (state.status === 'created') return 'Created'
  if (state.status === 'dead') return 'Dead'
  return `Exited (${state.exitCode ?? 0}) ${span(state.finishedAt)} ago`
}

const spans = [
  [86_400 * 2, 86_400, 'days'],
  [3_600 * 2, 3_600, 'hours'],
  [60 * 2, 60, 'minutes'],
] as const

function span(since: Date | null): string {
  const seconds = Math.max(0, Math.round((Date.now() - (since?.getTime() ?? Date.now())) / 1000))
  for (const [from, unit, name] of spans) if (seconds >= from) return `${Math.floor(seconds / unit)} ${name}`
  if (seconds >= 60) return 'About a minute'
  if (seconds < 1) return 'Less than a second'
  return seconds === 1 ? '1 second' : `${seconds} seconds`
}
