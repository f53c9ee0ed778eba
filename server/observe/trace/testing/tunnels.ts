import { type SetUp, setUp, tcp, udp } from './set-up'

const tunnel = [
  'ip -n a link add vx0 type vxlan id 7 local 10.77.1.2 dstport 4789 nolearning',
  'ip -n b link add vx0 type vxlan id 7 local 10.77.1.3 dstport 4789 nolearning',
  'ip -n a address add 10.77.7.2/24 dev vx0; ip -n a link set vx0 up',
  'ip -n b address add 10.77.7.3/24 dev vx0; ip -n b link set vx0 up',
]
/** Between two bridges, so that its packets are routed by the host. */
const farTunnel = [
  'iptables -t nat -I POSTROUTING -p udp --dport 4789 -j ACCEPT',
  'ip -n a link add vx0 type vxlan id 8 local 10.77.1.2 remote 10.77.2.2 dstport 4789',
  'ip -n d link add vx0 type vxlan id 8 local 10.77.2.2 remote 10.77.1.2 dstport 4789',
  'ip -n a address add 10.77.8.1/24 dev vx0; ip -n a link set vx0 up',
  'ip -n d address add 10.77.8.2/24 dev vx0; ip -n d link set vx0 up',
]
const noFarTunnel = [
  'ip -n a link del vx0; ip -n d link del vx0',
  'iptables -t nat -D POSTROUTING -p udp --dport 4789 -j ACCEPT',
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
  setUp(
    'a tunnel over a router that does not forward',
    tcp('a', '10.77.8.2'),
    'forwarding-off',
    [...farTunnel, 'sysctl -qw net.ipv4.ip_forward=0'],
    [...noFarTunnel, 'sysctl -qw net.ipv4.ip_forward=1'],
  ),
  setUp(
    'a tunnel whose packets a rule drops',
    tcp('a', '10.77.8.2'),
    'rule-drops',
    [...farTunnel, 'iptables -I FORWARD -p udp --dport 4789 -j DROP'],
    [...noFarTunnel, 'iptables -D FORWARD -p udp --dport 4789 -j DROP'],
  ),
  setUp('a tunnel over a router', tcp('a', '10.77.8.2'), 'answered', farTunnel, noFarTunnel),
  setUp(
    'a large packet in a tunnel, whose own packets are cut',
    udp('a', '10.77.8.2', 53, 1480),
    'answered',
    farTunnel,
    noFarTunnel,
  ),
  setUp(
    'a link that is held back',
    tcp('a', '10.77.1.3'),
    'answered',
    ['tc -n a qdisc add dev eth0 root tbf rate 1mbit burst 4kb latency 50ms'],
    ['tc -n a qdisc del dev eth0 root'],
  ),
  setUp('a full table of connections', tcp('a', '10.77.2.2'), 'conntrack-full', ['fill'], ['conntrack -F 2>/dev/null']),
]
