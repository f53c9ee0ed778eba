import { randomUUID } from 'node:crypto'
import { argvOf, type Container, type TerminalSize } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { maskedPaths, readonlyPaths } from '../cnm/hidden-paths'
import { sentence } from '../cnm/sentence'
import type { Netns } from '../plan/object'
import { capabilitiesOf } from './capabilities'
import { type CgroupFacts, cgroupPath } from './cgroup'
import { resourcesOf } from './limits'
import { rootPropagation } from './mounts'
import { devices, mounts } from './spec-defaults'
import type { ProcessUser } from './user'

export interface SpecInput {
  readonly container: Container
  readonly netns: Netns
  readonly imageEnv: readonly string[]
  readonly imageWorkingDir: string
  readonly user: ProcessUser
  /** Absolute paths of what is mounted in. */
  readonly rootfs: string
  readonly hosts: string
  readonly resolvConf: string
  readonly hostname: string
  readonly cgroups: CgroupFacts
  /** What the user mounts, sources found. */
  readonly mounts: readonly OciMount[]
  /** Absolute path of the init program, where the container wants one. */
  readonly init?: string
}

export interface OciMount {
  readonly destination: string
  readonly type: string
  readonly source: string
  readonly options: readonly string[]
}

export interface ProcessSpec {
  terminal: boolean
  consoleSize?: { height: number; width: number }
  user: { uid: number; gid: number; additionalGids?: readonly number[] }
  args: readonly string[]
  env: readonly string[]
  cwd: string
  capabilities: Record<'bounding' | 'effective' | 'permitted', readonly string[]>
  noNewPrivileges: boolean
  oomScoreAdj?: number
  rlimits: readonly { type: string; soft: number | string; hard: number | string }[]
}

/**
 * The OCI runtime configuration of a container, with Docker's defaults. Throws
 * invalid-parameter for what no process can be given (no command, a NUL byte).
 */
export function buildSpec(input: SpecInput) {
  const { container, netns } = input
  return {
    ociVersion: '1.0.2',
    process: buildProcess(input),
    root: { path: input.rootfs, readonly: container.options.readOnly },
    hostname: container.hostname,
    mounts: mountsOf(input),
    linux: {
      namespaces: namespacesOf(netns, input.cgroups),
      cgroupsPath: cgroupPath(container.id),
      resources: { devices, ...resourcesOf(container, input.cgroups) },
      sysctl: sysctlsOf(container, netns),
      maskedPaths,
      readonlyPaths,
      ...rootPropagation(input.mounts),
    },
  }
}

function buildProcess({ container, imageEnv, imageWorkingDir, user }: SpecInput): ProcessSpec {
  const { options } = container
  const own = [`PATH=${defaultPath}`, `HOSTNAME=${container.hostname}`, ...(options.tty ? [terminalEnv] : [])]
  const env = mergeEnv(own, imageEnv, container.env)
  const args = options.init ? [initPath, '--', ...argvOf(container)] : argvOf(container)
  checkArguments(argvOf(container), env)
  return {
    terminal: options.tty,
    ...(options.tty && options.terminalSize ? { consoleSize: consoleSizeOf(options.terminalSize) } : {}),
    user: specUser(user),
    args,
    env,
    cwd: absolute(container.workingDir || imageWorkingDir || '/'),
    capabilities: capabilitySets(user, capabilitiesOf(container.capAdd, container.capDrop)),
    noNewPrivileges: options.securityOpt.some((option) => /^no-new-privileges([:=]true)?$/.test(option)),
    ...(options.oomScoreAdj === 0 ? {} : { oomScoreAdj: options.oomScoreAdj }),
    rlimits: options.ulimits.map(({ name, soft, hard }) => ({
      type: `RLIMIT_${name.toUpperCase()}`,
      soft: soft === -1 ? unlimited : soft,
      hard: hard === -1 ? unlimited : hard,
    })),
  }
}

/** As the OCI's configuration has it. */
export function consoleSizeOf({ rows, columns }: TerminalSize) {
  return { height: rows, width: columns }
}

/** What a program with a terminal of its own is told of it, unless told otherwise. */
export const terminalEnv = 'TERM=xterm'

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export function specUser(user: ProcessUser): ProcessSpec['user'] {
  const { uid, gid, additionalGids } = user
  return additionalGids.length > 0 ? { uid, gid, additionalGids } : { uid, gid }
}

/** A user other than root begins without effective capabilities, as after execve(2). */
export function capabilitySets(user: ProcessUser, bounding: readonly string[]): ProcessSpec['capabilities'] {
  const held = user.uid === 0 ? bounding : []
  return { bounding, effective: held, permitted: held }
}

/** Later lists win by name; a bare name takes the variable away, as Docker's do. */
export function mergeEnv(...lists: readonly (readonly string[])[]): string[] {
  const merged = new Map<string, string | undefined>()
  for (const item of lists.flat()) {
    const at = item.indexOf('=')
    merged.set(at < 0 ? item : item.slice(0, at), at < 0 ? undefined : item)
  }
  return [...merged.values()].filter((item) => item !== undefined)
}

export function checkArguments(command: readonly string[], env: readonly string[]): void {
  if (command.length === 0 || command[0] === '') {
    throw new PatchbayError('invalid-parameter', sentence`no command given, and the image names none`, {
      field: 'command',
    })
  }
  if (command.some((word) => word.includes('\0'))) {
    throw new PatchbayError(
      'invalid-parameter',
      sentence`the command has a NUL byte in it, which no process can be given`,
      {
        field: 'command',
      },
    )
  }
  const broken = env.find((item) => item.includes('\0'))
  if (broken !== undefined) {
    const name = JSON.stringify(broken.split('=')[0])
    throw new PatchbayError('invalid-parameter', sentence`environment variable ${name} has a NUL byte in it`, {
      field: 'env',
    })
  }
}

export function absolute(workingDir: string): string {
  if (!workingDir.startsWith('/') || workingDir.includes('\0')) {
    const value = JSON.stringify(workingDir)
    throw new PatchbayError('invalid-parameter', sentence`working directory ${value} is not an absolute path`, {
      ...{ field: 'workingDir', reason: 'working-dir-relative', data: { workingDir } },
    })
  }
  return workingDir
}

/** Docker's place for the init process of `--init`. */
const initPath = '/sbin/docker-init'

/** A later mount lies over what is below it, so parents come first. What a user mounts stands in the place of the usual. */
function mountsOf(input: SpecInput): OciMount[] {
  const { options } = input.container
  const shm = options.shmSizeBytes
  const usual = mounts.map((mount) =>
    mount.destination === '/dev/shm' && shm !== null
      ? { ...mount, options: mount.options.map((option) => option.replace(/^size=.*/, `size=${shm}`)) }
      : mount,
  )
  const init = input.init === undefined ? [] : [bindMount(initPath, input.init, ['bind', 'ro', 'rprivate'])]
  const taken = new Set(input.mounts.map(({ destination }) => destination))
  const own = [...usual, ...fileMounts(input)].filter(({ destination }) => !taken.has(destination))
  const depth = ({ destination }: OciMount) => destination.split('/').filter((part) => part !== '').length
  return [...own, ...init, ...[...input.mounts].sort((one, other) => depth(one) - depth(other))]
}

function fileMounts({ hosts, resolvConf, hostname }: SpecInput): OciMount[] {
  const files = { '/etc/resolv.conf': resolvConf, '/etc/hostname': hostname, '/etc/hosts': hosts }
  return Object.entries(files).map(([destination, source]) => bindMount(destination, source, ['rbind', 'rprivate']))
}

function bindMount(destination: string, source: string, options: readonly string[]): OciMount {
  return { destination, type: 'bind', source, options }
}

/** Without an entry the process keeps the daemon's own: that is host networking. */
function namespacesOf(netns: Netns, cgroups: CgroupFacts) {
  const own = ['mount', 'uts', 'pid', 'ipc', ...(cgroups.version === 2 ? ['cgroup'] : [])]
  const namespaces: { type: string; path?: string }[] = own.map((type) => ({ type }))
  return netns === 'host' ? namespaces : [...namespaces, { type: 'network', path: netns }]
}

/**
 * The configuration as runc reads it. RLIM_INFINITY is more than a number of JavaScript's can hold, so it is written by
 * its digits.
 */
export function specText(spec: object): string {
  return JSON.stringify(spec).replaceAll(JSON.stringify(unlimited), '18446744073709551615')
}

/** Nobody can have typed it. */
const unlimited = `unlimited ${randomUUID()}`

function sysctlsOf(container: Container, netns: Netns): Record<string, string> {
  return {
    ...(container.domainname === '' ? {} : { 'kernel.domainname': container.domainname }),
    ...(netns === 'host'
      ? {}
      : { 'net.ipv4.ip_unprivileged_port_start': '0', 'net.ipv4.ping_group_range': '0 2147483647' }),
    ...container.options.sysctls,
  }
}
