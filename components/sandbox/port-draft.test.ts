import { expect, test } from 'vitest'
import { parseHost, portInputs, portRows } from './port-draft'

test.each<[string, ReturnType<typeof parseHost>]>([
  ['', {}],
  ['8080', { hostPort: 8080 }],
  ['8000-8010', { hostPort: 8000, hostPortEnd: 8010 }],
  [' 127.0.0.1:8080 ', { hostIp: '127.0.0.1', hostPort: 8080 }],
  ['127.0.0.1:', { hostIp: '127.0.0.1' }],
  ['127.0.0.1', { hostIp: '127.0.0.1' }],
  ['[::1]:8000-8010', { hostIp: '::1', hostPort: 8000, hostPortEnd: 8010 }],
  ['[fd00::1]', { hostIp: 'fd00::1' }],
  ['fd00::1', { hostIp: 'fd00::1' }],
  ['-80', { hostPortEnd: 80 }],
  ['80-', { hostIp: '80-' }],
  ['web:80', { hostIp: 'web', hostPort: 80 }],
])('%j is read as docker would', (text, port) => {
  expect(parseHost(text)).toEqual(port)
})

test('what was asked for elsewhere is shown as it is typed, and goes back as it was', () => {
  const portRequests = [
    { protocol: 'tcp', containerPort: 80, hostIp: '', hostPort: 8080 },
    { protocol: 'udp', containerPort: 53, hostIp: '::1', hostPort: 5300, hostPortEnd: 5310 },
    { protocol: 'sctp', containerPort: 99, hostIp: '127.0.0.1', hostPort: 0 },
  ] as const
  const ports = [{ protocol: 'sctp', containerPort: 99, hostIp: '127.0.0.1', hostPort: 32768 }] as const
  const rows = portRows({ portRequests, ports })
  expect(rows.map(({ host }) => host)).toEqual(['8080', '[::1]:5300-5310', '127.0.0.1:'])
  expect(rows.at(2)).toMatchObject({ automatic: '32768' })
  expect(portInputs(rows).map((port) => ({ hostIp: '', hostPort: 0, ...port }))).toEqual(portRequests)
})
