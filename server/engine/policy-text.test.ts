import { describe, expect, test } from 'vitest'
import type { Policy } from '../cnm/policy'
import { policyTexts } from '../cnm/policy-text'
import { policyFromTexts, withPolicyOptions } from './policy-text'

const rules = (text: string) => policyFromTexts({ 'patchbay.policy.rules': text })?.rules

test('texts that are about no policy ask for none', () => {
  expect(policyFromTexts({ 'com.docker.network.driver.mtu': '1400' })).toBeUndefined()
  const input = { options: { a: 'b' } }
  expect(withPolicyOptions(input)).toBe(input)
})

test('a policy is read from texts, and the other options stay', () => {
  const options = {
    'patchbay.policy.ingress': 'deny',
    'patchbay.policy.rules':
      'allow ingress tcp 80,443 from container web;deny egress to 10.0.0.0/8\n allow ingress icmp',
    'com.docker.network.driver.mtu': '1400',
  }
  expect(withPolicyOptions({ options })).toEqual({
    options: { 'com.docker.network.driver.mtu': '1400' },
    policy: {
      ingress: 'deny',
      rules: [
        {
          ...{ action: 'allow', direction: 'ingress', protocol: 'tcp', ports: '80,443' },
          peer: { kind: 'container', name: 'web' },
        },
        { action: 'deny', direction: 'egress', peer: { kind: 'subnet', subnet: '10.0.0.0/8' } },
        { action: 'allow', direction: 'ingress', protocol: 'icmp' },
      ],
    },
  })
})

test('a hostile name of a network stands in quotes', () => {
  expect(rules('allow ingress from network "a; b \\"c\\""; deny egress to host')).toEqual([
    { action: 'allow', direction: 'ingress', peer: { kind: 'network', name: 'a; b "c"' } },
    { action: 'deny', direction: 'egress', peer: { kind: 'host' } },
  ])
})

test('what is shown of a policy reads as the same policy again', () => {
  const policy: Policy = {
    ...{ ingress: 'deny', egress: 'allow' },
    rules: [
      {
        ...{ action: 'allow', direction: 'ingress', protocol: 'tcp' },
        peer: { kind: 'network', name: 'kiwl$%^ "; x' },
        ports: [
          { first: 80, last: 80 },
          { first: 8000, last: 8010 },
        ],
      },
      {
        ...{ action: 'deny', direction: 'egress', protocol: 'any' },
        peer: { kind: 'subnet', subnet: 'fd00::/8' },
        ports: [],
      },
    ],
  }
  const texts = policyTexts(policy)
  expect(texts['patchbay.policy.rules']).toBe(
    'allow ingress tcp 80,8000-8010 from network "kiwl$%^ \\"; x"; deny egress any to fd00::/8',
  )
  expect(policyFromTexts(texts)).toMatchObject({
    ...{ ingress: 'deny', egress: 'allow' },
    rules: [{ ports: '80,8000-8010', peer: { name: 'kiwl$%^ "; x' } }, { peer: { subnet: 'fd00::/8' } }],
  })
})

describe('what cannot be read is refused with what it was', () => {
  test.each([
    'allow',
    'allow ingress tcp 80 81',
    'allow ingress from',
    'allow ingress from container',
    'allow ingress from host there',
    'allow ingress from container "unclosed',
    'allow ingress from network "a\\x"',
  ])('%s', (text) => {
    expect(() => rules(text)).toThrow(/rule 1 .* cannot be read; it is to be like "allow ingress tcp 80,443/)
  })

  test('an option that there is not, and a policy given twice', () => {
    expect(() => policyFromTexts({ 'patchbay.policy.ingres': 'deny' })).toThrow(/"patchbay.policy.ingres" is not known/)
    expect(() => withPolicyOptions({ options: { 'patchbay.policy.ingress': 'deny' }, policy: {} })).toThrow(/twice/)
  })
})
