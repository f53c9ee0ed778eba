import { ping, type SetUp, setUp, tcp } from './set-up'

/** What the kernel is told to do. */
export const switchSetUps: readonly SetUp[] = [
  setUp(
    'no forwarding',
    tcp('a', '10.77.2.2'),
    'forwarding-off',
    ['sysctl -qw net.ipv4.ip_forward=0'],
    ['sysctl -qw net.ipv4.ip_forward=1'],
  ),
  setUp(
    'no forwarding from one link',
    tcp('a', '10.77.2.2'),
    'forwarding-off',
    ['sysctl -qw net.ipv4.conf.br0.forwarding=0'],
    ['sysctl -qw net.ipv4.conf.br0.forwarding=1'],
  ),
  setUp(
    'no forwarding of IPv6',
    tcp('a', 'fd77:2::2'),
    'forwarding-off',
    ['sysctl -qw net.ipv6.conf.all.forwarding=0'],
    ['sysctl -qw net.ipv6.conf.all.forwarding=1', 'ip -6 route replace fd77:1::/64 dev br0'],
  ),
  setUp(
    'rp_filter against a detour',
    tcp('out', '10.77.9.1'),
    'rp-filter',
    [
      'sysctl -qw net.ipv4.conf.up0.rp_filter=1',
      'ip route add 10.77.9.2 dev br1',
      'ip -n out neighbour replace 10.77.9.1 lladdr $(own up0) dev eth0',
    ],
    [
      'ip route del 10.77.9.2 dev br1',
      'sysctl -qw net.ipv4.conf.up0.rp_filter=0',
      'ip route replace default via 10.77.9.2',
    ],
  ),
  setUp(
    'rp_filter that keeps from answering ARP',
    tcp('out', '10.77.9.1'),
    'rp-filter',
    ['sysctl -qw net.ipv4.conf.all.rp_filter=1', 'ip route add 10.77.9.2 dev br1'],
    [
      'ip route del 10.77.9.2 dev br1',
      'sysctl -qw net.ipv4.conf.all.rp_filter=0',
      'ip route replace default via 10.77.9.2',
    ],
  ),
  setUp(
    'a source that the host has itself',
    tcp('a', '10.77.2.2'),
    'source-martian',
    [
      'ip address add 10.77.1.2/32 dev lo',
      'ip -n a neighbour replace 10.77.1.1 lladdr $(own br0) dev eth0 nud permanent',
    ],
    ['ip address del 10.77.1.2/32 dev lo', 'ip -n a neighbour del 10.77.1.1 dev eth0'],
  ),
  setUp(
    'echoes that are ignored',
    ping('a', '10.77.1.3'),
    'echo-ignored',
    ['at b sysctl -qw net.ipv4.icmp_echo_ignore_all=1'],
    ['at b sysctl -qw net.ipv4.icmp_echo_ignore_all=0'],
  ),
]
