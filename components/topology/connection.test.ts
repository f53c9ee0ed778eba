import { expect, test } from 'vitest'
import { checkAll, checkConnection } from './connection'
import { container, endpoint, network, snapshot } from './snapshot.fixture'

const picture = snapshot({
  networks: [
    network('web'),
    network('db', { colour: 1 }),
    network('host', { driver: 'host', predefined: true }),
    network('none', { driver: 'null', predefined: true }),
    network('conf', { driver: 'null', configuration: { ipv4: true, ipv6: false } }),
    network('compose_default', { origin: 'docker' }),
    network('virbr0', { origin: 'kernel' }),
  ],
  containers: [
    container('c1'),
    container('c2', { status: 'exited' }),
    container('on-host', { networkMode: 'host' }),
    container('alone', { networkMode: 'none' }),
    container('side', { networkMode: 'container:con-on-host' }),
    container('nginx', { origin: 'docker' }),
  ],
  endpoints: [endpoint('c1', 'web', 2), endpoint('alone', 'none', 0, { ipv4Address: null })],
})

function reasonOf(from: string, to: string, moving?: string) {
  const check = checkConnection(picture, from, to, moving)
  return check.ok ? 'ok' : check.reason
}

test('a cable goes from a sandbox to a network, and either way round', () => {
  expect(reasonOf('con-c1', 'net-db')).toBe('ok')
  expect(reasonOf('net-db', 'con-c1')).toBe('ok')
})

test('a stopped container can be connected', () => {
  expect(reasonOf('con-c2', 'net-web')).toBe('ok')
})

test('what is already connected is refused with both names', () => {
  expect(checkConnection(picture, 'con-c1', 'net-web')).toEqual({
    ok: false,
    reason: 'connected',
    names: { network: 'web', container: 'c1' },
  })
})

test('a cable in hand may be put back where it was', () => {
  expect(reasonOf('con-c1', 'net-web', 'end-c1-web')).toBe('ok')
})

test.each([
  ['con-c1', 'con-c1', 'self'],
  ['con-c1', 'con-c2', 'twoSandboxes'],
  ['net-web', 'net-db', 'twoNetworks'],
  ['con-c1', 'host', 'hostNode'],
  ['con-c1', 'net-host', 'hostNetwork'],
  ['con-c1', 'net-none', 'noneNetwork'],
  ['con-on-host', 'net-web', 'hostMode'],
  ['con-side', 'net-web', 'sharedMode'],
  ['con-alone', 'net-web', 'noneMode'],
  ['con-c1', 'net-compose_default', 'foreignNetwork'],
  ['con-c1', 'net-virbr0', 'foreignNetwork'],
  ['con-nginx', 'net-web', 'foreignContainer'],
  ['con-c1', 'net-removed', 'gone'],
])('from %s to %s is refused: %s', (from, to, reason) => {
  expect(reasonOf(from, to)).toBe(reason)
})

test('every node gets an answer while a cable is in hand', () => {
  const checks = checkAll(picture, 'con-c2')
  expect([...checks].filter(([, check]) => check.ok).map(([id]) => id)).toEqual(['net-web', 'net-db'])
  expect(checks.size).toBe(14)
})

test('a configuration takes no cable, and says what it is', () => {
  expect(reasonOf('con-c1', 'net-conf')).toBe('configuration')
})
