import { afterEach, expect, test } from 'vitest'
import { createFakeHost, type FakeHost } from './testing/fake-host'

const asked = { actor: 'test' }
let host: FakeHost
afterEach(() => host.end())

test('fifty that connect at once, and others that leave meanwhile, never share an address or a MAC', async () => {
  host = await createFakeHost()
  const { engine } = host
  await engine.createNetwork({ name: 'lan', subnet: '10.9.0.0/24', ipRange: '10.9.0.64/26' }, asked)
  const names = Array.from({ length: 50 }, (_, at) => `c${at}`)
  await Promise.all(names.map((name) => engine.runContainer({ name, image: 'busybox' }, asked)))
  const connect = (container: string) => engine.connect({ network: 'lan', container }, asked)
  const changes = await Promise.all(names.map(connect))
  const leaving = names.slice(0, 20)
  await Promise.all(
    leaving.map(async (container) => {
      await engine.disconnect({ network: 'lan', container }, asked)
      await connect(container)
    }),
  )
  const { id } = engine.getNetwork('lan')
  const joined = engine.listEndpoints().filter(({ networkId }) => networkId === id)
  expect(changes).toHaveLength(50)
  for (const key of ['ipv4Address', 'macAddress'] as const) {
    expect(new Set(joined.map(({ assigned }) => assigned?.[key])).size).toBe(50)
  }
  expect(joined.every(({ assigned }) => Number(assigned?.ipv4Address?.split(/[./]/)[3]) >> 6 === 1)).toBe(true)
})
