import { expect, test } from 'vitest'
import { linksOfIpv6, linksOfRoutes } from './ground'

test('the link of a route is read from the kernel’s tables', () => {
  const row = ['tun0', '0000080A', '00000000', '0001', '0', '0', '0', '0000FFFF', '0', '0', '0'].join('\t')
  expect(linksOfRoutes(`Iface\tDestination\tGateway\n${row}\n`)).toEqual(new Map([['10.8.0.0/16', 'tun0']]))
  const zeros = '0'.repeat(32)
  const six = `fd000008000000000000000000000000 30 ${zeros} 00 ${zeros} 00000400 00000001 00000000 00000001      wg0`
  expect(linksOfIpv6(`${six}\n`)).toEqual(new Map([['fd00:8::/48', 'wg0']]))
})
