import { expect, test } from 'vitest'
import type { Explanation, TracePacket, TraceStep } from '@/server/observe/trace/contract'
import { goesAnotherWay } from './remembered'

const packet: TracePacket = {
  ...{ family: 'ipv4', protocol: 'udp', source: '10.0.0.2', destination: '10.0.0.3', sourcePort: 1 },
  ...{ destinationPort: 80, sourceMac: null, destinationMac: null, mark: 0, ttl: 64, size: 64 },
  ...{ inLink: null, outLink: null },
}

function way(destination: string, state: string | null): Explanation {
  const place = { isHost: true, containerId: null, endpointId: null, networkId: null, links: [], rule: null }
  const step = { netns: '1', place, evidence: '', isEnd: false }
  const steps: TraceStep[] = [
    ...(state === null
      ? []
      : [{ ...step, kind: 'conntrack' as const, packet, said: { code: 'flow-kept' as const, values: { state } } }]),
    {
      ...step,
      kind: 'link',
      packet: { ...packet, destination },
      said: { code: 'link-arrives', values: { link: 'eth0' } },
    },
  ]
  return {
    question: { from: { kind: 'host' }, to: { kind: 'host' }, protocol: 'udp', port: 80 },
    ...{ address: '10.0.0.3', there: { steps }, back: null, caveats: [], durationMs: 1 },
    verdict: { outcome: 'answered', remedies: [], at: null, cause: { code: 'answered', values: {} } },
  }
}

test('a remembered connection is told of where it goes another way than a new one', () => {
  const fresh = way('10.0.0.3', null)
  expect(goesAnotherWay(fresh, way('10.0.0.9', 'ESTABLISHED'))).toBe(true)
  expect(goesAnotherWay(fresh, way('10.0.0.3', 'ESTABLISHED'))).toBe(false)
  expect(goesAnotherWay(fresh, way('10.0.0.9', null))).toBe(false)
  expect(goesAnotherWay(fresh, way('10.0.0.9', 'TIME_WAIT'))).toBe(false)
})
