import { expect, test } from 'vitest'
import type { ExitEvent } from '../contract'
import { containerOf } from './container'
import { createFakeRuntime, fakeBusybox } from './fake'

const files = { hosts: '', resolvConf: '', hostname: '' }
const container = containerOf({ imageId: fakeBusybox.id })

test('the fake runtime goes through the same states as the real one', async () => {
  const runtime = createFakeRuntime()
  const events: ExitEvent[] = []
  runtime.onExit((event) => events.push(event))
  await runtime.prepare(container)
  const { pid } = await runtime.create(container, '/run/ns', files)
  await runtime.start(container.id)
  expect(await runtime.findPid(container.id)).toBe(pid)
  runtime.end(container.id, 3)
  expect(events).toMatchObject([{ containerId: container.id, exitCode: 3 }])
  expect(await runtime.findExit(container.id)).toEqual(events[0])
  expect(await runtime.stop(container.id, { timeoutMs: 100 })).toBeUndefined()
  await runtime.remove(container.id)
  expect(runtime.prepared.size).toBe(0)
})

test('it fails once, where a test wants it to', async () => {
  const runtime = createFakeRuntime()
  runtime.failNext('create')
  await runtime.prepare(container)
  await expect(runtime.create(container, 'host', files)).rejects.toThrow('create failed on purpose')
  await runtime.create(container, 'host', files)
  await expect(runtime.create(container, 'host', files)).rejects.toThrow('is running already')
})

test('an end that nobody saw is found, and a line that was printed is read', async () => {
  const runtime = createFakeRuntime()
  await runtime.prepare(container)
  await runtime.create(container, 'host', files)
  runtime.print(container.id, 'one')
  runtime.print(container.id, 'two')
  runtime.endUnseen(container.id, 9)
  expect(await runtime.findExit(container.id)).toMatchObject({ exitCode: 9 })
  const lines = []
  for await (const line of await runtime.logs(container.id, { tail: 1 })) lines.push(line.bytes.toString())
  expect(lines).toEqual(['two'])
})
