import { expect, test } from 'vitest'
import type { Frame } from '../../kernel/frame'
import type { Witnessed } from '../../kernel/witness'
import { agreementOf, compare, ruleKey, type Seen } from './compare'
import type { Explanation, Outcome, StepKind, TracePacket, TraceStep } from './contract'
import { numberRules } from './prober'

const packet: TracePacket = {
  ...{ family: 'ipv4', protocol: 'tcp', source: '10.0.0.2', destination: '10.0.0.3' },
  ...{ sourcePort: 1, destinationPort: 80, sourceMac: null, destinationMac: null },
  ...{ mark: 0, ttl: 64, size: 64, inLink: null, outLink: 'eth0' },
}

function step(kind: StepKind, code: TraceStep['said']['code'], more: Partial<TraceStep> = {}): TraceStep {
  return {
    ...{ netns: '1', kind, said: { code, values: {} }, evidence: '', packet, isEnd: false },
    place: { isHost: true, containerId: null, endpointId: null, networkId: null, links: ['eth0'], rule: null },
    ...more,
  }
}

function atRule(code: TraceStep['said']['code'], number: number): TraceStep {
  const plain = step('rule', code)
  return { ...plain, place: { ...plain.place, rule: { family: 'ipv4', table: 'filter', chain: 'FORWARD', number } } }
}

function explanation(outcome: Outcome, steps: readonly TraceStep[], protocol: 'tcp' | 'udp' = 'tcp'): Explanation {
  return {
    question: { from: { kind: 'host' }, to: { kind: 'address', address: '10.0.0.3' }, protocol, port: 80 },
    ...{ address: '10.0.0.3', there: { steps }, back: null, caveats: [], durationMs: 1 },
    verdict: {
      outcome,
      cause: { code: 'rule-drops', values: {} },
      remedies: [],
      at: { leg: 'there', step: steps.length - 1 },
    },
  }
}

const syn: Frame = {
  ...{ kind: 'tcp', source: '10.0.0.2', destination: '10.0.0.3', sourcePort: 40000, destinationPort: 80 },
  flags: 'SYN',
}
const out: Witnessed = { type: 'packet', at: 1, link: 2, direction: 'out', frame: syn }
const drops = (handle: string): Witnessed => ({
  ...{ type: 'rule', what: 'rule', id: 9, family: 'ip', table: 'filter', chain: 'FORWARD', verdict: 'drop' },
  ...{ target: null, handle, inLink: 2, outLink: 3, frame: syn },
})

const ruleset = JSON.stringify({
  nftables: [
    { metainfo: {} },
    { chain: { family: 'ip', table: 'filter', name: 'FORWARD' } },
    ...[8, 5].map((handle) => ({ rule: { family: 'ip', table: 'filter', chain: 'FORWARD', handle } })),
  ],
})

function seen(...witnessed: Witnessed[]): Seen {
  const counted = new Map([[ruleKey('ipv4', 'filter', 'FORWARD', '1'), 2]])
  return {
    ...{ netns: '1', links: new Map([[2, 'eth0']]), ...numberRules(ruleset), counted },
    ...{ blind: null, witnessed, flows: [] },
  }
}

const silent = { result: 'silent', errno: null, ms: 250 } as const

test('rules are numbered by their place in the chain, not by their handle', () => {
  expect(numberRules(ruleset).rules.get(ruleKey('ip', 'filter', 'FORWARD', '5'))).toBe(2)
})

test('a drop by the rule that was said to drop agrees, and each step has its evidence', () => {
  const steps = [step('route', 'route-direct'), step('link', 'link-leaves'), atRule('rule-drops', 2)]
  const comparison = compare(explanation('dropped', steps), [seen(out, drops('5'))], silent)
  expect(comparison).toMatchObject({ agreement: 'agrees', dropped: { table: 'filter', chain: 'FORWARD', number: 2 } })
  expect(comparison.there.map(({ mark }) => mark)).toEqual(['seen', 'seen', 'seen'])
  expect(comparison.there[1]?.lines).toEqual(['out eth0  10.0.0.2:40000 > 10.0.0.3:80 SYN'])
  expect(comparison.there[2]?.lines).toEqual(['ip filter FORWARD rule 2: drop'])
})

test('a drop by another rule differs, and is told beside the steps', () => {
  const comparison = compare(explanation('dropped', [atRule('rule-drops', 2)]), [seen(out, drops('8'))], silent)
  expect(comparison).toMatchObject({ agreement: 'differs', dropped: { number: 1 }, there: [{ mark: 'missing' }] })
  expect(comparison.beside).toEqual([{ netns: '1', line: 'ip filter FORWARD rule 1: drop' }])
})

test('a rule that was said to accept and drops is contradicted', () => {
  const comparison = compare(explanation('answered', [atRule('rule-accepts', 2)]), [seen(out, drops('5'))], silent)
  expect(comparison).toMatchObject({ agreement: 'differs', there: [{ mark: 'contradicted' }] })
})

test('rules of which nftables knows nothing, or that cannot be seen, say nothing', () => {
  const question = explanation('dropped', [atRule('rule-drops', 2)])
  expect(compare(question, [{ ...seen(), chains: new Set() }], silent).there).toEqual([{ mark: 'none', lines: [] }])
  const blind = compare(question, [{ ...seen(), blind: 'nft is not there' }], silent)
  expect(blind).toMatchObject({ there: [{ mark: 'none' }], blind: [{ netns: '1', reason: 'nft is not there' }] })
})

test('a packet that leaves by another link contradicts the route', () => {
  const elsewhere = { ...seen(out), links: new Map([[2, 'eth1']]) }
  const comparison = compare(explanation('answered', [step('route', 'route-direct')]), [elsewhere], silent)
  expect(comparison.there[0]).toMatchObject({ mark: 'contradicted', lines: [expect.stringContaining('eth1')] })
})

test('silence after a datagram says nothing, unless it never arrived', () => {
  const steps = [step('socket', 'socket-takes', { packet: { ...packet, protocol: 'udp' } })]
  const question = explanation('answered', steps, 'udp')
  expect(agreementOf(question, 'silent')).toBe('undecided')
  const datagram: Witnessed = { ...out, direction: 'in', frame: { ...syn, kind: 'udp', flags: '' } }
  expect(compare(question, [seen(datagram)], silent).agreement).toBe('agrees')
  expect(compare(question, [seen()], silent).agreement).toBe('differs')
})

test.each([
  ['answered', 'answered', 'agrees'],
  ['answered', 'refused', 'differs'],
  ['rejected', 'refused', 'agrees'],
  ['dropped', 'answered', 'differs'],
  ['unreachable', 'no-route', 'agrees'],
  ['unknown', 'answered', 'undecided'],
] as const)('%s held against %s %s', (outcome, result, agreement) => {
  expect(agreementOf(explanation(outcome, []), result)).toBe(agreement)
})

test('rules of iptables-legacy are seen by what they have counted', () => {
  const legacy = (number: number) => {
    const plain = atRule('rule-drops', number)
    const { rule } = plain.place
    return { ...plain, place: { ...plain.place, rule: rule && { ...rule, isLegacy: true } } }
  }
  const told = compare(explanation('dropped', [legacy(1), legacy(2)]), [seen()], null)
  expect(told.there).toEqual([
    { mark: 'seen', lines: ['filter FORWARD rule 1: packets +2'] },
    { mark: 'none', lines: [] },
  ])
})
