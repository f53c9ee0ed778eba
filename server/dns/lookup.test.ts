import { expect, test } from 'vitest'
import type { NameRecord } from '../cnm/network-names'
import type { Readiness } from './contract'
import { addressOf, linkEntry, listNames, lookUp, type View } from './lookup'
import { buildTable, type Holder } from './table'

function holder(name: string, address: string, aliases: string[] = [], readiness: Readiness = 'ready'): Holder {
  const names = [{ name, kind: 'name' as const }, ...aliases.map((alias) => ({ name: alias, kind: 'alias' as const }))]
  return { id: `id-${name}`, name, addresses: [address], readiness, names }
}

function view(network: string, holders: Holder[], records: NameRecord[] = []): View {
  return { table: buildTable({ id: network, name: network }, holders, records), links: new Map() }
}

const addresses = (views: View[], name: string, type = 'A') =>
  lookUp(views, name, type)?.records.map(({ data }) => ('address' in data ? data.address : data))

test('a name is looked for on every network, then with the last parts as the name of a network', () => {
  const views = [
    view('front', [holder('web', '10.1.0.2'), holder('a.b', '10.1.0.3')]),
    view('Back.End', [holder('web', '10.2.0.2'), holder('db', '10.2.0.3')]),
  ]
  expect(addresses(views, 'web')).toEqual(['10.1.0.2'])
  expect(addresses(views, 'web.back.end')).toEqual(['10.2.0.2'])
  expect(addresses(views, 'db')).toEqual(['10.2.0.3'])
  expect(addresses(views, 'a.b')).toEqual(['10.1.0.3'])
  expect(addresses(views, 'a.b.front')).toEqual(['10.1.0.3'])
  expect(addresses(views, 'db.front')).toBeUndefined()
  expect(addresses(views, 'web.elsewhere')).toBeUndefined()
})

test('a wildcard stands for every name below it, the nearest one first, and never for what has a name', () => {
  const views = [
    view(
      'net',
      [holder('one', '10.0.0.1', ['*.web']), holder('two', '10.0.0.2', ['*.api.web', 'real.web'])],
      [{ name: '*.apps', type: 'A', value: '10.9.9.9' }],
    ),
  ]
  expect(addresses(views, 'x.web')).toEqual(['10.0.0.1'])
  expect(addresses(views, 'x.y.web')).toEqual(['10.0.0.1'])
  expect(addresses(views, 'v1.api.web')).toEqual(['10.0.0.2'])
  expect(addresses(views, 'real.web')).toEqual(['10.0.0.2'])
  expect(addresses(views, 'web')).toBeUndefined()
  expect(addresses(views, 'x.web.net')).toEqual(['10.0.0.1'])
  expect(addresses(views, 'any.apps')).toEqual(['10.9.9.9'])
  expect(lookUp(views, 'x.web', 'A')?.origin).toMatchObject({ kind: 'wildcard', matched: '*.web' })
})

test('of those that share a name the ready ones answer, else the starting ones, else all', () => {
  const of = (...states: Readiness[]) =>
    addresses(
      [
        view(
          'net',
          states.map((state, at) => holder(`c${at}`, `10.0.0.${at}`, ['db'], state)),
        ),
      ],
      'db',
    )
  expect(of('ready', 'unhealthy', 'ready', 'starting')).toEqual(['10.0.0.0', '10.0.0.2'])
  expect(of('unhealthy', 'starting')).toEqual(['10.0.0.1'])
  expect(of('unhealthy', 'unhealthy')).toEqual(['10.0.0.0', '10.0.0.1'])
})

test('an answer tells who was left out; by its own name a container is found however it is', () => {
  const views = [view('net', [holder('good', '10.0.0.1', ['db']), holder('bad', '10.0.0.2', ['db'], 'unhealthy')])]
  expect(lookUp(views, 'db', 'A')?.origin.members).toMatchObject([
    { container: { name: 'good' }, answered: true },
    { container: { name: 'bad' }, answered: false, readiness: 'unhealthy' },
  ])
  expect(addresses(views, 'bad')).toEqual(['10.0.0.2'])
})

test('a record shares its name with containers, and is no container of another type', () => {
  const views = [
    view(
      'net',
      [holder('web', '10.0.0.1')],
      [
        { name: 'web', type: 'A', value: '10.8.8.8' },
        { name: 'web', type: 'TXT', value: 'hello' },
        { name: 'web', type: 'AAAA', value: 'fd00::8' },
      ],
    ),
  ]
  expect(addresses(views, 'web')).toEqual(['10.0.0.1', '10.8.8.8'])
  expect(addresses(views, 'web', 'AAAA')).toEqual(['fd00::8'])
  expect(addresses(views, 'web', 'TXT')).toEqual([{ type: 'TXT', text: 'hello' }])
  expect(addresses(views, 'web', 'SRV')).toEqual([])
})

test('an address leads back to its container, or to the record that names it', () => {
  const records: NameRecord[] = [
    { name: 'printer', type: 'A', value: '10.8.8.8' },
    { name: 'printer', type: 'AAAA', value: 'fd00::8' },
    { name: 'mine', type: 'A', value: '10.0.0.1' },
    { name: '*.any', type: 'A', value: '10.7.7.7' },
  ]
  const views = [view('net', [holder('web', '10.0.0.1')], records)]
  const target = (name: string) => addresses(views, name, 'PTR')?.[0]
  expect(target('1.0.0.10.in-addr.arpa')).toMatchObject({ target: 'web.net' })
  expect(target('8.8.8.10.in-addr.arpa')).toMatchObject({ target: 'printer' })
  expect(target(`8.${'0.'.repeat(27)}0.0.d.f.ip6.arpa`)).toMatchObject({ target: 'printer' })
  expect(target('7.7.7.10.in-addr.arpa')).toBeUndefined()
  expect(target('8.8.10.in-addr.arpa')).toBeUndefined()
})

test('reversed names are addresses, anything else is not', () => {
  expect(addressOf('2.0.18.172.in-addr.arpa')).toBe('172.18.0.2')
  expect(addressOf(`2.${'0.'.repeat(23)}9.2.0.0.0.0.d.f.ip6.arpa`)).toBe('fd00:29::2')
  for (const name of ['300.0.18.172.in-addr.arpa', '0.18.172.in-addr.arpa', 'x.in-addr.arpa', '2.ip6.arpa', 'web']) {
    expect(addressOf(name)).toBeUndefined()
  }
})

test('a link is known to its own sandbox alone and goes before names', () => {
  const plain = view('net', [holder('web', '10.0.0.1'), holder('db', '10.0.0.2')])
  const entry = linkEntry('web', plain.table, 'id-db', 'db')
  const linked: View = { ...plain, links: new Map(entry ? [['web', entry]] : []) }
  expect(addresses([linked], 'web')).toEqual(['10.0.0.2'])
  expect(addresses([linked], 'web.net')).toEqual(['10.0.0.2'])
  expect(addresses([plain], 'web')).toEqual(['10.0.0.1'])
  expect(lookUp([linked], 'web', 'A')?.origin.kind).toBe('link')
  expect(linkEntry('gone', plain.table, undefined, 'nobody')).toBeUndefined()
})

test('CNAME records that go round end without an answer', () => {
  const views = [
    view(
      'one',
      [],
      [
        { name: 'a', type: 'CNAME', value: 'b' },
        { name: 'b', type: 'CNAME', value: 'a' },
      ],
    ),
  ]
  expect(lookUp(views, 'a', 'A')).toMatchObject({ records: [], follow: null })
})

test('what a container can look up is listed with who is behind it', () => {
  const views = [
    view(
      'net',
      [holder('web', '10.0.0.1', ['*.shop', 'db']), holder('other', '10.0.0.2', ['db'], 'unhealthy')],
      [{ name: '_x._tcp.web', type: 'SRV', value: '1 2 3 web' }],
    ),
  ]
  expect(listNames(views).map(({ name, kind, records }) => [name, kind, ...records].join(' '))).toEqual([
    '_x._tcp.web record SRV 1 2 3 web',
    '*.shop wildcard',
    'db alias',
    'other name',
    'web name',
  ])
})
