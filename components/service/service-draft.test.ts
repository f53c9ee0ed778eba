import { expect, test } from 'vitest'
import type { ServiceView } from '@/server/observe/snapshot'
import { addPort, emptyService, serviceDraft, serviceInput, shares } from './service-draft'

const service: ServiceView = {
  ...{ id: 's', name: 'shop', networkId: 'n', ipv4Address: '172.18.0.9', ipv6Address: null, affinity: 'client' },
  ports: [{ protocol: 'tcp', port: 80, targetPort: 8080, hostPort: 8088, hostIp: '127.0.0.1' }],
  selection: { containers: ['c1'], labels: { app: 'web', tier: '' }, alias: 'any', weights: { c1: 3 } },
  members: [],
  createdAt: '',
}

test('what a service has comes back as it was when nothing is typed', () => {
  expect(serviceInput(serviceDraft(service))).toEqual({
    ...{ name: 'shop', ipv4Address: '172.18.0.9', affinity: 'client', memberAlias: 'any', containers: ['c1'] },
    ports: [{ protocol: 'tcp', port: 80, targetPort: 8080, hostPort: 8088, hostIp: '127.0.0.1' }],
    memberLabels: { app: 'web', tier: '' },
    weights: { c1: 3 },
  })
})

test('rows without a port are not meant yet, and nonsense is left to the daemon to refuse', () => {
  const draft = addPort({ ...emptyService, name: ' web ', weights: { c1: 'heavy', c2: '' } })
  expect(serviceInput(draft)).toMatchObject({ name: 'web', weights: { c1: -1 } })
  expect(serviceInput(draft).ports).toHaveLength(1)
})

test('shares are of a hundred', () => {
  expect(shares({ a: 1, b: 2 })).toEqual({ a: 33, b: 67 })
  expect(shares({ a: 0 })).toEqual({ a: 0 })
})
