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

/** tcpdump's own count. */
export interface CaptureCount {
  readonly received: number
  /** Came too fast, or found no room: they are missing. */
  readonly dropped: number
}

export interface PacketSource {
  /** As a file of pcap, times in nanoseconds. To be read; while it is not, packets are dropped. */
  readonly output: Readable
  /** As the kernel last said; asks it anew, which takes a moment. Null until it has said so once. */
  count(): CaptureCount | null
  /** SIGTERM: what has been received is still written. Quiet when it has ended. */
  stop(): void
  /** With what it complained of, where it did not end by being stopped. */
  readonly ended: Promise<{ readonly count: CaptureCount | null; readonly complaint: Said | null }>
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
  const said = readStderr(child)
  const ended = endOf(child, said, () => timers.length > 0).finally(() => timers.map(clearTimeout))
  const count = () => {
    // Before it listens the signal would end it.
    if (child.exitCode === null && child.signalCode === null && said.isListening) child.kill('SIGUSR1')
    return said.count
  }
  return { output, count, stop, ended }
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

interface Stderr {
  text: string
  isListening: boolean
  /** Of the last time it was asked. */
  count: CaptureCount | null
}

function readStderr(child: ChildProcess): Stderr {
  const said: Stderr = { text: '', isListening: false, count: null }
  let rest = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split(/(?<=\n)/)
    rest = lines.at(-1)?.endsWith('\n') ? '' : (lines.pop() ?? '')
    for (const line of lines) {
      said.isListening ||= line.startsWith('tcpdump: listening on')
      if (/^tcpdump: \d+ packets? captured/.test(line)) said.count = countOf(line)
      else said.text = (said.text + line).slice(-mostStderr)
    }
  })
  child.stderr?.on('end', () => {
    said.text += rest
  })
  return said
}

function endOf(child: ChildProcess, said: Stderr, wasStopped: () => boolean): PacketSource['ended'] {
  return new Promise((resolve) => {
    child.once('error', (error) =>
      resolve({ count: null, complaint: sentence`tcpdump could not be run: ${error.message}` }),
    )
    child.once('close', (code, signal) => {
      const end = signal === null ? sentence`it ended with exit code ${code}` : sentence`${signal} ended it`
      const complaint = wasStopped() ? null : (complaintOf(said.text) ?? (code === 0 ? null : end))
      resolve({ count: countOf(said.text) ?? said.count, complaint })
    })
  })
}

/** "tcpdump: eth9: No such device exists" → "eth9: No such device exists". */
function complaintOf(stderr: string): Said | undefined {
  const lines = stderr.split('\n').map((line) => line.trim())
  const said = lines.filter((line) => line !== '' && !isNotice(line)).slice(0, 2)
  if (said.length === 0) return undefined
  const text = said.join(' ').replace(/^(tcpdump|nsenter|setpriv): /, '')
  return usualComplaints.find(([words]) => words.test(text))?.[1] ?? text
}

/** What people meet every day, in words that can be said in their language; all else is told as tcpdump tells it. */
const usualComplaints: readonly (readonly [RegExp, Said])[] = [
  [/filter expression: syntax error|syntax error in filter expression/, sentence`syntax error`],
  [/expression rejects all packets/, sentence`no packet can match it`],
  [/interface disappeared/, sentence`the interface has gone`],
  [/No such device/, sentence`there is no such interface`],
  [/not up|went down|Network is down/, sentence`the interface is down`],
]

function isNotice(line: string): boolean {
  return /^tcpdump: (listening on|data link type|WARNING)|^\d+ packets? /i.test(line)
}

/** On one line where it was asked, on several at its end. */
function countOf(text: string): CaptureCount | null {
  const received = /(\d+) packets? received by filter/.exec(text)?.[1]
  const dropped = /(\d+) packets? dropped by kernel/.exec(text)?.[1]
  return received === undefined ? null : { received: Number(received), dropped: Number(dropped ?? 0) }
}
