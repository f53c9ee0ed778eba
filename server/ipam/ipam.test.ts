import { describe, expect, test } from 'vitest'
import { parseAddress } from '../cnm/address'
import { formatCidr, overlaps, parseCidr } from '../cnm/cidr'
import type { AddressPool } from '../cnm/network'
import { allocateAddress, type Holders, macOf, parseLinkLocal, parseMac } from './addresses'
import { HeldAddresses } from './held-addresses'
import { parsePool } from './network-pool'
import { checkOverlap, localIpv6Pools, parseDefaultPools, pickSubnet } from './pools'

describe('text of addresses', () => {
  test.each(['256.1.1.1', '1.2.3', '1.2.3.4.5', '01.2.3.4', '1.2.3.4 ', '', '1.2.3.-4'])(
    '%j is not an address',
    (text) => expect(parseAddress(text)).toBeUndefined(),
  )
  test.each(['10.0.0.0', '10.0.0.0/33', '10.0.0.0/08', '10.0.0.0/8/8', '/8', '10.0.0.0/-1', 'fd00::/129', 'fd00::1'])(
    '%j is not a subnet',
    (text) => expect(parseCidr(text)).toBeUndefined(),
  )
  test('addresses above 128.0.0.0 stay positive', () => {
    const cidr = parseCidr('223.255.255.0/24')
    expect(cidr && formatCidr(cidr)).toBe('223.255.255.0/24')
  })
  test.each([
    ['10.0.0.0/8', '10.1.0.0/16', true],
    ['10.0.0.0/24', '10.0.1.0/24', false],
    ['192.168.0.0/20', '192.168.15.255/32', true],
    ['fd00::/48', 'fd00:0:0:ffff::/64', true],
    ['fd00::/64', 'fd00:0:0:1::/64', false],
    ['0.0.0.0/1', '::/1', false],
  ])('%s and %s overlap: %s', (one, other, expected) => {
    const [first, second] = [parseCidr(one), parseCidr(other)]
    expect(first && second && overlaps(first, second)).toBe(expected)
  })
})

describe('pools', () => {
  test('the first networks get 172.17.0.0/16, 172.18.0.0/16 and so on, as in Docker', () => {
    expect(pickSubnet([])).toBe('172.17.0.0/16')
    expect(pickSubnet([{ subnet: '172.17.0.0/16', holder: 'x' }])).toBe('172.18.0.0/16')
  })

  test('a route of the host inside a pool makes it pass over that pool', () => {
    expect(pickSubnet([{ subnet: '172.17.3.0/24', holder: 'a route' }])).toBe('172.18.0.0/16')
  })

  test('after the 172 pools come the /20 of 192.168, and then a sentence says that all are in use', () => {
    const taken = [{ subnet: '172.16.0.0/12', holder: 'a route' }]
    expect(pickSubnet(taken)).toBe('192.168.0.0/20')
    expect(() => pickSubnet([...taken, { subnet: '192.168.0.0/16', holder: 'vpn' }])).toThrow(
      /give the network a subnet/,
    )
  })

  test('an overlap names both subnets and the holder', () => {
    expect(() => checkOverlap('10.0.0.0/24', [{ subnet: '10.0.0.0/16', holder: 'network web' }])).toThrow(
      'pool 10.0.0.0/24 overlaps 10.0.0.0/16 of network web; choose another subnet',
    )
  })

  const pick = () => '172.18.0.0/16'

  test('the gateway is the first address unless it is an auxiliary one', () => {
    expect(parsePool({}, pick)).toMatchObject({ subnet: '172.18.0.0/16', gateway: '172.18.0.1' })
    expect(parsePool({ subnet: '10.9.0.0/24', auxAddresses: { router: '10.9.0.1' } }, pick).gateway).toBe('10.9.0.2')
  })

  test.each([
    [{ subnet: '10.0.0.1/24' }, 'subnet', /did you mean 10.0.0.0\/24/],
    [{ subnet: 'ten' }, 'subnet', /"ten"|ten is not an IPv4 subnet/],
    [{ subnet: '10.0.0.0/31' }, 'subnet', /prefix length/],
    [{ subnet: '127.0.0.0/16' }, 'subnet', /reserved/],
    [{ subnet: '10.0.0.0/24', gateway: '10.0.1.1' }, 'gateway', /gateway 10.0.1.1 lies outside subnet 10.0.0.0\/24/],
    [{ subnet: '10.0.0.0/24', gateway: '10.0.0.255' }, 'gateway', /broadcast address/],
    [{ subnet: '10.0.0.0/24', ipRange: '10.0.1.0/25' }, 'ipRange', /outside subnet/],
    [{ gateway: '10.0.0.1' }, 'subnet', /needs a subnet/],
    [{ subnet: '10.0.0.0/24', auxAddresses: { a: '10.1.0.1' } }, 'auxAddresses', /outside subnet/],
    [{ subnet: 'fd00::1/64' }, 'subnet', /did you mean fd00::\/64/],
    [{ subnet: 'fe80::/64' }, 'subnet', /reserved/],
    [{ subnet: 'ff02::/64' }, 'subnet', /reserved/],
    [{ subnet: '::/8' }, 'subnet', /reserved/],
    [{ subnet: 'fd00::/127' }, 'subnet', /between \/8 and \/126/],
    [{ subnet: 'fd00::/64', gateway: '10.0.0.1' }, 'gateway', /is not an IPv6 address like fd00:20::5/],
    [{ subnet: 'fd00::/64', gateway: 'fd00::' }, 'gateway', /network address/],
    [{ subnet: 'fd00::/64', ipRange: '10.0.0.0/25' }, 'ipRange', /is not an IPv6 range/],
  ])('%j is refused at %s', (input, field, message) => {
    expect(() => parsePool(input, pick)).toThrow(
      expect.objectContaining({ kind: 'invalid-parameter', field, message: expect.stringMatching(message) }),
    )
  })
})

describe('default pools of one’s own', () => {
  test('subnets are cut from them in order', () => {
    const sources = parseDefaultPools([
      { base: '10.10.0.0/23', size: 24 },
      { base: 'fd00:10::/48', size: 64 },
      { base: '10.20.0.0/24', size: 26 },
    ])
    const ipv4 = sources.filter(({ range }) => !range.includes(':'))
    const taken = ['10.10.0.0/24', '10.10.1.0/24', '10.20.0.64/26'].map((subnet) => ({ subnet, holder: 'x' }))
    expect(pickSubnet([], ipv4)).toBe('10.10.0.0/24')
    expect(pickSubnet(taken, ipv4)).toBe('10.20.0.0/26')
    expect(() => pickSubnet([{ subnet: '10.0.0.0/8', holder: 'x' }], ipv4)).toThrow(
      'all default address pools (10.10.0.0/23 in /24, 10.20.0.0/24 in /26) are in use',
    )
  })
  test.each([
    [[{ base: '10.10.0.1/16', size: 24 }], /host bits set; did you mean 10.10.0.0\/16/],
    [[{ base: '10.10.0.0/16', size: 15 }], /cannot be cut into \/15: the size must lie between 16 and 30/],
    [[{ base: '10.10.0.0/16', size: 31 }], /between 16 and 30/],
    [[{ base: 'fd00::/48', size: 64.5 }], /between 48 and 126/],
    [[{ base: '127.0.0.0/8', size: 16 }], /reserved/],
    [[{ base: 'all', size: 16 }], /is not an IPv4 subnet/],
    [
      [
        { base: '10.10.0.0/16', size: 24 },
        { base: '10.0.0.0/8', size: 16 },
      ],
      /pool 10.0.0.0\/8 overlaps pool 10.10.0.0\/16/,
    ],
  ])('%j is refused', (pools, message) => {
    expect(() => parseDefaultPools(pools)).toThrow(
      expect.objectContaining({ field: 'defaultPools', message: expect.stringMatching(message) }),
    )
  })
})

test('an IPv6 pool keeps the one way to write its addresses', () => {
  const input = { subnet: 'FD00:29:0::/64', gateway: 'fd00:29::00FE', auxAddresses: { nas: 'fd00:29:0:0::5' } }
  expect(parsePool(input, () => '')).toEqual({
    subnet: 'fd00:29::/64',
    gateway: 'fd00:29::fe',
    auxAddresses: { nas: 'fd00:29::5' },
  })
  expect(parsePool({ subnet: 'fd00:29::/64' }, () => '').gateway).toBe('fd00:29::1')
})

test('a host cuts /64 subnets from its own local prefix, past those that are taken', () => {
  const sources = localIpv6Pools('0123456789')
  expect(pickSubnet([], sources)).toBe('fd01:2345:6789::/64')
  const route = { subnet: 'fd01:2345:6789::/50', holder: 'a route' }
  expect(pickSubnet([route, { subnet: '10.0.0.0/8', holder: 'other' }], sources)).toBe('fd01:2345:6789:4000::/64')
  expect(() => pickSubnet([{ subnet: 'fd00::/8', holder: 'a route' }], sources)).toThrow(/give the network a subnet/)
})

describe('addresses', () => {
  const whole = (given: ReturnType<typeof allocateAddress>) => given.address
  const pool = { subnet: '10.0.0.0/29', gateway: '10.0.0.1', auxAddresses: { nas: '10.0.0.2' } }

  test('the lowest free address is given, past gateway and auxiliary addresses', () => {
    expect(whole(allocateAddress([pool], new Map(), undefined, 'web'))).toBe('10.0.0.3/29')
    expect(whole(allocateAddress([pool], new Map([['10.0.0.3', 'container a']]), undefined, 'web'))).toBe('10.0.0.4/29')
  })

  test('automatic addresses stay within the ip-range, static ones need not', () => {
    const ranged = { ...pool, subnet: '10.0.0.0/24', ipRange: '10.0.0.128/25' }
    expect(whole(allocateAddress([ranged], new Map(), undefined, 'web'))).toBe('10.0.0.128/24')
    expect(whole(allocateAddress([ranged], new Map(), '10.0.0.9', 'web'))).toBe('10.0.0.9/24')
  })

  test.each([
    ['10.0.0.1', /in use on network web by the gateway/],
    ['10.0.0.2', /by auxiliary address nas/],
    ['10.0.0.5', /by container a/],
    ['10.0.1.5', /lies outside subnet 10.0.0.0\/29/],
    ['10.0.0.7', /broadcast/],
    ['nonsense', /is not an IPv4 address/],
  ])('%s is refused', (address, message) => {
    expect(() => allocateAddress([pool], new Map([['10.0.0.5', 'container a']]), address, 'web')).toThrow(message)
  })

  test('an exhausted pool says so', () => {
    const holders = new Map(['3', '4', '5', '6'].map((last) => [`10.0.0.${last}`, 'container x']))
    expect(() => allocateAddress([pool], holders, undefined, 'web')).toThrow(
      /network web has no free address left in 10.0.0.0\/29: of 6, 4 are held by containers or the host/,
    )
  })

  test('a /64 is never counted through: the lowest free address comes at once, within its ip-range', () => {
    const wide = { subnet: 'fd00::/64', gateway: 'fd00::1', auxAddresses: { nas: 'fd00::2' } }
    expect(whole(allocateAddress([wide], new Map(), undefined, 'web'))).toBe('fd00::3/64')
    const ranged = { ...wide, ipRange: 'fd00::8000/113' }
    expect(whole(allocateAddress([ranged], new Map([['fd00::8000', 'x']]), undefined, 'web'))).toBe('fd00::8001/64')
    expect(whole(allocateAddress([wide], new Map(), 'FD00:0::ffff', 'web'))).toBe('fd00::ffff/64')
    expect(() => allocateAddress([wide], new Map(), 'fd00:0:0::2', 'web')).toThrow(/by auxiliary address nas/)
    expect(() => allocateAddress([wide], new Map(), 'fd01::2', 'web')).toThrow(/lies outside subnet fd00::\/64/)
  })

  test('of several pools the first with room gives, and a requested address finds its own', () => {
    const pools = [pool, { subnet: '10.1.0.0/24', gateway: '10.1.0.1', auxAddresses: {} }]
    const full = new Map(['3', '4', '5', '6'].map((last) => [`10.0.0.${last}`, 'container x']))
    expect(allocateAddress(pools, new Map(), undefined, 'web').pool.gateway).toBe('10.0.0.1')
    expect(allocateAddress(pools, full, undefined, 'web')).toEqual({ address: '10.1.0.2/24', pool: pools[1] })
    expect(allocateAddress(pools, new Map(), '10.1.0.9', 'web').pool.gateway).toBe('10.1.0.1')
    expect(() => allocateAddress(pools, new Map(), '10.2.0.9', 'web')).toThrow(
      'address 10.2.0.9 lies outside subnets 10.0.0.0/29, 10.1.0.0/24',
    )
  })

  test('in turn, an address that was given back comes again only after all others', () => {
    const turns = new Map([[pool.subnet, '10.0.0.4']])
    const next = (holders: readonly string[], after = turns) =>
      whole(allocateAddress([pool], new Map(holders.map((held) => [held, 'x'])), undefined, 'web', after))
    expect(next([])).toBe('10.0.0.5/29')
    expect(next(['10.0.0.5', '10.0.0.6'])).toBe('10.0.0.3/29')
    expect(next([], new Map([[pool.subnet, '10.0.0.6']]))).toBe('10.0.0.3/29')
    expect(next([], new Map([[pool.subnet, '192.0.2.9']]))).toBe('10.0.0.3/29')
  })

  test('whatever comes and goes, no address is given twice, all lie in the range, and all can be given', () => {
    let seed = 20_261_121
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return Math.floor((seed / 2_147_483_648) * below)
    }
    const ranged = {
      subnet: '10.0.0.0/24',
      gateway: '10.0.0.70',
      ipRange: '10.0.0.64/26',
      auxAddresses: { nas: '10.0.0.99' },
    }
    for (const isSerial of [false, true]) {
      const holders = new Map<string, string>()
      const turns = new Map<string, string>()
      for (let step = 0; step < 3_000; step++) {
        const held = [...holders.keys()]
        const leaving = held[random(held.length)]
        if (leaving !== undefined && random(62) < held.length) {
          holders.delete(leaving)
          continue
        }
        const address = whole(allocateAddress([ranged], holders, undefined, 'web', isSerial ? turns : undefined)).slice(
          0,
          -3,
        )
        expect(holders.has(address)).toBe(false)
        expect(Number(address.split('.')[3]) >> 6).toBe(1)
        expect([ranged.gateway, ranged.auxAddresses.nas]).not.toContain(address)
        holders.set(address, 'container')
        turns.set(ranged.subnet, address)
      }
      while (holders.size < 62) {
        holders.set(whole(allocateAddress([ranged], holders, undefined, 'web')).slice(0, -3), 'container')
      }
      expect(() => allocateAddress([ranged], holders, undefined, 'web')).toThrow(/of 64, 62 are held/)
    }
  })

  test('what is found behind blocks that are held whole is what is found by asking for each', () => {
    const pools: AddressPool[] = [
      { subnet: '10.0.0.0/23', gateway: '10.0.0.1', auxAddresses: { nas: '10.0.0.40' } },
      { subnet: 'fd00::/119', gateway: 'fd00::1', auxAddresses: {} },
    ]
    for (const one of pools) {
      const counted = new HeldAddresses<string>()
      const next = (holders: Holders) => whole(allocateAddress([one], holders, undefined, 'web')).split('/')[0] ?? ''
      const gone: string[] = []
      for (let step = 0; step < 505; step++) {
        const address = next(counted)
        expect(address).toBe(next(new Map(counted)))
        counted.set(address, 'container x').set(address, 'container y')
        if (step % 5 === 0) gone.push(address)
      }
      for (const address of gone) {
        counted.delete(address)
        expect([counted.delete(address), next(counted)]).toEqual([false, address])
        counted.set(address, 'container z')
      }
    }
  })

  test('link-local addresses lie in the two ranges that links have', () => {
    expect(parseLinkLocal('169.254.34.68')).toBe('169.254.34.68/16')
    expect(parseLinkLocal('FE80::3468')).toBe('fe80::3468/64')
    expect(() => parseLinkLocal('10.0.0.1')).toThrow(/is not a link-local address/)
  })

  test('a MAC is made from the address, and typed ones are checked', () => {
    expect(macOf('172.18.0.2/16')).toBe('02:42:ac:12:00:02')
    expect(parseMac('02-42-AC-12-00-09')).toBe('02:42:ac:12:00:09')
    expect(() => parseMac('01:00:5e:00:00:01')).toThrow(/multicast/)
    expect(() => parseMac('02:42')).toThrow(/is not a MAC address/)
  })
})
