import { expect, test } from 'vitest'
import type { FirewallView, OwnerView, RuleView } from '@/server/observe/snapshot'
import { listRuleItems, type RuleFilter } from './rule-list'

const everything: RuleFilter = { chain: null, owners: [], onlyCounted: false, search: '' }

function rule(text: string, packets: number, owner: OwnerView | null): RuleView {
  return {
    key: text,
    number: 1,
    match: '',
    target: 'ACCEPT',
    targetArgs: '',
    isJump: false,
    packets,
    bytes: 0,
    owner,
    text,
  }
}

const firewall: FirewallView = {
  variant: 'nf_tables',
  readAt: '2026-01-01T00:00:00Z',
  tables: [
    {
      name: 'filter',
      chains: [
        {
          name: 'FORWARD',
          policy: 'DROP',
          packets: 0,
          bytes: 0,
          rules: [
            rule('a', 3, { type: 'patchbay', name: 'Patchbay' }),
            rule('b', 0, { type: 'docker', name: 'Docker' }),
          ],
        },
        { name: 'DOCKER-USER', policy: null, packets: 0, bytes: 0, rules: [rule('c', 0, null)] },
        { name: 'EMPTY', policy: null, packets: 0, bytes: 0, rules: [] },
      ],
    },
    { name: 'nat', chains: [{ name: 'FORWARD', policy: null, packets: 0, bytes: 0, rules: [rule('d', 1, null)] }] },
  ],
}

function keys(filter: Partial<RuleFilter>): string[] {
  return listRuleItems(firewall, new Map(), { ...everything, ...filter }, (found) => `says ${found.key}`).map(
    ({ key }) => key,
  )
}

test('the overview has every chain’s head, also of an empty chain, and its rules below', () => {
  expect(keys({})).toEqual(['filter FORWARD', 'a', 'b', 'filter DOCKER-USER', 'c', 'filter EMPTY', 'nat FORWARD', 'd'])
})

test('a chosen chain is shown without a head, and not those of that name in other tables', () => {
  expect(keys({ chain: { table: 'filter', chain: 'FORWARD' } })).toEqual(['a', 'b'])
})

test('filters leave out chains in which nothing is left', () => {
  expect(keys({ owners: ['others'] })).toEqual(['filter DOCKER-USER', 'c', 'nat FORWARD', 'd'])
  expect(keys({ onlyCounted: true })).toEqual(['filter FORWARD', 'a', 'nat FORWARD', 'd'])
})

test('a search finds what the sentence says', () => {
  expect(keys({ search: 'says c' })).toEqual(['filter DOCKER-USER', 'c'])
})
