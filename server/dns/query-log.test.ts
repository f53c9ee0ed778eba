import { expect, test } from 'vitest'
import type { QueryView } from './contract'
import { address, ask, askTcp, bed, query, sendUdp, withResolverBed } from './testing/resolver-bed'

withResolverBed()

test('what was asked is shown to who watches: by whom, the answer, and where it came from', async () => {
  bed.upstream.answer = (question) => ({
    answers: [address(question.name, '9.9.9.9'), { type: 'TXT', name: question.name, data: 'a\u202eb' }],
  })
  const stop = new AbortController()
  const seen: QueryView[] = []
  const watching = (async () => {
    for await (const { queries } of bed.resolver.queries.watch(stop.signal)) seen.push(...queries)
  })()
  await ask('web')
  await ask('example.com')
  bed.refusal = 'internal'
  await ask('example.org')
  await sendUdp(Buffer.concat([query('x').subarray(0, 12), Buffer.from([4, 0x1b, 0x3c, 0xe2, 0x2e, 0, 0, 1, 0, 1])]))
  await expect.poll(() => seen.length).toBe(4)
  stop.abort()
  await watching
  expect(seen).toMatchObject([
    {
      name: 'web',
      type: 'A',
      code: 'NOERROR',
      answers: ['10.0.0.2'],
      cause: { from: 'names', origin: { matched: 'web' } },
    },
    { name: 'example.com', answers: ['9.9.9.9', 'TXT a\\u{202e}b'], cause: { from: 'upstream', tried: [] } },
    { name: 'example.org', code: 'SERVFAIL', cause: { from: 'refusal', reason: 'internal' } },
    { name: '\\027<\\226\\.', code: 'SERVFAIL' },
  ])
  expect(seen[0]).toMatchObject({ container: { name: 'asker' }, networks: ['backend'], transport: 'udp', sequence: 1 })
})

test('of a rush of questions the latest are shown, and the rest are counted', async () => {
  const stop = new AbortController()
  const events: { shown: number; missed: number }[] = []
  const watching = (async () => {
    for await (const { queries, missed } of bed.resolver.queries.watch(stop.signal)) {
      events.push({ shown: queries.length, missed })
    }
  })()
  await expect.poll(() => events.length).toBe(1)
  await askTcp(Array.from({ length: 300 }, (_, id) => query('web', 'A', { id })))
  await expect.poll(() => events.reduce((sum, { shown, missed }) => sum + shown + missed, 0)).toBe(300)
  stop.abort()
  await watching
  expect(Math.max(...events.map(({ shown }) => shown))).toBeLessThanOrEqual(100)
})
