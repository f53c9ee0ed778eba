import { expect, test } from 'vitest'
import type { Policy, PolicyRule } from '@/server/cnm/policy'
import { addRule, draftOf, inputOf, moveRule } from './policy-draft'
import { denialBetween, isShut } from './policy-verdict'

const rule: PolicyRule = { action: 'allow', direction: 'ingress', peer: { kind: 'any' }, protocol: 'any', ports: [] }
const shut: Policy = { ingress: 'deny', egress: 'allow', rules: [] }

test('a policy comes back from the form as it went in', () => {
  const rules: PolicyRule[] = [
    {
      ...rule,
      peer: { kind: 'container', name: 'db' },
      protocol: 'tcp',
      ports: [
        { first: 80, last: 80 },
        { first: 90, last: 99 },
      ],
    },
    { ...rule, action: 'deny', direction: 'egress', peer: { kind: 'subnet', subnet: '10.0.0.0/8' } },
  ]
  expect(inputOf(draftOf({ ...shut, rules }))).toEqual({
    ingress: 'deny',
    egress: 'allow',
    rules: [
      {
        action: 'allow',
        direction: 'ingress',
        peer: { kind: 'container', name: 'db' },
        protocol: 'tcp',
        ports: '80, 90-99',
      },
      {
        action: 'deny',
        direction: 'egress',
        peer: { kind: 'subnet', subnet: '10.0.0.0/8' },
        protocol: 'any',
        ports: '',
      },
    ],
  })
  expect(inputOf(draftOf(undefined))).toEqual({ ingress: 'allow', egress: 'allow', rules: [] })
})

test('rules are added at the end and moved past one another', () => {
  const draft = addRule(addRule(draftOf(shut)))
  expect(draft.rules.map(({ key, action }) => [key, action])).toEqual([
    [0, 'allow'],
    [1, 'allow'],
  ])
  expect(moveRule(draft, 1, -1).rules.map(({ key }) => key)).toEqual([1, 0])
  expect(moveRule(draft, 0, -1)).toBe(draft)
})

test('a pair is denied where one side’s policy, or a network’s, leaves nothing of it', () => {
  const pictureOf = (policy: Policy | undefined, network?: Policy) =>
    ({
      containers: { a: { id: 'a', name: 'a' }, b: { id: 'b', name: 'b', ...(policy ? { policy } : {}) } },
      networks: { n: { id: 'n', name: 'net', ...(network ? { policy: network } : {}) } },
      endpoints: { x: { containerId: 'a', networkId: 'n' }, y: { containerId: 'b', networkId: 'n' } },
    }) as unknown as Parameters<typeof denialBetween>[0]
  expect(denialBetween(pictureOf(undefined), 'a', 'b')).toBeUndefined()
  expect(denialBetween(pictureOf(shut), 'a', 'b')).toEqual({ holder: 'b', direction: 'ingress' })
  expect(denialBetween(pictureOf(shut), 'b', 'a')).toBeUndefined()
  const some = { ...rule, protocol: 'tcp' as const }
  expect(denialBetween(pictureOf({ ...shut, rules: [some] }), 'a', 'b')).toBeUndefined()
  const denied: PolicyRule = { ...rule, action: 'deny', peer: { kind: 'container', name: 'a' } }
  expect(denialBetween(pictureOf({ ...shut, rules: [denied, some] }), 'a', 'b')).toEqual({
    holder: 'b',
    direction: 'ingress',
  })
  expect(denialBetween(pictureOf(undefined, { ...shut, ingress: 'allow', egress: 'deny' }), 'a', 'b')).toEqual({
    holder: 'net',
    direction: 'egress',
  })
  expect(isShut(shut)).toBe(true)
  expect(isShut({ ...shut, rules: [rule] })).toBe(false)
})
