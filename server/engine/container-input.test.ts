import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Image } from '../runtime/contract'
import { emptyConfig } from '../runtime/images/config'
import type { ContainerCreateInput } from './contract'
import { createFakeHost, type FakeHost } from './testing/fake-host'

const image: Image = {
  id: `sha256:${'c'.repeat(64)}`,
  tags: ['server:latest'],
  createdAt: new Date(0),
  sizeBytes: 1,
  config: {
    ...emptyConfig,
    entrypoint: ['/serve'],
    command: ['--all'],
    env: ['A=1'],
    workingDir: '/srv',
    user: 'www',
    labels: { of: 'image', kept: 'yes' },
    exposedPorts: ['80/tcp'],
    stopSignal: 'SIGQUIT',
    healthcheck: { test: ['CMD', '/check'], intervalMs: 1_000, timeoutMs: 1_000, startPeriodMs: 0, retries: 2 },
  },
}

let host: FakeHost

beforeAll(async () => {
  host = await createFakeHost([image])
})

afterAll(() => host.end())

async function made(input: ContainerCreateInput) {
  return (await host.engine.createContainer({ image: 'server', ...input }, { actor: 'test' })).result
}

test('a container takes from its image what it is not told', async () => {
  expect(await made({})).toMatchObject({
    ...{ command: ['--all'], env: ['A=1'], workingDir: '/srv', user: 'www', labels: image.config.labels },
    options: {
      entrypoint: ['/serve'],
      exposedPorts: ['80/tcp'],
      stopSignal: 'SIGQUIT',
      healthcheck: image.config.healthcheck,
    },
  })
})

test('what it is told goes before the image', async () => {
  const options = { exposedPorts: ['443/tcp'], stopSignal: 'SIGINT' }
  const container = await made({ env: ['B=2'], workingDir: '/', user: 'root', labels: { of: 'me' }, options })
  expect(container).toMatchObject({ env: ['B=2', 'A=1'], workingDir: '/', user: 'root' })
  expect(container.labels).toEqual({ of: 'me', kept: 'yes' })
  expect(container.options).toMatchObject({ exposedPorts: ['80/tcp', '443/tcp'], stopSignal: 'SIGINT' })
})

test('a command is given to the entrypoint; a new entrypoint stands alone; an empty one is none', async () => {
  const argv = async (input: ContainerCreateInput) => {
    const { options, command } = await made(input)
    return [options.entrypoint, command]
  }
  expect(await argv({ command: ['--one'] })).toEqual([['/serve'], ['--one']])
  expect(await argv({ options: { entrypoint: ['/other'] } })).toEqual([['/other'], []])
  expect(await argv({ options: { entrypoint: [''] }, command: ['sh'] })).toEqual([[], ['sh']])
})
