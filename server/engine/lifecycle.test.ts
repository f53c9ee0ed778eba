import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RestartPolicy } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { createFakeHost, type FakeHost } from './testing/fake-host'

const asked = { actor: 'test' }
let host: FakeHost

beforeEach(async () => {
  host = await createFakeHost()
})
afterEach(() => host.end())

const box = () => host.engine.getContainer('box')
const status = () => box().state.status
const run = (name: RestartPolicy['name'] = 'no', maximumRetryCount = 0) =>
  host.engine.runContainer({ name: 'box', options: { restartPolicy: { name, maximumRetryCount } } }, asked)
const verbs = () => host.engine.listOperations().map(({ verb }) => verb)

describe('a paused container', () => {
  test('is frozen, takes no command, and goes on', async () => {
    await run()
    const planned = await host.engine.pauseContainer('box', { ...asked, dryRun: true })
    expect(planned.commands).toEqual([`runc pause ${box().id.slice(0, 12)}`])
    expect(box().state.paused).toBe(false)
    await host.engine.pauseContainer('box', asked)
    expect(box().state).toMatchObject({ status: 'running', paused: true })
    expect(await host.runtime.isPaused(box().id)).toBe(true)
    await expect(host.engine.exec('box', ['true'])).rejects.toThrow('is paused')
    await expect(host.engine.startContainer('box', asked)).rejects.toThrow('unpause it instead')
    await expect(host.engine.removeContainer('box', asked)).rejects.toThrow('is paused')
    await expect(host.engine.pauseContainer('box', asked)).rejects.toThrow('already paused')
    await host.engine.unpauseContainer('box', asked)
    expect(box().state.paused).toBe(false)
    expect(await host.runtime.isPaused(box().id)).toBe(false)
    await expect(host.engine.unpauseContainer('box', asked)).rejects.toThrow('is not paused')
  })

  test('is stopped like any other', async () => {
    await run()
    await host.engine.pauseContainer('box', asked)
    await host.engine.stopContainer('box', asked)
    expect(box().state).toMatchObject({ status: 'exited', paused: false })
    await expect(host.engine.pauseContainer('box', asked)).rejects.toThrow('is not running')
  })

  test('is still known as paused after a kill of the daemon, and what was frozen meanwhile too', async () => {
    await run()
    await host.runtime.pause(box().id)
    await host.restart()
    expect(box().state.paused).toBe(true)
  })
})

test('a container that is restarted runs on when the end of its run before is heard of', async () => {
  await run()
  await host.engine.restartContainer('box', asked)
  await host.engine.pauseContainer('box', asked)
  expect(box().state).toMatchObject({ status: 'running', paused: true })
})

test('a start that fails leaves an exit code: that of the last run, or what its failure says, or 128', async () => {
  await host.engine.createContainer({ name: 'box' }, asked)
  host.runtime.failNext(
    'create',
    new PatchbayError('invalid-parameter', 'no such program', { data: { exitCode: 127 } }),
  )
  await expect(host.engine.startContainer('box', asked)).rejects.toThrow('no such program')
  expect(box().state).toMatchObject({ status: 'created', exitCode: 127, error: 'no such program' })
  await host.engine.startContainer('box', asked)
  host.runtime.end(box().id, 0)
  await expect.poll(status).toBe('exited')
  host.runtime.failNext('create')
  await expect(host.engine.startContainer('box', asked)).rejects.toThrow('on purpose')
  expect(box().state.exitCode).toBe(128)
})

describe('a restart policy', () => {
  test('starts a container again, counts, and fills one line of the history', async () => {
    await run('always')
    host.runtime.end(box().id, 3)
    await expect.poll(status).toBe('exited')
    expect(box()).toMatchObject({ sandbox: null, state: { restarting: true, restartCount: 1, exitCode: 3 } })
    await expect.poll(status).toBe('running')
    expect(box().state).toMatchObject({ restarting: false, restartCount: 1 })
    const before = verbs()
    host.runtime.end(box().id, 3)
    await expect.poll(() => box().state.restartCount).toBe(2)
    await expect.poll(status).toBe('running')
    expect(verbs()).toEqual(before)
    expect(host.kernel.print()).toContain(box().sandbox?.key ?? 'none')
  })

  test('tries as often as it says, then the container stays as it is', async () => {
    await run('on-failure', 1)
    host.runtime.end(box().id, 1)
    await expect.poll(() => box().state.restarting).toBe(true)
    await expect.poll(status).toBe('running')
    host.runtime.end(box().id, 1)
    await expect.poll(status).toBe('exited')
    expect(box().state).toMatchObject({ restarting: false, restartCount: 1, exitCode: 1 })
    await host.engine.startContainer('box', asked)
    expect(box().state.restartCount).toBe(0)
  })

  test.each(['stop', 'kill'] as const)('ends with a %s between two runs', async (way) => {
    await run('always')
    host.runtime.end(box().id, 1)
    await expect.poll(() => box().state.restarting).toBe(true)
    await expect(host.engine.removeContainer('box', asked)).rejects.toThrow('is restarting')
    if (way === 'stop') await host.engine.stopContainer('box', asked)
    else await host.engine.killContainer('box', 'KILL')
    await new Promise((resolve) => setTimeout(resolve, 250))
    expect(box().state).toMatchObject({ status: 'exited', restarting: false, stoppedByHand: true })
  })

  test.each(['stop', 'kill'] as const)('ends with a %s of one that runs', async (way) => {
    await run('always')
    if (way === 'stop') await host.engine.stopContainer('box', asked)
    else await host.engine.killContainer('box', 'KILL')
    await expect.poll(status).toBe('exited')
    expect(box().state).toMatchObject({ restarting: false, stoppedByHand: true })
    await host.engine.startContainer('box', asked)
    host.runtime.end(box().id, 0)
    await expect.poll(() => box().state.restarting).toBe(true)
  })

  test('gives up where the container cannot start, and says why', async () => {
    await run('always')
    host.runtime.failNext('start', new Error('no memory left'))
    host.runtime.end(box().id, 1)
    await expect.poll(() => box().state.error).toBe('no memory left')
    expect(box().state).toMatchObject({ status: 'exited', restarting: false })
  })

  test('holds for a new daemon', async () => {
    await run('unless-stopped')
    host.runtime.endUnseen(box().id, 0)
    await host.restart()
    await expect.poll(status).toBe('running')
    await host.engine.stopContainer('box', asked)
    await host.restart()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(status()).toBe('exited')
  })

  test('is refused where it cannot be kept', async () => {
    const create = (options: object, autoRemove = false) =>
      host.engine.createContainer({ name: 'bad', autoRemove, options }, asked)
    const policy = (name: string, maximumRetryCount: number) => ({ restartPolicy: { name, maximumRetryCount } })
    await expect(create(policy('always', 0), true)).rejects.toThrow('restart policy')
    await expect(create(policy('always', 3))).rejects.toThrow("'on-failure'")
    await expect(create(policy('on-failure', -1))).rejects.toThrow('not negative')
    await expect(create({ stopSignal: 'NONSENSE' })).rejects.toThrow('is not a signal')
    expect(host.engine.listContainers()).toEqual([])
  })
})
