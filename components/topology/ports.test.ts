import { expect, test } from 'vitest'
import { mergeFamilies } from './ports'

test('a port at every address of both families is one; others stay', () => {
  const port = { protocol: 'tcp', containerPort: 80, hostPort: 8080 } as const
  const every = { ...port, hostIp: '0.0.0.0' }
  const others = [
    { ...port, hostIp: '::', hostPort: 8081 },
    { ...port, hostIp: '::', protocol: 'udp' as const },
    { ...port, hostIp: '127.0.0.1' },
  ]
  expect(mergeFamilies([every, { ...port, hostIp: '::' }, ...others])).toEqual([every, ...others])
})
