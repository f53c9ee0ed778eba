import { expect, test } from 'vitest'
import { parseFlowEvent, parseFlowLine } from './flow-lines'

test('a connection is told with both directions, its translation, counters, mark and zone', () => {
  const line =
    'ipv4     2 tcp      6 431999 ESTABLISHED src=10.1.0.1 dst=10.9.9.9 sport=57902 dport=80 packets=6 bytes=300 src=10.1.0.2 dst=10.1.0.1 sport=8080 dport=57902 packets=4 bytes=200 [ASSURED] mark=66 zone=3 use=1 id=836708964'
  expect(parseFlowLine(line)).toEqual({
    id: '836708964',
    family: 'ipv4',
    protocol: 'tcp',
    state: 'ESTABLISHED',
    timeout: 431999,
    original: {
      source: '10.1.0.1',
      destination: '10.9.9.9',
      sourcePort: 57902,
      destinationPort: 80,
      packets: 6,
      bytes: 300,
    },
    reply: {
      source: '10.1.0.2',
      destination: '10.1.0.1',
      sourcePort: 8080,
      destinationPort: 57902,
      packets: 4,
      bytes: 200,
    },
    flags: ['ASSURED'],
    mark: 66,
    zone: 3,
  })
})

test('an echo has no state and no ports, and its own number is not the connection’s', () => {
  const line =
    'ipv4     2 icmp     1 29 src=10.1.0.1 dst=10.1.0.2 type=8 code=0 id=18321 [UNREPLIED] src=10.1.0.2 dst=10.1.0.1 type=0 code=0 id=18321 mark=0 use=1 id=2513510537'
  expect(parseFlowLine(line)).toMatchObject({
    id: '2513510537',
    protocol: 'icmp',
    state: null,
    timeout: 29,
    original: { sourcePort: null },
    flags: ['UNREPLIED'],
    zone: null,
  })
  const unknown = 'ipv4 2 unknown 47 500 src=10.1.0.1 dst=10.1.0.2 [UNREPLIED] src=10.1.0.2 dst=10.1.0.1 mark=0 use=1'
  expect(parseFlowLine(unknown)).toMatchObject({ id: null, protocol: 'unknown', timeout: 500, state: null })
})

test('events say what became of a connection, with and without its timeout', () => {
  const created = parseFlowEvent(
    '    [NEW] ipv6     10 udp      17 30 src=fd00::1 dst=fd00::2 sport=9 dport=53 [UNREPLIED] src=fd00::2 dst=fd00::1 sport=53 dport=9 id=7',
  )
  expect(created).toMatchObject({ type: 'new', flow: { id: '7', family: 'ipv6', timeout: 30, flags: ['UNREPLIED'] } })
  const gone = parseFlowEvent(
    '[DESTROY] ipv6     10 udp      17 src=fd00::1 dst=fd00::2 sport=9 dport=53 src=fd00::2 dst=fd00::1 sport=53 dport=9 id=7',
  )
  expect(gone).toMatchObject({ type: 'destroy', flow: { id: '7', timeout: null } })
})

test('what is no connection is left out', () => {
  expect(parseFlowLine('conntrack v1.4.7 (conntrack-tools): 4 flow entries have been shown.')).toBeUndefined()
  expect(parseFlowLine('ipv4 2 tcp 6 120 SYN_SENT src=10.0.0.1')).toBeUndefined()
  expect(parseFlowEvent('[WARNING] nothing')).toBeUndefined()
})
