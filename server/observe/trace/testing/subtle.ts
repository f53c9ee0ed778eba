import { ping, type SetUp, setUp, tcp, udp } from './set-up'

/** A listener that takes nobody in, and whose queue is full. */
const crowded = `use Socket; $SIG{ALRM} = sub { exit }; alarm 60;
socket(my $s, AF_INET, SOCK_STREAM, 0); bind($s, pack_sockaddr_in(85, INADDR_ANY)) or die; listen($s, 0);
my @c; for (1 .. 2) { socket(my $c, AF_INET, SOCK_STREAM, 0); $c->blocking(0); connect($c, pack_sockaddr_in(85, INADDR_LOOPBACK)); push @c, $c }
select(undef, undef, undef, 0.1); open(my $f, ">", "/run/crowded"); print $f $$; close $f; sleep 60`

const bound = `use Socket; $SIG{ALRM} = sub { exit }; alarm 60;
socket(my $s, AF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, 25, "lo\\0") or die; bind($s, pack_sockaddr_in(86, INADDR_ANY)) or die; listen($s, 5);
open(my $f, ">", "/run/bound"); print $f $$; close $f; sleep 60`

const background = (spot: string, program: string, file: string) => [
  `rm -f ${file}; nsenter --net=/run/netns/${spot} -- perl -MIO::Handle -e '${program}' >/dev/null 2>&1 </dev/null &`,
  `until [ -s ${file} ]; do sleep 0.02; done`,
]

/** What is easily overlooked. */
export const subtleSetUps: readonly SetUp[] = [
  setUp(
    'a blackhole in a table of its own',
    tcp('a', '10.77.2.2'),
    'route-refuses',
    ['ip -n a route add blackhole 10.77.2.0/24 table 100', 'ip -n a rule add to 10.77.2.0/24 lookup 100 priority 70'],
    ['ip -n a rule del priority 70', 'ip -n a route del blackhole 10.77.2.0/24 table 100'],
  ),
  setUp(
    'a nexthop that is a blackhole',
    tcp('a', '10.77.2.2'),
    'route-refuses',
    ['ip -n a nexthop add id 7 blackhole', 'ip -n a route add 10.77.2.0/24 nhid 7'],
    ['ip -n a route del 10.77.2.0/24', 'ip -n a nexthop del id 7'],
  ),
  setUp(
    'a rule of routing for another protocol',
    tcp('a', '10.77.2.2'),
    'answered',
    ['ip -n a rule add to 10.77.2.0/24 ipproto udp prohibit priority 60'],
    ['ip -n a rule del priority 60'],
  ),
  setUp(
    'a rule of routing for another port',
    tcp('a', '10.77.2.2'),
    'answered',
    ['ip -n a rule add to 10.77.2.0/24 ipproto tcp dport 443-500 prohibit priority 60'],
    ['ip -n a rule del priority 60'],
  ),
  setUp(
    'a rule of routing for that port',
    tcp('a', '10.77.2.2'),
    'routing-rule-refuses',
    ['ip -n a rule add to 10.77.2.0/24 ipproto tcp dport 80 prohibit priority 60'],
    ['ip -n a rule del priority 60'],
  ),
  setUp(
    'a rule of routing for other users',
    tcp('a', '10.77.2.2'),
    'answered',
    ['ip -n a rule add to 10.77.2.0/24 uidrange 1000-2000 prohibit priority 60'],
    ['ip -n a rule del priority 60'],
  ),
  setUp(
    'packets that live for one hop',
    tcp('a', '10.77.2.2'),
    'ttl-exceeded',
    ['at a sysctl -qw net.ipv4.ip_default_ttl=1'],
    ['at a sysctl -qw net.ipv4.ip_default_ttl=64'],
  ),
  setUp(
    'IPv6 packets that live for one hop',
    tcp('a', 'fd77:2::2'),
    'ttl-exceeded',
    ['at a sysctl -qw net.ipv6.conf.eth0.hop_limit=1'],
    ['at a sysctl -qw net.ipv6.conf.eth0.hop_limit=64'],
  ),
  setUp(
    'answers that live for one hop',
    tcp('a', '10.77.2.2'),
    'ttl-exceeded',
    ['at d sysctl -qw net.ipv4.ip_default_ttl=1'],
    ['at d sysctl -qw net.ipv4.ip_default_ttl=64'],
  ),
  setUp(
    'a service whose queue is full',
    tcp('a', '10.77.1.3', 85),
    'queue-full',
    background('b', crowded, '/run/crowded'),
    ['kill $(cat /run/crowded)'],
  ),
  setUp(
    'a service that is bound to another link',
    tcp('a', '10.77.1.3', 86),
    'listens-at-link',
    background('b', bound, '/run/bound'),
    ['kill $(cat /run/bound)'],
  ),
  setUp(
    'a bridge that shows its own frames to rules',
    tcp('a', '10.77.1.3'),
    'rule-drops',
    [
      'sysctl -qw net.bridge.bridge-nf-call-iptables=0',
      'ip link set br0 type bridge nf_call_iptables 1',
      'iptables -I FORWARD -i br0 -o br0 -j DROP',
    ],
    [
      'iptables -D FORWARD -i br0 -o br0 -j DROP',
      'ip link set br0 type bridge nf_call_iptables 0',
      'sysctl -qw net.bridge.bridge-nf-call-iptables=1',
    ],
  ),
  setUp(
    'the parent of macvlans is down',
    tcp('m1', '10.77.5.3'),
    'link-down',
    ['ip link set mp0 down'],
    ['ip link set mp0 up'],
  ),
  setUp(
    'a port that waits for the spanning tree',
    ping('a', '10.77.1.3'),
    'port-blocked',
    ['bridge link set dev vb state 1'],
    ['bridge link set dev vb state 3'],
  ),
  setUp(
    'a route that has a smaller MTU',
    udp('a', '10.77.2.2', 53, 1400),
    'mtu-exceeded',
    ['ip -n a route add 10.77.2.0/24 via 10.77.1.1 mtu lock 1300'],
    ['ip -n a route del 10.77.2.0/24'],
  ),
]
