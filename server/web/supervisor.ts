import type { ChildProcess } from 'node:child_process'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { PatchbayError } from '../cnm/errors'
import type { Config } from '../config'
import { start } from '../kernel/run'
import { checkListening, waitForAnswer } from './listening'
import { checkReachable, ensureNode, type WebUser } from './user'

export interface WebOptions {
  readonly config: Pick<Config, 'host' | 'port'>
  /** The daemon's API. */
  readonly socketPath: string
  /** Where the standalone build lies, readable by the user: `server.js` and what it needs. */
  readonly webDir: string
  readonly user: WebUser
  /** Takes what the web complains about; standard error where absent. */
  readonly log?: (message: string) => void
}

export interface Web {
  /** The process that runs now; undefined between two of them. */
  readonly pid: number | undefined
  /** Resolves when it has ended, within 2 s. */
  stop(): Promise<void>
}

const readyWithinMs = 20_000
const stopWithinMs = 1_500
const heapMegabytes = 128
const restartDelaysMs = [200, 500, 1_000, 2_000, 5_000, 10_000]
/** What ran for so long did not fail at its start. */
const steadyAfterMs = 30_000

/**
 * Runs the web without any privilege and resolves when it answers; starts it again whenever it ends. It dies with
 * the daemon, even a killed one. Throws one sentence when its address cannot be listened on or it does not come up.
 */
export async function startWeb(options: WebOptions): Promise<Web> {
  const { host, port } = options.config
  await checkListening(host, port)
  await checkReachable(options.user, options.webDir, dirname(options.socketPath))
  const node = await ensureNode(options.webDir, options.user)
  const supervisor = new Supervisor(options, node)
  await supervisor.start()
  return supervisor
}

class Supervisor implements Web {
  readonly #options: WebOptions
  readonly #node: string
  readonly #stopping = new AbortController()
  #child: ChildProcess | undefined
  #complaints = ''
  #failures = 0

  constructor(options: WebOptions, node: string) {
    this.#options = options
    this.#node = node
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  async start(): Promise<void> {
    const { host, port } = this.#options.config
    const ended = this.#spawn()
    const waiting = new AbortController()
    const outcome = await Promise.race([
      waitForAnswer(host, port, '/api/trpc/host.ping', waiting.signal).then(() => 'ready' as const),
      ended.then(() => 'ended' as const),
      delay(readyWithinMs, 'late' as const, { signal: waiting.signal }),
    ]).finally(() => waiting.abort())
    if (outcome !== 'ready') {
      await this.stop()
      throw startError(outcome, this.#complaints)
    }
    void this.#keepAlive(ended)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    const child = this.#child
    if (!child) return
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), stopWithinMs)
    await ended
    clearTimeout(late)
  }

  async #keepAlive(first: Promise<string>): Promise<void> {
    let ended = first
    for (;;) {
      const startedAt = Date.now()
      const how = await ended
      if (this.#stopping.signal.aborted) return
      this.#failures = Date.now() - startedAt > steadyAfterMs ? 0 : this.#failures + 1
      const delayMs = restartDelaysMs[Math.min(this.#failures, restartDelaysMs.length - 1)] ?? 0
      this.#log(`web: ${how}; starting it again in ${delayMs} ms`)
      await delay(delayMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
      if (this.#stopping.signal.aborted) return
      ended = this.#spawn()
    }
  }

  /** Resolves with how it ended. */
  #spawn(): Promise<string> {
    const { webDir, socketPath, config } = this.#options
    const child = start('setpriv', [...unprivileged(this.#options.user), ...nodeArgs(this.#node, webDir)], {
      cwd: webDir,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        HOSTNAME: config.host,
        PORT: String(config.port),
        PATCHBAY_SOCKET: socketPath,
        NODE_ENV: 'production',
        NEXT_TELEMETRY_DISABLED: '1',
        // Fewer arenas: the web is one busy thread, and each further one costs megabytes.
        MALLOC_ARENA_MAX: '2',
      },
    })
    this.#child = child
    this.#complaints = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#heard(text))
    return new Promise((resolve) => {
      const settle = (how: string) => {
        if (this.#child === child) this.#child = undefined
        resolve(how)
      }
      child.once('error', (error) => settle(`it cannot be run: ${error.message}`))
      child.once('exit', (code, signal) => settle(signal ? `ended by ${signal}` : `ended with exit code ${code}`))
    })
  }

  #heard(text: string): void {
    this.#complaints = `${this.#complaints}${text}`.slice(-2_000)
    this.#log(`web: ${text.trimEnd()}`)
  }

  #log(message: string): void {
    const { log = console.error } = this.#options
    log(message)
  }
}

/**
 * Takes every privilege away for good, and has the kernel end the process together with the daemon: the signal is
 * one that cannot be waited out, since open streams would hold up a polite end.
 */
function unprivileged({ uid, gid }: WebUser): string[] {
  return [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    '--inh-caps=-all',
    '--ambient-caps=-all',
    '--bounding-set=-all',
    '--no-new-privs',
    '--pdeathsig=KILL',
    '--',
  ]
}

function nodeArgs(node: string, webDir: string): string[] {
  return [node, `--max-old-space-size=${heapMegabytes}`, join(webDir, 'server.js')]
}

function startError(outcome: 'ended' | 'late', complaints: string): PatchbayError {
  const reason = complaints.trim().split('\n').slice(-5).join(' ') || 'it said nothing'
  const what = outcome === 'ended' ? 'ended at once' : `did not answer within ${readyWithinMs / 1000} s`
  return new PatchbayError('system', `the web ${what}: ${reason}`)
}
