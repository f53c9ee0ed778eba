import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { execa } from 'execa'
import { PatchbayError } from '../cnm/errors'
import { sentence } from '../cnm/sentence'
import type { Netns } from '../plan/object'

/** Programs that Patchbay may run. Nothing else is ever started, and nothing through a shell. */
const programs = [
  'ip',
  'bridge',
  'tc',
  'iptables',
  'iptables-save',
  'iptables-restore',
  'ip6tables',
  'ip6tables-save',
  'ip6tables-restore',
  'iptables-nft-save',
  'iptables-legacy-save',
  'ip6tables-nft-save',
  'ip6tables-legacy-save',
  'nft',
  'sysctl',
  'conntrack',
  'ss',
  'mount',
  'umount',
  'nsenter',
  'unshare',
  'stdbuf',
  'setpriv',
  'runc',
  'conmon',
  'perl',
  'tar',
  'cp',
  'busybox',
  'ps',
  'tcpdump',
  'node',
] as const
export type Program = (typeof programs)[number]

/** A program that ended with another exit code than 0, could not be started, or took too long. */
export class CommandError extends PatchbayError {
  readonly argv: readonly string[]
  readonly exitCode: number | undefined
  readonly stderr: string

  constructor(argv: readonly string[], exitCode: number | undefined, stderr: string, cause?: unknown) {
    const reason =
      stderr.trim() || (exitCode === undefined ? sentence`could not be run` : sentence`exit code ${exitCode}`)
    super('system', sentence`${argv[0]} failed: ${reason}`, { data: { argv, exitCode, stderr }, cause })
    this.argv = argv
    this.exitCode = exitCode
    this.stderr = stderr
  }
}

export interface RunOptions {
  /** Namespace to run in; the daemon's own where absent. */
  netns?: Netns
  /** Standard input; closed where absent. */
  input?: string
  timeoutMs?: number
  cwd?: string
  env?: Readonly<Record<string, string>>
}

/** The argument list that runs a program inside a network namespace. Only the network changes: mounts and cgroups stay. */
export function argvIn(netns: Netns, program: Program, args: readonly string[]): [string, ...string[]] {
  const file = program === 'node' ? process.execPath : program
  return netns === 'host' ? [file, ...args] : ['nsenter', `--net=${netns}`, '--', file, ...args]
}

export const programFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

function environment(env: Readonly<Record<string, string>> = {}) {
  return {
    NODE_ENV: 'production' as const,
    PATH: programFolders.join(':'),
    LC_ALL: 'C',
    ...env,
  }
}

/** Runs a program to its end and gives what it printed. Throws CommandError. */
export async function run(program: Program, args: readonly string[], options: RunOptions = {}) {
  const argv = argvIn(options.netns ?? 'host', program, args)
  const [file, ...rest] = argv
  const result = await execa(file, rest, {
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    timeout: options.timeoutMs ?? 20_000,
    env: environment(options.env),
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    maxBuffer: 64 * 1024 * 1024,
  })
  if (result.failed) {
    const stderr = result.timedOut
      ? `took longer than ${options.timeoutMs ?? 20_000} ms`
      : result.stderr || result.originalMessage || ''
    throw new CommandError(argv, result.exitCode, stderr, result)
  }
  return { stdout: result.stdout, stderr: result.stderr }
}

export interface StartOptions {
  netns?: Netns
  stdio?: StdioOptions
  cwd?: string
  env?: Readonly<Record<string, string>>
  /** True: the process leads a session of its own and outlives the daemon. */
  detached?: boolean
}

/** Starts a long-lived program. The caller watches `error` and `exit`, and ends it. */
export function start(program: Program, args: readonly string[], options: StartOptions = {}): ChildProcess {
  const [file, ...rest] = argvIn(options.netns ?? 'host', program, args)
  return spawn(file, rest, {
    stdio: options.stdio ?? 'pipe',
    env: environment(options.env),
    detached: options.detached ?? false,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
}
