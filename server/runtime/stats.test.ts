import { expect, test } from 'vitest'
import { parseBlkio, parseHost, parseIoStat, parseNetDev, parsePairs } from './stats'
import { parsePs } from './top'

test('counters of interfaces are read as the kernel prints them, loopback left out', () => {
  const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:     100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0
  eth0: 1572      14    1    2    0     0          0         0        7       6    5    4    0     0       0          0
`
  expect(parseNetDev(text)).toEqual({
    eth0: {
      received: { bytes: 1572, packets: 14, errors: 1, dropped: 2 },
      sent: { bytes: 7, packets: 6, errors: 5, dropped: 4 },
    },
  })
})

test('the time of the host is that of all its processors', () => {
  const text = 'cpu  100 1 50 800 9 0 3 2 77 0\ncpu0 50 1 25 400 5 0 2 1 0 0\ncpu1 50 0 25 400 4 0 1 1 0 0\nintr 5\n'
  expect(parseHost(text)).toEqual({ hostNs: 965 * 1e7, processors: 2 })
})

test('counters of block devices have one form from either version of control groups', () => {
  expect(parseBlkio('8:0 Read 4096\n8:0 Write 0\nTotal 4096\n')).toEqual([
    { major: 8, minor: 0, op: 'Read', value: 4096 },
    { major: 8, minor: 0, op: 'Write', value: 0 },
  ])
  expect(parseIoStat('254:1 rbytes=10 wbytes=20 rios=3 wios=4 dbytes=0 dios=0\n')).toEqual({
    bytes: [
      { major: 254, minor: 1, op: 'read', value: 10 },
      { major: 254, minor: 1, op: 'write', value: 20 },
    ],
    requests: [
      { major: 254, minor: 1, op: 'read', value: 3 },
      { major: 254, minor: 1, op: 'write', value: 4 },
    ],
  })
  expect(parsePairs('cache 1\nrss 22\nbroken\n')).toEqual({ cache: 1, rss: 22 })
})

test('of all that ps prints, the rows of the container stay', () => {
  const text = 'UID   PID  PPID CMD\nroot    7     1 sleep 3600\nroot   88     1 sh -c echo  a\nroot    9     1 x\n'
  expect(parsePs(text, [7, 88])).toEqual({
    titles: ['UID', 'PID', 'PPID', 'CMD'],
    processes: [
      ['root', '7', '1', 'sleep 3600'],
      ['root', '88', '1', 'sh -c echo a'],
    ],
  })
  expect(() => parsePs('USER CMD\nroot x\n', [1])).toThrow('PID')
})
