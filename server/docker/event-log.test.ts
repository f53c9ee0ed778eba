import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFakeHost, type FakeHost } from '../engine/testing/fake-host'
import { type DockerEvent, EventLog } from './event-log'

const asked = { actor: 'test' }
let host: FakeHost
let log: EventLog

beforeEach(async () => {
  host = await createFakeHost()
  log = new EventLog(host.engine)
})
afterEach(async () => {
  log.close()
  await host.end()
})

const told = (since = 0) =>
  log
    .list()
    .slice(since)
    .map(({ Type, Action }) => `${Type} ${Action}`)

test('what happens to a container and its networks is told in the order in which Docker tells it', async () => {
  const { engine } = host
  await engine.createNetwork({ name: 'web' }, asked)
  await engine.createNetwork({ name: 'other' }, asked)
  await engine.createContainer({ name: 'box', network: 'web', labels: { tier: 'front' } }, asked)
  await engine.startContainer('box', asked)
  await engine.connect({ network: 'other', container: 'box' }, asked)
  await engine.updateEndpoint({ network: 'other', container: 'box' }, { aliases: ['bin'] }, asked)
  await engine.updateNetwork('other', { labels: { tier: 'back' } }, asked)
  await engine.disconnect({ network: 'other', container: 'box' }, asked)
  await engine.renameContainer('box', 'crate', asked)
  await engine.stopContainer('crate', asked)
  await engine.removeContainer('crate', asked)
  await engine.removeNetwork('web', asked)
  expect(told()).toEqual([
    ...['network create', 'network create', 'container create', 'network connect', 'container start'],
    ...['network connect', 'network update', 'network disconnect', 'container rename'],
    ...['container die', 'network disconnect', 'container stop', 'container destroy', 'network destroy'],
  ])
})

test('attributes name what a filter looks for', async () => {
  const { engine } = host
  const { result: web } = await engine.createNetwork({ name: 'web' }, asked)
  const { result: box } = await engine.runContainer({ name: 'box', network: 'web', labels: { tier: 'front' } }, asked)
  host.runtime.end(box.id, 3)
  await expect.poll(() => told().at(-1)).toBe('network disconnect')
  const find = (action: string): Partial<DockerEvent> | undefined => log.list().find(({ Action }) => Action === action)
  const attributes = { tier: 'front', image: box.image, name: 'box' }
  expect(find('die')).toMatchObject({
    ...{ Type: 'container', status: 'die', id: box.id, from: box.image, scope: 'local' },
    Actor: { ID: box.id, Attributes: { ...attributes, exitCode: '3' } },
  })
  expect(find('connect')?.Actor).toEqual({ ID: web.id, Attributes: { container: box.id, name: 'web', type: 'bridge' } })
  log.tell(box.id, 'kill', { signal: '9' })
  expect(find('kill')?.Actor?.Attributes).toEqual({ ...attributes, signal: '9' })
})

test('an end that is heard of twice is told once, and what fails is not told', async () => {
  const { engine } = host
  const { result: box } = await engine.runContainer({ name: 'box' }, asked)
  const before = log.list().length
  host.runtime.failNext('stop')
  await expect(engine.stopContainer('box', asked)).rejects.toThrow()
  expect(told(before)).toEqual([])
  host.runtime.end(box.id, 0)
  await expect.poll(() => told(before)).toEqual(['container die', 'network disconnect'])
  await engine.startContainer('box', asked)
  await engine.restartContainer('box', asked)
  expect(told(before).filter((line) => line === 'container die')).toHaveLength(2)
})
