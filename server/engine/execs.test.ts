import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFakeHost, type FakeHost } from './testing/fake-host'

let host: FakeHost
const asked = { actor: 'test' }
const echo = { command: ['echo', 'word'], terminal: false, input: false }

beforeEach(async () => {
  host = await createFakeHost()
  await host.engine.runContainer({ name: 'box', command: ['sleep', '1'] }, asked)
})

afterEach(() => host.end())

async function textOf(output: AsyncIterable<{ bytes: Buffer }>): Promise<string> {
  let text = ''
  for await (const { bytes } of output) text += bytes
  return text
}

test('a command is noted, started once, and known until some time after its end', async () => {
  const { engine, runtime } = host
  runtime.execResult = { exitCode: 3, stdout: 'word\n', stderr: '' }
  const exec = engine.createExec('box', echo)
  expect(engine.listExecs('box')).toEqual([{ ...exec, status: 'created', pid: null, exitCode: null }])
  const attachment = await engine.startExec(exec.id)
  expect(await textOf(attachment.output)).toBe('word\n')
  expect(engine.getExec(exec.id)).toMatchObject({ status: 'ended', exitCode: 3, pid: expect.any(Number) })
  expect(engine.listExecs('box')).toEqual([])
  await expect(engine.startExec(exec.id)).rejects.toMatchObject({ kind: 'conflict' })
  await expect(engine.resizeExec(exec.id, { rows: 1, columns: 1 })).rejects.toMatchObject({ kind: 'conflict' })
  expect(() => engine.getExec('nosuch')).toThrow('No such exec instance: nosuch')
})

test('a command that cannot begin has its exit code, and is not tried again', async () => {
  const { engine, runtime } = host
  runtime.failNext('startExec')
  const exec = engine.createExec('box', echo)
  await expect(engine.startExec(exec.id)).rejects.toThrow('on purpose')
  expect(engine.getExec(exec.id)).toMatchObject({ status: 'ended', exitCode: 126 })
  await expect(engine.startExec(exec.id)).rejects.toMatchObject({ kind: 'conflict' })
})

test('the oldest that do not run are forgotten', () => {
  const { engine } = host
  const [first] = Array.from({ length: 1_001 }, () => engine.createExec('box', echo))
  expect(() => engine.getExec(first?.id ?? '')).toThrow('No such exec instance')
  expect(engine.listExecs('box')).toHaveLength(1_000)
})

test('commands and terminals are for containers that run', async () => {
  const { engine, runtime } = host
  expect(() => engine.createExec('box', { ...echo, command: [] })).toThrow('No exec command specified')
  const before = runtime.calls.length
  await engine.resize('box', { rows: 1, columns: 1 })
  expect(runtime.calls).toHaveLength(before)
  await engine.stopContainer('box', asked)
  expect(() => engine.createExec('box', echo)).toThrow('is not running')
  await expect(engine.resize('box', { rows: 1, columns: 1 })).rejects.toMatchObject({ kind: 'conflict' })
  await engine.createContainer({ name: 'shown', options: { tty: true } }, asked)
  await engine.startContainer('shown', asked)
  await engine.resize('shown', { rows: 5, columns: 7 })
  expect(runtime.calls.at(-1)).toMatch(/^resize .* 5 7$/)
})

test('a client sees what a container writes from when it attached, until it ends', async () => {
  const { engine, runtime } = host
  const { id } = engine.getContainer('box')
  const attachment = await engine.attach('box', { input: true })
  await attachment.write(Buffer.from('typed'))
  runtime.print(id, 'said')
  runtime.end(id, 0)
  expect(await textOf(attachment.output)).toBe('said\n')
  expect(runtime.streams.typed(id)).toBe('typed')
})
