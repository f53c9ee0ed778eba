import { argvOf, type Container } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import type { Netns } from '../plan/object'
import { capabilitiesOf } from './capabilities'
import { type CgroupFacts, cgroupPath } from './cgroup'
import { devices, maskedPaths, mounts, readonlyPaths } from './spec-defaults'
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
}

export interface ProcessSpec {
  terminal: boolean
  user: { uid: number; gid: number; additionalGids?: readonly number[] }
  args: readonly string[]
  env: readonly string[]
  cwd: string
  capabilities: Record<'bounding' | 'effective' | 'permitted', readonly string[]>
  noNewPrivileges: boolean
  rlimits: readonly never[]
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
    root: { path: input.rootfs, readonly: false },
    hostname: container.hostname,
    mounts: [...mounts, ...bindMounts(input)],
    linux: {
      namespaces: namespacesOf(netns, input.cgroups),
      cgroupsPath: cgroupPath(container.id),
      resources: { devices, ...limitsOf(container, input.cgroups) },
      sysctl: sysctlsOf(container, netns),
      maskedPaths,
      readonlyPaths,
    },
  }
}

function buildProcess({ container, imageEnv, imageWorkingDir, user }: SpecInput): ProcessSpec {
  const { tty } = container.options
  const own = [`PATH=${defaultPath}`, `HOSTNAME=${container.hostname}`, ...(tty ? [terminalEnv] : [])]
  const env = mergeEnv(own, imageEnv, container.env)
  const args = argvOf(container)
  checkArguments(args, env)
  return {
    terminal: tty,
    user: specUser(user),
    args,
    env,
    cwd: absolute(container.workingDir || imageWorkingDir || '/'),
    capabilities: capabilitySets(user, capabilitiesOf(container.capAdd, container.capDrop)),
    noNewPrivileges: false,
    rlimits: [],
  }
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
    throw new PatchbayError('invalid-parameter', 'no command given, and the image names none', { field: 'command' })
  }
  if (command.some((word) => word.includes('\0'))) {
    throw new PatchbayError('invalid-parameter', 'the command has a NUL byte in it, which no process can be given', {
      field: 'command',
    })
  }
  const broken = env.find((item) => item.includes('\0'))
  if (broken !== undefined) {
    const name = JSON.stringify(broken.split('=')[0])
    throw new PatchbayError('invalid-parameter', `environment variable ${name} has a NUL byte in it`, { field: 'env' })
  }
}

export function absolute(workingDir: string): string {
  if (!workingDir.startsWith('/') || workingDir.includes('\0')) {
    const value = JSON.stringify(workingDir)
    throw new PatchbayError('invalid-parameter', `working directory ${value} is not an absolute path`, {
      field: 'workingDir',
    })
  }
  return workingDir
}

function bindMounts({ hosts, resolvConf, hostname }: SpecInput) {
  const files = { '/etc/resolv.conf': resolvConf, '/etc/hostname': hostname, '/etc/hosts': hosts }
  return Object.entries(files).map(([destination, source]) => ({
    destination,
    type: 'bind',
    source,
    options: ['rbind', 'rprivate'],
  }))
}

/** Without an entry the process keeps the daemon's own: that is host networking. */
function namespacesOf(netns: Netns, cgroups: CgroupFacts) {
  const own = ['mount', 'uts', 'pid', 'ipc', ...(cgroups.version === 2 ? ['cgroup'] : [])]
  const namespaces: { type: string; path?: string }[] = own.map((type) => ({ type }))
  return netns === 'host' ? namespaces : [...namespaces, { type: 'network', path: netns }]
}

/** Memory and swap together are twice the memory, Docker's rule, where the host counts swap at all. */
function limitsOf(container: Container, cgroups: CgroupFacts) {
  const { pidsLimit, memoryBytes } = container
  return {
    ...(pidsLimit !== null && cgroups.pids ? { pids: { limit: pidsLimit } } : {}),
    ...(memoryBytes !== null && cgroups.memory
      ? { memory: { limit: memoryBytes, ...(cgroups.swap ? { swap: 2 * memoryBytes } : {}) } }
      : {}),
  }
}

function sysctlsOf(container: Container, netns: Netns): Record<string, string> {
  return {
    ...(container.domainname === '' ? {} : { 'kernel.domainname': container.domainname }),
    ...(netns === 'host'
      ? {}
      : { 'net.ipv4.ip_unprivileged_port_start': '0', 'net.ipv4.ping_group_range': '0 2147483647' }),
  }
}
