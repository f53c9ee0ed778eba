import { type SetUp, setUp, tcp } from './set-up'

const tunnel = [
  'ip -n a link add vx0 type vxlan id 7 local 10.77.1.2 dstport 4789 nolearning',
  'ip -n b link add vx0 type vxlan id 7 local 10.77.1.3 dstport 4789 nolearning',
  'ip -n a address add 10.77.7.2/24 dev vx0; ip -n a link set vx0 up',
  'ip -n b address add 10.77.7.3/24 dev vx0; ip -n b link set vx0 up',
]
const noTunnel = ['ip -n a link del vx0', 'ip -n b link del vx0']

/** Tunnels, and a table that is full. */
export const tunnelSetUps: readonly SetUp[] = [
  setUp(
    'a tunnel',
    tcp('a', '10.77.7.3'),
    'answered',
    [
      ...tunnel,
      'bridge -n a fdb append 00:00:00:00:00:00 dev vx0 dst 10.77.1.3',
      'bridge -n b fdb append 00:00:00:00:00:00 dev vx0 dst 10.77.1.2',
    ],
    noTunnel,
  ),
  setUp('a tunnel that knows no other end', tcp('a', '10.77.7.3'), 'vtep-unknown', tunnel, noTunnel),
  setUp('a full table of connections', tcp('a', '10.77.2.2'), 'conntrack-full', ['fill'], ['conntrack -F 2>/dev/null']),
]
