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

async function textsOf(lines: AsyncIterable<LogLine>): Promise<string[]> {
  const texts: string[] = []
  for await (const line of lines) texts.push(line.text)
  return texts
}

test('a line has a time, a stream and its text with all blanks', () => {
  expect(parseEntry('2026-11-21T03:31:15.342375272+00:00 stderr F  two  blanks ')).toEqual({
    time: new Date('2026-11-21T03:31:15.342Z'),
    stream: 'stderr',
    whole: true,
    text: ' two  blanks ',
  })
  expect(parseEntry('2026-11-21T03:31:15.342375272+00:00 stdout F ')?.text).toBe('')
  for (const line of ['', 'noise', 'yesterday stdout F x', '2026-11-21T03:31:15.3+00:00 stdin F x']) {
    expect(parseEntry(line)).toBeUndefined()
  }
})

test('pieces of a line are joined, each stream for itself', () => {
  const joiner = createLineJoiner()
  const push = (text: string) => joiner.push(text.trimEnd())?.text
  expect(push(entry('out-', 'P'))).toBeUndefined()
  expect(push(entry('err-', 'P', 'stderr'))).toBeUndefined()
  expect(push(entry('side'))).toBe('out-side')
  expect(joiner.flush().map((line) => line.text)).toEqual(['err-'])
})

test('a line without an end is given in parts before it fills the memory', () => {
  const joiner = createLineJoiner()
  const piece = entry('x'.repeat(600_000), 'P').trimEnd()
  expect(joiner.push(piece)).toBeUndefined()
  expect(joiner.push(piece)?.text).toHaveLength(1_200_000)
  expect(joiner.flush()).toEqual([])
})

test('the tail is the last lines, also of a long file, and none of a missing one', async () => {
  await writeFile(path, Array.from({ length: 20_000 }, (_, index) => entry(`line ${index} ü`)).join(''))
  expect(await textsOf(readLog(path, { tail: 2 }))).toEqual(['line 19998 ü', 'line 19999 ü'])
  expect(await textsOf(readLog(path, { tail: 0 }))).toEqual([])
  expect(await textsOf(readLog(path, {}))).toHaveLength(20_000)
  expect(await textsOf(readLog(join(dir, 'none'), {}))).toEqual([])
})

test('following goes on in the file that replaces the first, and ends with the container', async () => {
  await writeFile(path, entry('one'))
  let end: () => void = () => undefined
  const until = new Promise<void>((resolve) => {
    end = resolve
  })
  const texts: string[] = []
  for await (const line of readLog(path, { until })) {
    texts.push(line.text)
    if (line.text === 'one') await appendFile(path, entry('two') + entry('thr', 'P'))
    if (line.text === 'two') {
      await appendFile(path, entry('ee'))
      await writeFile(`${path}.tmp`, entry('four') + entry('unended', 'P'))
      await rename(`${path}.tmp`, path)
    }
    if (line.text === 'four') end()
  }
  expect(texts).toEqual(['one', 'two', 'three', 'four', 'unended'])
})
