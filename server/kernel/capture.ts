import type { ChildProcess } from 'node:child_process'
import { type FileHandle, open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { PatchbayError } from '../cnm/errors'
import { type Said, sentence } from '../cnm/sentence'
import type { Netns } from '../plan/object'
import { CommandError, run, start } from './run'

/** A link, by the file of the namespace that it is in. */
export interface CapturePoint {
  readonly netns: Netns
  readonly link: string
  /** The namespace that is meant (its inode): a file that leads to another by now is refused. */
  readonly netnsId?: string
}

/** tcpdump's own count at the end. */
export interface CaptureCount {
  readonly received: number
  /** Came too fast, or found no room: they are missing. */
  readonly dropped: number
}

export interface PacketSource {
  /** As a file of pcap, times in nanoseconds. To be read; while it is not, packets are dropped. */
  readonly output: Readable
  /** SIGTERM: what has been received is still written. Quiet when it has ended. */
  stop(): void
  /** With what it complained of, where it did not end by being stopped. */
  readonly ended: Promise<{ readonly count: CaptureCount | null; readonly complaint: string | null }>
}

/**
 * What is taken of one packet: a jumbo frame, and of segments that a card joins no more. The kernel keeps a place of this
 * size for each packet until tcpdump has taken it, so that more bytes of each would mean more packets lost.
 */
export const snapLengthBytes = 9_216
/** Room for those places, in KiB: some 1,700 packets. */
const bufferKiB = 16_384
const longestFilter = 4_000
/** Names in a filter are looked up. */
const checkTimeoutMs = 5_000
/** What is still there after SIGTERM is killed. */
const patienceMs = 800

/** The names that tcpdump knows link types by, as far as links have them: Ethernet frames, or bare IP packets. */
export type LinkType = 'EN10MB' | 'RAW'

/**
 * `tcpdump -d FILTER`: throws invalid-parameter with tcpdump's reason where it is none. An empty one takes everything.
 */
export async function checkFilter(filter: string, linkType: LinkType = 'EN10MB'): Promise<void> {
  if (filter.trim() === '') return
  if (filter.length > longestFilter || /[\p{Cc}]/u.test(filter)) {
    throw filterError(sentence`a filter has at most ${longestFilter} characters, and no control characters`)
  }
  try {
    await run('tcpdump', ['-y', linkType, '-d', '--', filter], { timeoutMs: checkTimeoutMs })
  } catch (error) {
    if (!(error instanceof CommandError) || error.exitCode === undefined) throw error
    throw filterError(complaintOf(error.stderr) ?? sentence`tcpdump does not take it`)
  }
}

function filterError(reason: Said): PatchbayError {
  return new PatchbayError('invalid-parameter', sentence`the filter cannot be used: ${reason}`, {
    field: 'filter',
    data: { reason },
  })
}

/**
 * `tcpdump -i LINK -U -w - FILTER` in the link's namespace, as nobody, with the one capability that it needs. It dies
 * with the daemon. Throws not-found where the namespace has gone.
 */
export async function startPackets({ netns, link, netnsId }: CapturePoint, filter: string): Promise<PacketSource> {
  const file = netns === 'host' ? undefined : await openNamespace(netns, netnsId)
  const child = start('setpriv', [...unprivileged, '--', 'tcpdump', ...argumentsFor(link, filter)], {
    netns: file ? `/proc/${process.pid}/fd/${file.fd}` : 'host',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (file) closeOnceEntered(child, file)
  const output = child.stdout
  if (!output) throw new PatchbayError('system', sentence`tcpdump could not be run`)
  const timers: NodeJS.Timeout[] = []
  const stop = () => {
    if (child.exitCode !== null || child.signalCode !== null || timers.length > 0) return
    child.kill('SIGTERM')
    timers.push(setTimeout(() => child.kill('SIGKILL'), patienceMs))
  }
  const ended = endOf(child, () => timers.length > 0).finally(() => timers.map(clearTimeout))
  return { output, stop, ended }
}

const nobody = '65534'
/** Hostile packets are read by a program that can do nothing else. */
const unprivileged = [
  ...[`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', '--no-new-privs'],
  ...['--inh-caps=-all,+net_raw', '--ambient-caps=-all,+net_raw', '--bounding-set=-all,+net_raw'],
  ...['--pdeathsig', 'KILL'],
]

function argumentsFor(link: string, filter: string): string[] {
  return [
    ...['-i', link, '-U', '-w', '-', '-s', String(snapLengthBytes), '-B', String(bufferKiB), '-n', '--immediate-mode'],
    ...['--time-stamp-precision=nano', '--', ...(filter.trim() === '' ? [] : [filter])],
  ]
}

/** The very namespace that was looked at is entered, whatever its path leads to a moment later. */
async function openNamespace(path: string, id: string | undefined): Promise<FileHandle> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw gone(path, error)
  })
  if (id === undefined || String((await file.stat()).ino) === id) return file
  await file.close()
  throw gone(path)
}

/** The first word of a program inside says that nsenter has done its part. */
function closeOnceEntered(child: ChildProcess, file: FileHandle): void {
  let isClosed = false
  const close = () => {
    if (!isClosed) void file.close().catch(() => undefined)
    isClosed = true
  }
  child.stderr?.once('data', close)
  child.once('close', close)
  child.once('error', close)
}

function gone(path: string, cause?: unknown): PatchbayError {
  return new PatchbayError('not-found', sentence`the network namespace ${path} has gone`, { cause })
}

const mostStderr = 10_000

function endOf(child: ChildProcess, wasStopped: () => boolean): PacketSource['ended'] {
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr = (stderr + chunk).slice(-mostStderr)
  })
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ count: null, complaint: `tcpdump could not be run: ${error.message}` }))
    child.once('close', (code) => {
      const complaint = wasStopped() ? null : (complaintOf(stderr) ?? (code === 0 ? null : `it ended with ${code}`))
      resolve({ count: countOf(stderr), complaint })
    })
  })
}

/** "tcpdump: eth9: No such device exists" → "eth9: No such device exists". */
function complaintOf(stderr: string): string | undefined {
  const lines = stderr.split('\n').map((line) => line.trim())
  const said = lines.filter((line) => line !== '' && !isNotice(line)).slice(0, 2)
  return said.length === 0 ? undefined : said.join(' ').replace(/^(tcpdump|nsenter|setpriv): /, '')
}

function isNotice(line: string): boolean {
  return /^tcpdump: (listening on|data link type|WARNING)|^\d+ packets? /i.test(line)
}

function countOf(stderr: string): CaptureCount | null {
  const received = /^(\d+) packets? received by filter/m.exec(stderr)?.[1]
  const dropped = /^(\d+) packets? dropped by kernel/m.exec(stderr)?.[1]
  return received === undefined ? null : { received: Number(received), dropped: Number(dropped ?? 0) }
}
