import { request } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { startApi } from './http'
import { createFakes, testToken } from './testing/caller'

const bearer = { authorization: `Bearer ${testToken}` }

async function setUp() {
  const fakes = await createFakes()
  const config = { host: '127.0.0.1', allowedHosts: [], runDir: fakes.dataDir }
  const api = await startApi({ ...fakes, config, log: () => undefined })
  onTestFinished(() => api.close())
  const open = (path: string, headers: Record<string, string>) => {
    const asking = request({ socketPath: api.socketPath, path, headers: { host: 'localhost', ...headers } })
    const answered = new Promise<{ status: number; chunks: Buffer[]; ended: Promise<void> }>((resolve, reject) => {
      asking.once('error', reject)
      asking.once('response', (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        const ended = new Promise<void>((done) => response.once('close', done))
        resolve({ status: response.statusCode ?? 0, chunks, ended })
      })
    })
    asking.end()
    return { asking, answered }
  }
  return { ...fakes, open }
}

/** Status and text of what is refused. */
async function refusal(open: Awaited<ReturnType<typeof setUp>>['open'], path: string, headers = {}) {
  const { status, chunks, ended } = await open(path, headers).answered
  await ended
  return [status, Buffer.concat(chunks).toString()] as const
}

test('a capture is streamed as it comes, and ends when who asked for it goes away', async () => {
  const { open, packets, engine } = await setUp()
  const { asking, answered } = open('/api/capture?link=eth7&filter=icmp&seconds=5', bearer)
  const { status, chunks } = await answered
  expect(status).toBe(200)
  expect(packets.started).toMatchObject([{ point: { netns: 'host', link: 'eth7' }, filter: 'icmp', isStopped: false }])
  expect([engine.lastActor, engine.lastNoted]).toEqual(['admin', { verb: 'capture.start', subjects: ['eth7 (icmp)'] }])
  await expect.poll(() => chunks[0]?.readUInt32LE(0)).toBe(0x0a0d0d0a)
  packets.started[0]?.pass(Buffer.alloc(60, 7))
  await expect.poll(() => Buffer.concat(chunks).includes(Buffer.alloc(60, 7))).toBe(true)
  asking.destroy()
  await expect.poll(() => packets.started[0]?.isStopped).toBe(true)
})

test('who captures is written down by the names of where, whatever it was asked by', async () => {
  const { open, observer, engine } = await setUp()
  const id = 'c0ffee'.repeat(10)
  Object.assign(observer.snapshot.networks, { [id]: { id, name: 'lab', device: 'br-c0ffeec0ffee', parent: null } })
  const { asking, answered } = open(`/api/capture?network=${id}`, bearer)
  expect((await answered).status).toBe(200)
  expect(engine.lastNoted).toEqual({ verb: 'capture.start', subjects: ['lab br-c0ffeec0ffee'] })
  asking.destroy()
})

test('without a token, from another site, or with what makes no sense, nothing is started', async () => {
  const { open, packets } = await setUp()
  expect(await refusal(open, '/api/capture?link=eth0')).toEqual([
    401,
    'no session; send Authorization: Bearer with the token\n',
  ])
  const elsewhere = { ...bearer, 'sec-fetch-site': 'cross-site' }
  expect((await refusal(open, '/api/capture?link=eth0', elsewhere))[0]).toBe(403)
  for (const query of ['', 'link=any', 'link=a%20b', 'link=eth0&seconds=601', 'link=eth0&colour=red']) {
    expect((await refusal(open, `/api/capture?${query}`, bearer))[0]).toBe(400)
  }
  expect(await refusal(open, '/api/capture?container=never', bearer)).toEqual([404, 'container never not found\n'])
  expect((await refusal(open, '/api/capture/never', bearer))[0]).toBe(404)
  expect(packets.started).toHaveLength(0)
})
