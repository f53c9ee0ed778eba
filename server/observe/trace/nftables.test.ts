import { expect, test } from 'vitest'
import { readNftables } from './nftables'

const payload = (protocol: string, field: string) => ({ payload: { protocol, field } })
const chain = (family: string, table: string, hook?: string) => ({
  chain: { family, table, name: 'c', ...(hook === undefined ? {} : { hook }) },
})
const read = (...nftables: unknown[]) => readNftables(JSON.stringify({ nftables }))

test('tables of iptables, those of ARP and chains on no hook are not for others to judge', () => {
  expect(readNftables('').hasOwn).toBe(false)
  expect(read(chain('ip', 'filter', 'input'), chain('ip6', 'nat', 'output')).hasOwn).toBe(false)
  expect(read(chain('arp', 'mine', 'input'), chain('inet', 'mine')).hasOwn).toBe(false)
  expect(read(chain('inet', 'mine', 'forward')).hasOwn).toBe(true)
  expect(read(chain('inet', 'filter', 'forward')).hasOwn).toBe(true)
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
  const found = read(chain('ip', 'patchbay', 'output'), rule('daddr', 'dport', 40_053), rule('saddr', 'sport', 53))
  expect(found).toEqual({
    hasOwn: false,
    redirects: [{ address: '127.0.0.11', protocol: 'udp', port: 53, to: 40_053 }],
  })
})
