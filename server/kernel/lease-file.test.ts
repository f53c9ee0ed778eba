import { expect, test } from 'vitest'
import { parseLeaseFile } from './lease-file'

const at = new Date('2026-01-02T03:04:05Z')
const parse = (values: Record<string, string>) =>
  parseLeaseFile(
    Object.entries(values)
      .map(([name, value]) => `${name}=${value}`)
      .join('\0'),
    at,
  )
const bound = { event: 'bound', ip: '192.168.1.40', mask: '24', router: '192.168.1.1', serverid: '192.168.1.2' }

test('a lease with all that a server may say', () => {
  expect(parse({ ...bound, lease: '3600', dns: '192.168.1.1 9.9.9.9', domain: 'lan' })).toEqual({
    address: '192.168.1.40/24',
    gateway: '192.168.1.1',
    server: '192.168.1.2',
    seconds: 3600,
    nameServers: ['192.168.1.1', '9.9.9.9'],
    renewedAt: at,
  })
  expect(parse({ event: 'renew', ip: '10.0.0.9' })).toEqual({ address: '10.0.0.9/32', nameServers: [], renewedAt: at })
})

test.each([
  [{ ...bound, event: 'deconfig' }],
  [{ ...bound, event: 'leasefail' }],
  [{ ...bound, ip: '127.0.0.1' }],
  [{ ...bound, ip: '224.0.0.1' }],
  [{ ...bound, ip: '10.0.0.1; reboot' }],
  [{ ...bound, mask: '33' }],
  [{ ...bound, mask: '-1' }],
])('%j is no lease', (values) => {
  expect(parse(values)).toBeUndefined()
})

test('what a server says of others counts only where it can be true', () => {
  expect(parse({ ...bound, router: '10.0.0.1 192.168.1.40 $(reboot) 192.168.1.254' })?.gateway).toBe('192.168.1.254')
  expect(parse({ ...bound, router: '10.0.0.1' })).not.toHaveProperty('gateway')
  expect(parse({ ...bound, serverid: '::1', lease: '99999999999', dns: 'a b 0.0.0.0' })).toEqual({
    ...{ address: '192.168.1.40/24', gateway: '192.168.1.1', nameServers: [], renewedAt: at },
  })
})
