import { afterEach, expect, test, vi } from 'vitest'
import type { Terminal } from '../engine/contract'
import { createAudience } from '../runtime/streams/audience'
import type { Session } from './auth'
import type { TerminalEvent } from './contract'
import { Terminals } from './terminals'

const graceMs = 40
const size = { rows: 24, columns: 80 }

afterEach(() => vi.useRealTimers())

function sessionOf(hash: string): Session & { end: () => void } {
  const ending = new AbortController()
  return { userName: 'admin', hash, signedOut: ending.signal, end: () => ending.abort() }
}

/** Programs in memory; each writes what the test says. */
function createBench() {
  const programs = new Map<string, ReturnType<typeof createAudience>>()
  const calls: string[] = []
  const ended = new Map<string, (code: number) => void>()
  async function open(container: string): Promise<Terminal> {
    const id = `${container} ${programs.size}`
    const audience = createAudience()
    programs.set(id, audience)
    const { output, leave } = audience.join()
    const exitCode = new Promise<number>((resolve) => ended.set(id, resolve))
    return {
      ...{ id, output: bytesOf(output), exitCode: () => exitCode },
      write: async (bytes) => void calls.push(`write ${id}: ${bytes}`),
      resize: async ({ rows, columns }) => void calls.push(`resize ${id} ${rows} ${columns}`),
      hangUp: () => {
        calls.push(`hang up ${id}`)
        leave()
      },
    }
  }
  const print = (id: string, text: string) =>
    void programs.get(id)?.give({ stream: 'stdout', bytes: Buffer.from(text) })
  const exit = (id: string, code: number) => {
    programs.get(id)?.end()
    ended.get(id)?.(code)
  }
  return { terminals: new Terminals(open, { graceMs }), calls, print, exit, programs }
}

async function* bytesOf(output: AsyncIterable<{ bytes: Buffer }>): AsyncGenerator<Buffer> {
  for await (const { bytes } of output) yield bytes
}

function follow(terminals: Terminals, owner: Session, id: string, from = 0) {
  const leaving = new AbortController()
  const seen = { text: '', end: from, last: undefined as TerminalEvent | undefined }
  const done = (async () => {
    for await (const event of terminals.watch(owner, id, from, leaving.signal)) {
      seen.last = event
      if (event.type !== 'output') continue
      seen.text += Buffer.from(event.data, 'base64')
      seen.end = event.end
    }
  })()
  return { seen, done, leave: () => leaving.abort() }
}

test('a page sees what the program writes, byte for byte, and how it ended', async () => {
  const { terminals, print, exit } = createBench()
  const owner = sessionOf('a')
  const id = await terminals.open(owner, 'web', { size }, 'admin')
  print(id, 'one ')
  const { seen, done } = follow(terminals, owner, id)
  print(id, '\u001b[31mred\u001b[0m')
  await expect.poll(() => seen.text).toBe('one \u001b[31mred\u001b[0m')
  exit(id, 3)
  await done
  expect(seen.last).toEqual({ type: 'end', exitCode: 3 })
})

test('another session neither sees, nor writes, nor resizes, nor closes it', async () => {
  const { terminals, calls, print } = createBench()
  const [owner, other] = [sessionOf('a'), sessionOf('b')]
  const id = await terminals.open(owner, 'web', { size }, 'admin')
  print(id, 'secret')
  const { seen, done } = follow(terminals, other, id)
  await done
  expect(seen).toMatchObject({ text: '', last: { type: 'gone' } })
  await expect(terminals.write(other, id, 'x')).rejects.toMatchObject({ kind: 'not-found' })
  await expect(terminals.resize(other, id, size)).rejects.toMatchObject({ kind: 'not-found' })
  terminals.close(other, id)
  await terminals.write(owner, id, 'ls\r')
  await terminals.resize(owner, id, { rows: 1, columns: 2 })
  expect(calls).toEqual([`write ${id}: ls\r`, `resize ${id} 1 2`])
  terminals.closeAll()
})

test('a page that comes back within the grace sees what it missed; one that does not ends the program', async () => {
  const { terminals, calls, print } = createBench()
  const owner = sessionOf('a')
  const id = await terminals.open(owner, 'web', { size }, 'admin')
  const first = follow(terminals, owner, id)
  print(id, 'before ')
  await expect.poll(() => first.seen.text).toBe('before ')
  first.leave()
  await first.done
  print(id, 'meanwhile')
  const second = follow(terminals, owner, id, first.seen.end)
  await expect.poll(() => second.seen.text).toBe('meanwhile')
  expect(calls).toEqual([])
  second.leave()
  await expect.poll(() => calls).toEqual([`hang up ${id}`])
  await expect(terminals.write(owner, id, 'x')).rejects.toMatchObject({ kind: 'not-found' })
})

test('one that nobody ever watches ends, too', async () => {
  const { terminals, calls } = createBench()
  const id = await terminals.open(sessionOf('a'), 'web', { size }, 'admin')
  await expect.poll(() => calls).toEqual([`hang up ${id}`])
})

test('signing out ends the terminals of that session, and no others', async () => {
  const { terminals, calls } = createBench()
  const [owner, other] = [sessionOf('a'), sessionOf('b')]
  const id = await terminals.open(owner, 'web', { size }, 'admin')
  const kept = await terminals.open(other, 'web', { size }, 'admin')
  const watching = [follow(terminals, owner, id), follow(terminals, other, kept)]
  owner.end()
  await watching[0]?.done
  expect(watching[0]?.seen.last).toEqual({ type: 'gone' })
  expect(calls).toEqual([`hang up ${id}`])
  terminals.closeAll()
  await watching[1]?.done
})

test('what a page has not shown holds the program back, until it says that it has', async () => {
  const { terminals, programs } = createBench()
  const owner = sessionOf('a')
  const id = await terminals.open(owner, 'web', { size }, 'admin')
  const { seen, leave } = follow(terminals, owner, id)
  const mostWritten = 4 * 1024 * 1024
  let written = 0
  const chunk = Buffer.alloc(64 * 1024, 'x')
  const flood = async () => {
    while (written < mostWritten) {
      await programs.get(id)?.give({ stream: 'stdout', bytes: chunk })
      written += chunk.length
    }
  }
  const flooding = flood()
  await expect.poll(() => seen.end).toBeGreaterThan(500_000)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(written).toBeLessThan(1_200_000)
  while (written < mostWritten) {
    terminals.seen(owner, id, seen.end)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await flooding
  await vi.waitUntil(() => {
    terminals.seen(owner, id, seen.end)
    return seen.end === mostWritten
  })
  expect(seen.text).toHaveLength(mostWritten)
  leave()
  terminals.closeAll()
})

test('no more than a bounded number are open at once', async () => {
  const { terminals } = createBench()
  const owner = sessionOf('a')
  const opened = await Promise.all(Array.from({ length: 32 }, () => terminals.open(owner, 'web', { size }, 'admin')))
  await expect(terminals.open(owner, 'web', { size }, 'admin')).rejects.toThrow('32 terminals are open; close one')
  terminals.close(owner, opened[0] ?? '')
  await terminals.open(owner, 'web', { size }, 'admin')
  terminals.closeAll()
})
