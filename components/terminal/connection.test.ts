import { expect, test } from 'vitest'
import type { TerminalEvent } from '@/server/api/contract'
import { type TerminalApi, TerminalConnection, type TerminalState } from './connection'

const size = { rows: 24, columns: 80 }
const output = (end: number, text: string): TerminalEvent => ({ type: 'output', end, data: btoa(text) })

function createBench(opened: Promise<string> = Promise.resolve('t1')) {
  const calls: string[] = []
  const states: TerminalState[] = []
  const shown: { text: string; done: () => void }[] = []
  const written: (() => void)[] = []
  let emit: (event: TerminalEvent) => void = () => undefined
  const api: TerminalApi = {
    open: async ({ rows }) => {
      calls.push(`open ${rows}`)
      return opened
    },
    watch: (_, onEvent) => {
      emit = onEvent
      return () => void calls.push('unwatch')
    },
    write: (_, data) => {
      calls.push(`write ${data.length > 20 ? data.length : data}`)
      return new Promise<void>((resolve) => written.push(resolve))
    },
    resize: async (_, { rows }) => void calls.push(`resize ${rows}`),
    seen: async (_, position) => void calls.push(`seen ${position}`),
    close: async (terminal) => void calls.push(`close ${terminal}`),
  }
  const connection = new TerminalConnection(api, {
    show: (bytes, done) => void shown.push({ text: new TextDecoder().decode(bytes), done }),
    tell: (state) => void states.push(state),
  })
  return { connection, calls, states, shown, written, emit: (event: TerminalEvent) => emit(event) }
}

test('keys go one call after another, in their order, also those typed before it was open', async () => {
  const { connection, calls, written } = createBench()
  connection.type('a')
  await connection.open(size)
  connection.type('b')
  connection.type('c')
  expect(calls).toEqual(['open 24', 'write a'])
  written[0]?.()
  await expect.poll(() => calls.at(-1)).toBe('write bc')
  connection.type('x'.repeat(20_000))
  written[1]?.()
  await expect.poll(() => calls.at(-1)).toBe('write 16000')
  written[2]?.()
  await expect.poll(() => calls.at(-1)).toBe('write 4000')
})

test('output is shown once, and the daemon hears what has been shown', async () => {
  const { connection, calls, shown, emit } = createBench()
  await connection.open(size)
  emit(output(3, 'abc'))
  emit(output(3, 'abc'))
  emit(output(100_003, 'x'.repeat(100_000)))
  expect(shown.map(({ text }) => text.length)).toEqual([3, 100_000])
  shown[0]?.done()
  expect(calls).toEqual(['open 24'])
  shown[1]?.done()
  expect(calls.at(-1)).toBe('seen 100003')
})

test('the end is told once, and nothing is held any more', async () => {
  const { connection, calls, states, emit } = createBench()
  await connection.open(size)
  emit({ type: 'end', exitCode: 3 })
  emit(output(3, 'abc'))
  connection.type('x')
  connection.close()
  expect(states).toEqual([{ state: 'opening' }, { state: 'open' }, { state: 'ended', exitCode: 3 }])
  expect(calls).toEqual(['open 24', 'unwatch', 'unwatch', 'close t1'])
})

test('one that is closed while it opens is closed when it is open; a size that changed meanwhile is told', async () => {
  let finish: (id: string) => void = () => undefined
  const late = () =>
    new Promise<string>((resolve) => {
      finish = resolve
    })
  const closed = createBench(late())
  const opening = closed.connection.open(size)
  closed.connection.close()
  finish('t9')
  await opening
  expect(closed.calls).toEqual(['open 24', 'close t9'])
  const resized = createBench(late())
  const other = resized.connection.open(size)
  resized.connection.resize({ rows: 30, columns: 80 })
  finish('t1')
  await other
  expect(resized.calls).toEqual(['open 24', 'resize 30'])
})

test('why it could not be opened is told', async () => {
  const { connection, states } = createBench(Promise.reject(new Error('no such shell')))
  await connection.open(size)
  expect(states.at(-1)).toEqual({ state: 'failed', message: 'no such shell' })
})
