import { expect, test } from 'vitest'
import { hooksMore, redirectsIn } from './nftables'

const payload = (protocol: string, field: string) => ({ payload: { protocol, field } })
const chain = (family: string, table: string, hook?: string) => ({
  chain: { family, table, name: 'c', ...(hook === undefined ? {} : { hook }) },
})
const ruleset = (...nftables: unknown[]) => JSON.stringify({ nftables })

test('tables of iptables, those of ARP and chains on no hook are not for others to judge', () => {
  expect(hooksMore('')).toBe(false)
  expect(hooksMore(ruleset(chain('ip', 'filter', 'input'), chain('ip6', 'nat', 'output')))).toBe(false)
  expect(hooksMore(ruleset(chain('arp', 'mine', 'input'), chain('inet', 'mine')))).toBe(false)
  expect(hooksMore(ruleset(chain('inet', 'mine', 'forward')))).toBe(true)
  expect(hooksMore(ruleset(chain('inet', 'filter', 'forward')))).toBe(true)
})

test('the port that a resolver is asked at is read from the rules that change it', () => {
  const rule = (side: string, port: string, value: number) => ({
    rule: {
      ...{ family: 'ip', table: 'patchbay', chain: 'questions' },
      expr: [
        { match: { op: '==', left: payload('ip', side), right: '127.0.0.11' } },
        { match: { op: '==', left: payload('udp', port), right: 53 } },
        { mangle: { key: payload('udp', port), value } },
      ],
    },
  })
  const found = ruleset(chain('ip', 'patchbay', 'output'), rule('daddr', 'dport', 40_053), rule('saddr', 'sport', 53))
  expect(redirectsIn(found)).toEqual([{ address: '127.0.0.11', protocol: 'udp', port: 53, to: 40_053 }])
  expect(hooksMore(found)).toBe(false)
})
