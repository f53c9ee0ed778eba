import { type FSWatcher, mkdirSync, readdirSync, readFileSync, rmSync, statSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { messageOf, PatchbayError } from '../cnm/errors'
import type { Lease } from '../cnm/lease'
import { type Sentence, sentence } from '../cnm/sentence'
import type { LeaseObject } from '../plan/object'
import { parseLeaseFile } from './lease-file'
import { start } from './run'

/** DHCP clients, one an endpoint, that outlive the daemon. What they are told lies in files under the run directory. */
export interface Leases {
  /**
   * Starts a client and waits until it has a lease; quiet where it runs already. Throws, with nothing left, when no
   * server has answered within some seconds.
   */
  add(object: LeaseObject): Promise<void>
  /** Gives the lease back and ends the client. Quiet when there is none. */
  remove(object: LeaseObject): Promise<void>
  /** Those whose client runs. */
  list(): LeaseObject[]
  /** By the id of the endpoint. */
  readonly held: ReadonlyMap<string, Lease>
  close(): void
}

const answerWithinMs = 8_000
const endWithinMs = 1_500
const stepMs = 15

/**
 * What the client runs at every event. It looks at nothing that the network says: it keeps its environment in a file,
 * which the daemon reads.
 */
const script = `#!/bin/sh
umask 077
export event="$1"
cat /proc/self/environ >"$PATCHBAY_LEASE.new" && mv "$PATCHBAY_LEASE.new" "$PATCHBAY_LEASE"
`

/** `changed` is told the id of an endpoint whose lease is another, or gone, or prolonged. */
export function createLeases(directory: string, changed: (id: string) => void): Leases {
  const held = new Map<string, Lease>()
  let watcher: FSWatcher | undefined

  const pathOf = (id: string, end: string) => join(directory, `${id}.${end}`)
  const scriptPath = join(directory, 'client')

  function read(id: string): void {
    const lease = readLease(pathOf(id, 'lease'))
    const known = held.get(id)
    if (lease) held.set(id, lease)
    else held.delete(id)
    if (known?.renewedAt.getTime() !== lease?.renewedAt.getTime()) changed(id)
  }

  function follow(): void {
    watcher ??= watch(directory, { persistent: false }, (_, name) => {
      const id = /^([0-9a-f]+)\.lease$/.exec(name ?? '')?.[1]
      if (id !== undefined) read(id)
    })
  }

  function prepare(): void {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    writeFileSync(scriptPath, script, { mode: 0o700 })
    follow()
  }

  function forget(id: string): void {
    for (const end of ['lease', 'lease.new', 'pid', 'json']) rmSync(pathOf(id, end), { force: true })
    held.delete(id)
  }

  const pidOf = (id: string) => livingPid(pathOf(id, 'pid'), pathOf(id, 'lease'))

  async function end(id: string): Promise<void> {
    const pid = pidOf(id)
    if (pid !== undefined) {
      // It gives the lease back, and ends.
      signal(pid, 'SIGTERM')
      for (let waited = 0; waited < endWithinMs && pidOf(id) !== undefined; waited += stepMs) await delay(stepMs)
      if (pidOf(id) !== undefined) signal(pid, 'SIGKILL')
    }
    forget(id)
  }

  const list = () =>
    namesIn(directory).flatMap((name): LeaseObject[] => {
      const id = /^([0-9a-f]+)\.json$/.exec(name)?.[1]
      return id !== undefined && pidOf(id) !== undefined ? readObject(pathOf(id, 'json')) : []
    })

  for (const { id } of list()) {
    follow()
    const lease = readLease(pathOf(id, 'lease'))
    if (lease) held.set(id, lease)
  }

  return {
    held,
    list,
    add: async (object) => {
      const { id } = object
      if (pidOf(id) !== undefined) return
      prepare()
      forget(id)
      writeFileSync(pathOf(id, 'json'), JSON.stringify(object), { mode: 0o600 })
      const child = start('busybox', clientArgs(object, pathOf(id, 'pid'), scriptPath), {
        netns: object.netns,
        stdio: ['ignore', 'ignore', 'ignore'],
        detached: true,
        env: { PATCHBAY_LEASE: pathOf(id, 'lease') },
      })
      child.unref()
      let failure: Sentence | undefined
      child.on('error', (error) => {
        failure = sentence`the DHCP client could not be run: ${messageOf(error)}`
      })
      child.on('exit', (code) => {
        failure ??= sentence`the DHCP client ended with code ${code}`
      })
      for (let waited = 0; waited < answerWithinMs; waited += stepMs) {
        if (failure !== undefined || readLease(pathOf(id, 'lease'))) break
        await delay(stepMs)
      }
      read(id)
      if (held.has(id)) return
      const why =
        failure ??
        sentence`no DHCP server answered on ${object.link} of the container within ${answerWithinMs / 1000} s`
      child.kill('SIGKILL')
      await end(id)
      throw new PatchbayError('unavailable', why)
    },
    remove: ({ id }) => end(id),
    close: () => watcher?.close(),
  }
}

/** `busybox udhcpc`, in the foreground of a session of its own: asks for ever, gives the lease back when it is ended. */
export function clientArgs(object: LeaseObject, pidPath: string, scriptPath: string): string[] {
  const { link, hostname, clientId, wish } = object
  return [
    ...['udhcpc', '-f', '-R', '-i', link, '-p', pidPath, '-s', scriptPath],
    ...['-t', '4', '-T', '1', '-A', '5'],
    ...(hostname === '' ? [] : ['-x', `hostname:${hostname}`]),
    ...(clientId === undefined ? [] : ['-C', '-B', '-x', `0x3d:00${clientId}`]),
    ...(wish === undefined ? [] : ['-r', wish]),
  ]
}

function readLease(path: string): Lease | undefined {
  try {
    return parseLeaseFile(readFileSync(path, 'latin1'), statSync(path).mtime)
  } catch {
    return undefined
  }
}

function readObject(path: string): LeaseObject[] {
  try {
    return [JSON.parse(readFileSync(path, 'utf8')) as LeaseObject]
  } catch {
    return []
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

/** The number in the file, if it is that of the client of this lease: numbers come again. */
function livingPid(pidPath: string, leasePath: string): number | undefined {
  try {
    const pid = Number(readFileSync(pidPath, 'utf8'))
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8')
    return environment.split('\0').includes(`PATCHBAY_LEASE=${leasePath}`) ? pid : undefined
  } catch {
    return undefined
  }
}

function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended meanwhile.
  }
}
