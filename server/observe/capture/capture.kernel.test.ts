import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Bed, createBed } from '../../engine/testing/bed'
import { checkFilter, startPackets } from '../../kernel/capture'
import { run } from '../../kernel/run'
import { keepCapture, streamCapture } from './capture'
import type { CaptureEvent, PacketRow } from './contract'
import type { CaptureRequest, Point } from './run'

/** Real tcpdumps at a container's cable and at its network's bridge. */

const asked = { actor: 'test' }
const limits = { seconds: 20, bytes: 1_000_000, packets: 1_000 }
let bed: Bed

beforeAll(async () => {
  bed = await createBed()
  await bed.engine.createNetwork({ name: 'lab', subnet: '10.46.0.0/24' }, asked)
  for (const name of ['aa', 'bb']) {
    await bed.engine.runContainer({ name, network: 'lab', command: ['sleep', '1000'] }, asked)
  }
})
afterEach(async () => {
  try {
    await expect.poll(countTcpdumps, { timeout: 2_000 }).toBe(0)
  } finally {
    // What one test left behind is not the next one's failure.
    for (const pid of tcpdumps()) process.kill(pid, 'SIGKILL')
  }
})
afterAll(() => bed.end())

function tcpdumps(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isOurs(name))
    .map(Number)
}

const countTcpdumps = () => tcpdumps().length

/** A child of this process's that has not ended: others on the machine may capture, too. */
function isOurs(pid: string): boolean {
  try {
    const [, state, parent] = /\(tcpdump\) (\S) (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    return parent === String(process.pid) && state !== 'Z'
  } catch {
    return false
  }
}

function hops(): Point[] {
  const network = bed.engine.getNetwork('lab')
  const { sandbox, id } = bed.engine.getContainer('aa')
  const [bridge, netns] = [`br-${network.id.slice(0, 12)}`, sandbox?.key as `/${string}`]
  const ids = { containerId: null, networkId: network.id, addresses: [] }
  return [
    {
      ...ids,
      containerId: id,
      label: 'aa eth0',
      place: 'container',
      owner: 'aa',
      link: 'eth0',
      at: { netns, link: 'eth0' },
    },
    { ...ids, label: bridge, place: 'host', owner: 'host', link: bridge, at: { netns: 'host', link: bridge } },
  ]
}

const requestFor = (points: Point[], filter = ''): CaptureRequest => ({ points, filter, limits })

test('a ping and a DNS question are seen at two hops, as one packet each, and nothing runs when the page has gone', async () => {
  const capture = await keepCapture(requestFor(hops(), 'icmp or udp port 53'), startPackets)
  const leaving = new AbortController()
  const [rows, events]: [PacketRow[], CaptureEvent[]] = [[], []]
  const watching = (async () => {
    for await (const event of capture.watch(0, leaving.signal)) {
      events.push(event)
      if (event.type === 'packets') rows.push(...event.rows)
    }
  })()
  expect(countTcpdumps()).toBe(2)
  const gateway = bed.engine.getNetwork('lab').pools[0]?.gateway ?? ''
  await bed.engine.exec('aa', ['ping', '-c', '1', '-w', '2', gateway])
  await bed.engine.exec('aa', ['nslookup', '-timeout=1', 'word.test', gateway])
  const request = () => rows.filter(({ info }) => info.startsWith('Echo request'))
  await expect.poll(() => request().map(({ point }) => point)).toEqual([0, 1])
  expect(new Set(request().map(({ identity }) => identity)).size).toBe(1)
  expect(request()[0]).toMatchObject({ protocol: 'ICMP', destination: gateway })
  const questions = () => rows.filter(({ protocol, info }) => protocol === 'DNS' && info.includes('A word.test'))
  await expect.poll(() => questions().map(({ point }) => point)).toEqual(expect.arrayContaining([0, 1]))
  expect(rows.every(({ number }, index) => number === index + 1)).toBe(true)
  const text = await readBack(Buffer.concat([...capture.file()]))
  expect(text).toContain('ICMP echo request')
  expect(text).toContain('word.test')
  const others = tcpdumps()
  const source = await startPackets({ netns: 'host', link: 'lo' }, '')
  source.output.resume()
  await expect.poll(() => source.count(), { timeout: 3_000 }).toEqual({ received: expect.any(Number), dropped: 0 })
  // The newest need not have the highest number: numbers begin again at some 32,768.
  const newest = tcpdumps().filter((pid) => !others.includes(pid))
  expect(newest).toHaveLength(1)
  for (const pid of newest) process.kill(pid, 'SIGKILL')
  expect(String((await source.ended).complaint)).toBe('SIGKILL ended it')
  capture.stop()
  await expect.poll(() => events.at(-1)).toMatchObject({ type: 'ended', reason: 'stopped', ends: [{ dropped: 0 }, {}] })
  leaving.abort()
  await watching
})

/** What tcpdump makes of a file. */
async function readBack(file: Buffer): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'patchbay-capture-'))
  try {
    await writeFile(join(dir, 'it.pcapng'), file)
    return (await run('tcpdump', ['-n', '-r', join(dir, 'it.pcapng')])).stdout
  } finally {
    await rm(dir, { recursive: true })
  }
}

test('a stream ends with its reader; a link that goes ends its point, with the reason', async () => {
  const leaving = new AbortController()
  const pieces: Buffer[] = []
  for await (const piece of streamCapture(requestFor(hops().slice(0, 1), 'icmp'), startPackets, leaving.signal)) {
    pieces.push(piece)
    if (pieces.length === 1) await bed.engine.exec('aa', ['ping', '-c', '1', '-w', '2', 'bb'])
    else leaving.abort()
  }
  expect(await readBack(Buffer.concat(pieces))).toContain('echo reply')
  await expect.poll(countTcpdumps, { timeout: 1_000 }).toBe(0)
  const capture = await keepCapture(requestFor(hops()), startPackets)
  await bed.engine.stopContainer('aa', { ...asked, timeoutMs: 0 })
  await bed.engine.removeNetwork('lab', asked).catch(() => undefined)
  for await (const event of capture.watch(0, AbortSignal.timeout(5_000))) {
    if (event.type !== 'pointEnded') continue
    expect(event.end.complaint).toMatchObject({ template: expect.stringMatching(/has gone|is down/) })
    break
  }
  capture.close()
})

test('filters are checked by tcpdump itself, and nothing that looks like an option is one', async () => {
  await checkFilter('tcp port 80 and not arp')
  await checkFilter('')
  await expect(checkFilter('udp prot 53')).rejects.toMatchObject({ kind: 'invalid-parameter', field: 'filter' })
  await expect(checkFilter('-w /tmp/never')).rejects.toThrow('the filter cannot be used: ')
  await expect(checkFilter('icmp\nand')).rejects.toThrow('no control characters')
  const [point] = hops()
  const nowhere = { ...point, at: { netns: '/run/netns/never', link: 'eth0' } } as Point
  await expect(keepCapture(requestFor([nowhere]), startPackets)).rejects.toMatchObject({ kind: 'not-found' })
  const other = { ...point, at: { netns: 'host', link: 'never0' } } as Point
  await expect(keepCapture(requestFor([other]), startPackets)).rejects.toThrow('there is no such interface')
})
