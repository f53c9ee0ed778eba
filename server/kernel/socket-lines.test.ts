import { expect, test } from 'vitest'
import { parseSocketLine } from './socket-lines'

const parse = (line: string) => parseSocketLine(line)

test('a socket that listens is told with its process, its link and what waits', () => {
  const line =
    'tcp   LISTEN 1      128    127.0.0.1%lo:8083    0.0.0.0:*     users:(("nginx",pid=7,fd=3),("nginx",pid=8,fd=3),("sh",pid=9,fd=3)) ino:15596911 sk:19 cgroup:/ <->   '
  expect(parse(line)).toEqual({
    protocol: 'tcp',
    family: 'ipv4',
    state: 'listen',
    receiveQueue: 1,
    sendQueue: 128,
    localAddress: '127.0.0.1',
    localPort: 8083,
    remoteAddress: null,
    remotePort: null,
    link: 'lo',
    inode: '15596911',
    ipv6Only: false,
    processes: [
      { pid: 7, name: 'nginx' },
      { pid: 8, name: 'nginx' },
      { pid: 9, name: 'sh' },
    ],
  })
})

test('both families, with and without the other, and both ends of a connection', () => {
  const any = parse('tcp LISTEN 0 128 *:8081 *:* users:(("a",pid=1,fd=5)) ino:4 sk:1c cgroup:/ v6only:0 <->')
  expect(any).toMatchObject({ family: 'ipv6', localAddress: '::', localPort: 8081, ipv6Only: false })
  const only = parse('tcp LISTEN 0 128 [::]:8082 [::]:* ino:4 sk:1d cgroup:/ v6only:1 <->')
  expect(only).toMatchObject({ family: 'ipv6', localAddress: '::', localPort: 8082, ipv6Only: true, processes: [] })
  const ends = parse('tcp ESTAB 0 0 [fe80::1]%eth0:37642 [fe80::2]:8081 timer:(keepalive,1sec,0) ino:0 sk:1011')
  expect(ends).toMatchObject({
    state: 'established',
    localAddress: 'fe80::1',
    localPort: 37642,
    remoteAddress: 'fe80::2',
    remotePort: 8081,
    link: 'eth0',
    inode: null,
  })
})

test('IPv4 over a socket of IPv6 is told by its IPv4 addresses', () => {
  expect(parse('tcp ESTAB 0 0 [::ffff:10.0.0.2]:80 [::ffff:10.0.0.3]:53182 ino:7 sk:1')).toMatchObject({
    family: 'ipv4',
    localAddress: '10.0.0.2',
    remoteAddress: '10.0.0.3',
    remotePort: 53182,
  })
})

test('raw and packet sockets have a protocol for a port, or none', () => {
  expect(parse('raw UNCONN 0 0 0.0.0.0:1 0.0.0.0:* users:(("ping",pid=3,fd=9))')).toMatchObject({
    protocol: 'raw',
    state: 'unconnected',
    localPort: 1,
    remotePort: null,
  })
  expect(parse('p_raw UNCONN 0 0 [768]:eth0 * users:(("tcpdump",pid=3,fd=9)) ino:5 sk:15 ver:0')).toMatchObject({
    protocol: 'packet',
    family: null,
    localPort: 768,
    link: 'eth0',
    processes: [{ pid: 3, name: 'tcpdump' }],
  })
  expect(parse('p_dgr UNCONN 0 0 *:* *')).toMatchObject({ localPort: null, link: null })
})

test('the name of a process feigns neither another process nor another column', () => {
  const feigned = parse('udp UNCONN 0 0 0.0.0.0:53 0.0.0.0:* users:(("x",pid=1,fd=3",pid=555,fd=4)) ino:12 sk:1')
  expect(feigned?.processes).toEqual([{ pid: 555, name: 'x",pid=1,fd=3' }])
  const inode = parse('udp UNCONN 0 0 0.0.0.0:53 0.0.0.0:* users:(("a ino:99 b\u2028",pid=5,fd=4)) ino:12 sk:1')
  expect(inode).toMatchObject({ inode: '12', processes: [{ pid: 5, name: 'a ino:99 b\u2028' }] })
})

test('what is no socket of these kinds is left out', () => {
  expect(parse('')).toBeUndefined()
  expect(parse('u_str ESTAB 0 0 * 123 * 456')).toBeUndefined()
  expect(parse('tcp LISTEN')).toBeUndefined()
})
