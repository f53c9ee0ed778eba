import { expect, test } from 'vitest'
import { checkNetworkNames, type NameRecord, parseUpstream } from './network-names'

const records = (...rows: [string, string, string][]) =>
  checkNetworkNames({
    upstreams: [],
    records: rows.map(([name, type, value]) => ({ name, type: type as NameRecord['type'], value })),
  }).records

const upstreams = (...servers: string[]) => checkNetworkNames({ upstreams: servers, records: [] }).upstreams

test.each([
  ['9.9.9.9', '9.9.9.9', 53],
  [' 9.9.9.9:5353 ', '9.9.9.9', 5353],
  ['2001:DB8::53', '2001:db8::53', 53],
  ['[2001:db8::53]', '2001:db8::53', 53],
  ['[2001:db8:0::53]:5353', '2001:db8::53', 5353],
])('upstream server %j is %s, port %d', (text, address, port) => {
  expect(parseUpstream(text)).toEqual({ address, port })
})

test.each([
  ['', /is not an address: write/],
  ['dns.example', /is not an address: write/],
  ['9.9.9', /is not an address/],
  ['[9.9.9.9]:53', /is not an address/],
  ['9.9.9.9:0', /ports are 1 to 65535/],
  ['9.9.9.9:70000', /has port 70000/],
  ['127.0.0.11', /is the resolver itself/],
  ['::ffff:127.0.0.11', /is the resolver itself/],
  ['0.0.0.0', /no single address/],
  ['fe80::1%eth0', /is not an address/],
])('upstream server %j is refused', (text, message) => {
  expect(() => upstreams(text)).toThrow(
    expect.objectContaining({
      kind: 'invalid-parameter',
      field: 'names.upstreams.0',
      message: expect.stringMatching(message) as string,
    }),
  )
})

test('at most three servers are taken, each once, written in one way', () => {
  expect(upstreams('9.9.9.9:53', '[FD00::1]:54')).toEqual(['9.9.9.9', '[fd00::1]:54'])
  expect(() => upstreams('1.1.1.1', '1.1.1.1:53')).toThrow(/1\.1\.1\.1 is given twice/)
  expect(() => upstreams('1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4')).toThrow(/4 upstream servers are given; at most 3/)
})

test('records are written in one way', () => {
  expect(
    records(
      ['DB.', 'A', ' 10.0.0.9 '],
      ['*.apps', 'AAAA', 'FD00:0::9'],
      ['_http._tcp.web', 'SRV', '10  5 8080 web.'],
      ['web', 'MX', '010 mail.example.'],
      ['web', 'TXT', ' v=1 '],
      ['old', 'CNAME', 'new.example.com.'],
    ).map(({ name, type, value }) => `${name} ${type} ${value}`),
  ).toEqual([
    'DB A 10.0.0.9',
    '*.apps AAAA fd00::9',
    '_http._tcp.web SRV 10 5 8080 web',
    'web MX 10 mail.example',
    'web TXT  v=1 ',
    'old CNAME new.example.com',
  ])
})

test.each<[string, string, string, RegExp, string]>([
  ['a b', 'A', '10.0.0.1', /record "a b" is not a name that DNS can carry: letters/, 'name'],
  ['*', 'A', '10.0.0.1', /"\*" is not a name/, 'name'],
  ['a.*.b', 'A', '10.0.0.1', /is not a name/, 'name'],
  ['a..b', 'A', '10.0.0.1', /two dots in a row/, 'name'],
  [`${'a'.repeat(64)}.b`, 'A', '10.0.0.1', /has 64 characters, at most 63/, 'name'],
  [`${'a.'.repeat(130)}b`, 'A', '10.0.0.1', /has 261 characters, at most 253/, 'name'],
  ['web', 'NS', '10.0.0.1', /record type "NS" is not known; there are A, AAAA/, 'type'],
  ['web', 'A', 'fd00::1', /A value "fd00::1" is not valid; it must be an IPv4 address/, 'value'],
  ['web', 'AAAA', '10.0.0.1', /must be an IPv6 address/, 'value'],
  ['web', 'CNAME', 'a b', /must be the name that it leads to/, 'value'],
  ['web', 'SRV', '10 5 web', /must be priority, weight, port and target/, 'value'],
  ['web', 'SRV', '10 5 70000 web', /must be priority, weight/, 'value'],
  ['web', 'MX', 'mail', /must be preference and mail server/, 'value'],
  ['web', 'TXT', '', /1 to 2000 bytes of text/, 'value'],
  ['web', 'TXT', 'a\u001b[2J', /without characters that cannot be seen/, 'value'],
  ['web', 'TXT', 'a\u202eb', /cannot be seen/, 'value'],
  ['web', 'TXT', 'x'.repeat(2_001), /1 to 2000 bytes/, 'value'],
  ['web', 'CNAME', 'web', /leads back to itself/, 'value'],
])('record %j %s %j is refused', (name, type, value, message, field) => {
  expect(() => records(['fine', 'A', '10.0.0.2'], [name, type, value])).toThrow(
    expect.objectContaining({
      kind: 'invalid-parameter',
      field: `names.records.1.${field}`,
      message: expect.stringMatching(message) as string,
    }),
  )
})

test('a CNAME stands alone, does not go round, and nothing is said twice', () => {
  expect(() => records(['web', 'CNAME', 'x'], ['WEB', 'A', '10.0.0.1'])).toThrow(/can have no other records/)
  expect(() => records(['a', 'CNAME', 'b'], ['b', 'CNAME', 'A'])).toThrow(/leads back to itself/)
  expect(() => records(['web', 'A', '10.0.0.1'], ['Web', 'A', '10.0.0.1'])).toThrow(/given twice/)
  expect(records(['a', 'CNAME', 'b'], ['b', 'CNAME', 'c'])).toHaveLength(2)
})
