import { afterAll, beforeAll, expect, test } from 'vitest'
import { isPatchbayError } from '../cnm/errors'
import { builtinDrivers } from '../drivers/builtin'
import type { NetworkUpdateInput } from './contract'
import { createFakeHost, type FakeHost } from './testing/fake-host'

/** Values of every kind at every place where one can be typed: taken and described, or refused with what was wrong. */

const asked = { actor: 'test' }
let host: FakeHost

beforeAll(async () => {
  host = await createFakeHost()
  await host.engine.createNetwork({ name: 'front', subnet: '10.1.0.0/24', ipv6: true }, asked)
  await host.engine.runContainer({ name: 'web', network: 'front' }, asked)
})
afterAll(() => host.end())

const texts = [
  ...['', ' ', 'true', 'True', 'yes', '0', '1', '-1', '1500', '01500', '1e3', '99999', '9'.repeat(400), 'NaN'],
  ...['10.0.0.1', '10.0.0.1/24', '10.0.0', '256.1.1.1', '::1', 'fe80::1%eth0', 'fd00::/64', '127.0.0.1', '0.0.0.0'],
  ...['eth0', 'lo', '.', '..', '../x', 'a/b', 'a b', 'x'.repeat(16), 'eth0.10', 'eth0.4095', 'eth0:eth1', '-h'],
  ...[
    'nat',
    'isolated',
    'routed',
    'bridge',
    'l2',
    'passthru',
    '$(reboot)',
    "';--",
    '<b>',
    '\u202eabc',
    'a\nb',
    'a\u0000b',
    '☃',
  ],
]

/** What the engine does with an input that is only asked about; undefined: taken. Anything but its own refusal fails. */
async function outcome(attempt: Promise<unknown>, what: string): Promise<string | undefined> {
  try {
    await attempt
    return undefined
  } catch (error) {
    expect(isPatchbayError(error), `${what}: ${String(error)}`).toBe(true)
    const { message, kind } = error as Error & { kind: string }
    expect(kind, `${what}: ${message}`).not.toBe('system')
    expect(message.length, `${what}: ${message}`).toBeLessThan(600)
    return message
  }
}

const options = builtinDrivers
  .filter(({ creatable }) => creatable)
  .flatMap((driver) => Object.keys(shapeOf(driver.options)).map((key) => [driver.name, key] as const))

function shapeOf(schema: unknown): object {
  return (schema as { shape?: object }).shape ?? {}
}

test('every option of every driver', async () => {
  expect(options.length).toBeGreaterThan(20)
  const before = await host.everything()
  for (const [driver, key] of options) {
    const parent: Record<string, string> = driver === 'bridge' || key === 'parent' ? {} : { parent: 'eth0' }
    const refusals: string[] = []
    for (const text of texts) {
      const input = { name: 'fuzzed', driver, options: { ...parent, [key]: text } }
      const refusal = await outcome(host.engine.createNetwork(input, { ...asked, dryRun: true }), `${key}=${text}`)
      if (refusal !== undefined) refusals.push(refusal)
    }
    expect(refusals.length, key).toBeGreaterThan(0)
  }
  expect(await host.everything()).toEqual(before)
}, 60_000)

test('every field of a network that is edited', async () => {
  const tables = texts.flatMap((text): NetworkUpdateInput[] => [
    { name: text },
    { options: { 'com.docker.network.driver.mtu': text } },
    { options: { [text]: 'x' } },
    { labels: { [text]: text } },
    { pools: [{ subnet: text }] },
    { pools: [{ subnet: '10.1.0.0/24', gateway: text }] },
    { pools: [{ subnet: '10.1.0.0/24', ipRange: text }] },
    { pools: [{ subnet: '10.1.0.0/24', auxAddresses: { a: text } }] },
    { pools: [{ subnet: '10.1.0.0/24' }, { subnet: text }] },
    { names: { upstreams: [text] } },
    { names: { records: [{ name: text, type: 'A', value: '10.0.0.1' }] } },
    { names: { records: [{ name: 'x', type: text, value: text }] } },
    { policy: { ingress: text } },
    { policy: { rules: [{ action: 'allow', direction: 'ingress', peer: { kind: 'subnet', subnet: text } }] } },
    { policy: { rules: [{ action: 'allow', direction: 'egress', peer: { kind: 'network', name: text } }] } },
    { policy: { rules: [{ action: 'deny', direction: 'egress', protocol: 'tcp', ports: text }] } },
    { options: { 'patchbay.policy.rules': text } },
  ])
  const before = await host.everything()
  for (const input of tables) {
    const attempt = host.engine.updateNetwork('front', input, { ...asked, dryRun: true })
    await outcome(attempt, JSON.stringify(input))
  }
  expect(await host.everything()).toEqual(before)
}, 60_000)
