import { expect, test } from 'vitest'
import type { Explanation, TracePacket, TracePlace, TraceStep } from '@/server/observe/trace/contract'
import { litPath } from './lit'
import { groupSteps } from './step-groups'

const packet: TracePacket = {
  ...{ family: 'ipv4', protocol: 'tcp', source: '10.0.0.2', destination: '10.0.0.3', sourcePort: 1 },
  ...{ destinationPort: 80, sourceMac: null, destinationMac: null, mark: 0, ttl: 64, size: 64 },
  ...{ inLink: null, outLink: null },
}

function step(netns: string, code: TraceStep['said']['code'], place: Partial<TracePlace> = {}): TraceStep {
  const nowhere = { containerId: null, endpointId: null, networkId: null, links: [], rule: null }
  const kind = code.startsWith('rule') ? 'rule' : code.startsWith('route') ? 'route' : 'link'
  return {
    ...{ netns, kind, said: { code, values: {} }, evidence: '', packet, isEnd: false },
    place: { isHost: netns === '1', ...nowhere, ...place },
  }
}

const steps = [
  step('2', 'link-leaves', { containerId: 'web', endpointId: 'e1' }),
  step('1', 'bridge-enters', { networkId: 'front' }),
  step('1', 'rule-jumps'),
  step('1', 'rule-returns'),
  step('1', 'rule-drops'),
  step('3', 'link-arrives', { containerId: 'db' }),
]

test('steps stand by namespace, and chains that did not decide are folded', () => {
  const groups = groupSteps(steps, undefined, 4)
  expect(groups.map(({ parts }) => parts.map(({ isQuiet, steps: shown }) => [isQuiet, shown.length]))).toEqual([
    [[false, 1]],
    [
      [false, 1],
      [true, 2],
      [false, 1],
    ],
    [[false, 1]],
  ])
})

test('what turned out otherwise, or decided, is not folded', () => {
  const evidence = steps.map((_, index) => ({
    mark: index === 2 ? ('contradicted' as const) : ('none' as const),
    lines: [],
  }))
  const [, host] = groupSteps(steps, evidence, 3)
  expect(host?.parts.map(({ isQuiet }) => isQuiet)).toEqual([false])
})

test('the way is lit in its order, and ends where the verdict says', () => {
  const explanation: Explanation = {
    question: { from: { kind: 'host' }, to: { kind: 'host' }, protocol: 'tcp' },
    ...{ address: '10.0.0.3', there: { steps }, back: null, caveats: [], durationMs: 1 },
    verdict: {
      ...{ outcome: 'dropped', remedies: [], at: { leg: 'there', step: 4 } },
      cause: { code: 'rule-drops', values: {} },
    },
  }
  const path = litPath(explanation)
  expect([...path.nodes.keys()]).toEqual(['web', 'front', 'host', 'db'])
  expect([...path.edges.keys()]).toEqual(['e1', 'uplink:front'])
  expect(path).toMatchObject({ end: 'host', endsWell: false })
})
