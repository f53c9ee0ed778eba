import { expect, test } from 'vitest'
import { hasMore, isNative, strangeIn } from './nftables'

const chain = (family: string, table: string, name = 'FORWARD') => ({
  ...{ family, table, name, rules: [], age: 1 },
  base: { type: 'filter', hook: 'forward', priority: 0, drops: false, links: [] },
})

test('tables of iptables and those of ARP are for others to judge', () => {
  expect(hasMore([{ family: 'ip', name: 'filter' }])).toBe(false)
  expect(hasMore([{ family: 'arp', name: 'mine' }])).toBe(false)
  expect(hasMore([{ family: 'inet', name: 'filter' }])).toBe(true)
  const nothing = strangeIn('')
  expect(isNative(chain('ip', 'filter'), nothing)).toBe(false)
  expect(isNative(chain('inet', 'filter'), nothing)).toBe(true)
  expect(isNative(chain('ip', 'patchbay', 'questions'), nothing)).toBe(true)
})

test('what iptables cannot read of a table that bears one of its names is read as nft tells it', () => {
  const save = [
    "# Table `filter' contains incompatible base-chains, use 'nft' tool to list them.",
    '*filter',
    ':INPUT ACCEPT [0:0]',
    'COMMIT',
    "# Table `nat' is incompatible, use 'nft' tool.",
  ].join('\n')
  const strange = strangeIn(save)
  expect(isNative(chain('ip', 'filter', 'INPUT'), strange)).toBe(false)
  expect(isNative(chain('ip', 'filter', 'input'), strange)).toBe(true)
  expect(isNative(chain('ip', 'nat', 'POSTROUTING'), strange)).toBe(true)
  expect(isNative(chain('ip', 'mangle'), strange)).toBe(false)
})
