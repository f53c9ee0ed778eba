import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { LogLine } from './contract'
import { createLineJoiner, parseEntry } from './log-lines'
import { readLog } from './log-reader'

let dir: string
let path: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'patchbay-log-'))
  path = join(dir, 'ctr.log')
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const entry = (text: string, tag = 'F', stream = 'stdout') =>
  `2026-11-21T03:31:15.342375272+00:00 ${stream} ${tag} ${text}\n`

async function textsOf(lines: Promise<AsyncIterable<LogLine>>): Promise<string[]> {
  const texts: string[] = []
  for await (const line of await lines) texts.push(line.bytes.toString())
  return texts
}

const parsed = (line: string) => parseEntry(Buffer.from(line))

test('a line has a time to the nanosecond, a stream and its bytes with all blanks', () => {
  expect(parsed('2026-11-21T03:31:15.342375272+00:00 stderr F  two  blanks ')).toEqual({
    line: {
      time: new Date('2026-11-21T03:31:15.342Z'),
      stamp: '2026-11-21T03:31:15.342375272Z',
      stream: 'stderr',
      bytes: Buffer.from(' two  blanks '),
      isPart: false,
    },
    isEnd: true,
  })
  expect(parsed('2026-11-21T03:31:15.342375272+00:00 stdout F ')?.line.bytes).toHaveLength(0)
  for (const line of ['', 'noise', 'yesterday stdout F x', '2026-11-21T03:31:15.342375272+00:00 stdin F x']) {
    expect(parsed(line)).toBeUndefined()
  }
})

test('pieces of a line are joined, each stream for itself', () => {
  const joiner = createLineJoiner()
  const push = (text: string) => joiner.push(Buffer.from(text.trimEnd()))?.bytes.toString()
  expect(push(entry('out-', 'P'))).toBeUndefined()
  expect(push(entry('err-', 'P', 'stderr'))).toBeUndefined()
  expect(push(entry('side'))).toBe('out-side')
  expect(joiner.flush().map((line) => line.bytes.toString())).toEqual(['err-'])
})

test('a line without an end is given in parts before it fills the memory', () => {
  const joiner = createLineJoiner()
  const piece = Buffer.from(entry('x'.repeat(600_000), 'P').trimEnd())
  expect(joiner.push(piece)).toBeUndefined()
  const part = joiner.push(piece)
  expect(part).toMatchObject({ isPart: true })
  expect(part?.bytes).toHaveLength(1_200_000)
  expect(joiner.flush()).toEqual([])
})

test('every byte but the line feed comes through', async () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index)).filter((byte) => byte !== 10)
  await writeFile(path, Buffer.concat([Buffer.from(entry('').trimEnd()), Buffer.from(' '), bytes, Buffer.from('\n')]))
  const lines: LogLine[] = []
  for await (const line of await readLog(path, {})) lines.push(line)
  expect(lines.map((line) => [...line.bytes])).toEqual([[...bytes]])
})

test('the tail is the last lines, also of a long file, and none of a missing one', async () => {
  await writeFile(path, Array.from({ length: 20_000 }, (_, index) => entry(`line ${index} ü`)).join(''))
  expect(await textsOf(readLog(path, { tail: 2 }))).toEqual(['line 19998 ü', 'line 19999 ü'])
  expect(await textsOf(readLog(path, { tail: 0 }))).toEqual([])
  expect(await textsOf(readLog(path, {}))).toHaveLength(20_000)
  const texts = await textsOf(readLog(path, { tail: 7_777 }))
  expect(texts).toEqual(Array.from({ length: 7_777 }, (_, index) => `line ${20_000 - 7_777 + index} ü`))
  expect(await textsOf(readLog(join(dir, 'none'), {}))).toEqual([])
})

test('following goes on in the file that replaces the first, and ends with the container', async () => {
  await writeFile(path, entry('one'))
  let end: () => void = () => undefined
  const until = new Promise<void>((resolve) => {
    end = resolve
  })
  const texts: string[] = []
  for await (const line of await readLog(path, { until })) {
    const text = line.bytes.toString()
    texts.push(text)
    if (text === 'one') await appendFile(path, entry('two') + entry('thr', 'P'))
    if (text === 'two') {
      await appendFile(path, entry('ee'))
      await writeFile(`${path}.tmp`, entry('four') + entry('unended', 'P'))
      await rename(`${path}.tmp`, path)
    }
    if (text === 'four') end()
  }
  expect(texts).toEqual(['one', 'two', 'three', 'four', 'unended'])
})

test('the tail of a file of many short pieces counts lines, not pieces', async () => {
  const pieces = Array.from({ length: 30_000 }, (_, index) => entry(`${index % 10}`, index % 10 === 9 ? 'F' : 'P'))
  await writeFile(path, pieces.join(''))
  expect(await textsOf(readLog(path, { tail: 3 }))).toEqual(['0123456789', '0123456789', '0123456789'])
  expect(await textsOf(readLog(path, { tail: 5_000 }))).toHaveLength(3_000)
})

test('a log that is removed after it was opened is read all the same', async () => {
  await writeFile(path, entry('one') + entry('two'))
  const lines = await readLog(path, {})
  await rm(dir, { recursive: true })
  expect(await textsOf(Promise.resolve(lines))).toEqual(['one', 'two'])
})
