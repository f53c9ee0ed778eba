import { expect, test } from 'vitest'
import { hostnameFile, hostsFile, resolvConf } from './files'

const host = '# of the host\nsearch corp.example\nnameserver 127.0.0.53\nnameserver 192.168.50.254\noptions edns0\n'
const plain = 'nameserver 192.168.50.254\n'

test("hosts has Docker's lines, extra hosts, then the container's own name", () => {
  const input = {
    hostname: 'apphost',
    domainname: '',
    addresses: ['192.168.100.10/24'],
    extraHosts: [
      { name: 'db', address: '10.1.1.1' },
      { name: 'db', address: '10.1.1.2' },
    ],
  }
  expect(hostsFile(input)).toBe(
    [
      '127.0.0.1\tlocalhost',
      '::1\tlocalhost ip6-localhost ip6-loopback',
      'fe00::0\tip6-localnet',
      'ff00::0\tip6-mcastprefix',
      'ff02::1\tip6-allnodes',
      'ff02::2\tip6-allrouters',
      '10.1.1.1\tdb',
      '10.1.1.2\tdb',
      '192.168.100.10\tapphost',
      '',
    ].join('\n'),
  )
})

test('a domain name makes the full name the first one, given apart or with the host name', () => {
  const input = { hostname: 'web', domainname: 'example.test', addresses: ['10.0.0.2'], extraHosts: [] }
  const own = (more: object) =>
    hostsFile({ ...input, ...more })
      .split('\n')
      .at(-2)
  expect(own({})).toBe('10.0.0.2\tweb.example.test web')
  expect(own({ hostname: 'web.example.test', domainname: '' })).toBe('10.0.0.2\tweb.example.test web')
  expect(own({ domainname: '' })).toBe('10.0.0.2\tweb')
  expect(hostnameFile('web')).toBe('web\n')
})

test('host networking has the file of the host, unless there are extra hosts', () => {
  const input = { hostname: 'web', domainname: '', addresses: [], base: '127.0.0.1 localhost\n\n' }
  expect(hostsFile({ ...input, extraHosts: [] })).toBe(input.base)
  const own = hostsFile({ ...input, extraHosts: [{ name: 'db', address: '10.1.1.1' }] })
  expect(own).toMatch(/^127\.0\.0\.1\tlocalhost\n/)
  expect(own).toMatch(/\n10\.1\.1\.1\tdb\n$/)
})

test('on a user-defined network the embedded resolver is the name server', () => {
  const none = { dns: [], dnsSearch: [], dnsOptions: [] }
  expect(resolvConf({ mode: 'embedded', hostResolvConf: plain, ...none })).toBe(
    'nameserver 127.0.0.11\noptions ndots:0\n',
  )
  expect(resolvConf({ mode: 'embedded', hostResolvConf: host, ...none })).toBe(
    'search corp.example\nnameserver 127.0.0.11\noptions edns0 ndots:0\n',
  )
  expect(
    resolvConf({
      mode: 'embedded',
      hostResolvConf: 'options ndots:2\n',
      dns: ['192.168.50.254'],
      dnsSearch: ['example.test'],
      dnsOptions: [],
    }),
  ).toBe('search example.test\nnameserver 127.0.0.11\noptions ndots:2\n')
})

test('elsewhere it is the servers of the host that a container can reach', () => {
  const none = { dns: [], dnsSearch: [], dnsOptions: [] }
  expect(resolvConf({ mode: 'upstream', hostResolvConf: plain, ...none })).toBe(plain)
  expect(resolvConf({ mode: 'upstream', hostResolvConf: host, ...none })).toBe(
    '# of the host\nsearch corp.example\nnameserver 192.168.50.254\noptions edns0\n',
  )
  const other = 'nameserver 192.168.50.254\nsearch corp.example\n'
  expect(resolvConf({ mode: 'upstream', hostResolvConf: other, ...none })).toBe(other)
  expect(resolvConf({ mode: 'upstream', hostResolvConf: 'nameserver 127.0.0.53\nnameserver ::1\n', ...none })).toBe(
    'nameserver 8.8.8.8\nnameserver 8.8.4.4\n',
  )
  expect(resolvConf({ mode: 'upstream', hostResolvConf: '', ...none })).toBe('nameserver 8.8.8.8\nnameserver 8.8.4.4\n')
})

test('what the user asks for goes before what the host has, and a dot means no search', () => {
  expect(
    resolvConf({ mode: 'upstream', hostResolvConf: host, dns: ['10.9.9.9'], dnsSearch: ['.'], dnsOptions: [] }),
  ).toBe('nameserver 10.9.9.9\noptions edns0\n')
})

test('host networking has a copy of the file of the host', () => {
  expect(resolvConf({ mode: 'host', hostResolvConf: host, dns: [], dnsSearch: [], dnsOptions: [] })).toBe(host)
  expect(resolvConf({ mode: 'host', hostResolvConf: host, dns: ['10.9.9.9'], dnsSearch: [], dnsOptions: [] })).toBe(
    'search corp.example\nnameserver 10.9.9.9\noptions edns0\n',
  )
})

test('options that are asked for go before what the host has, and ndots is set where they do not', () => {
  const asked = (dnsOptions: string[]) => ({ hostResolvConf: host, dns: [], dnsSearch: [], dnsOptions })
  expect(resolvConf({ mode: 'upstream', ...asked(['use-vc']) })).toContain('\noptions use-vc\n')
  expect(resolvConf({ mode: 'embedded', ...asked(['use-vc']) })).toContain('\noptions use-vc ndots:0\n')
  expect(resolvConf({ mode: 'embedded', ...asked(['ndots:2']) })).toContain('\noptions ndots:2\n')
})
