import { type SetUp, setUp, tcp } from './set-up'

/** Neighbours, bridges and what stands on a wire. */
export const segmentSetUps: readonly SetUp[] = [
  setUp(
    'two that have one address',
    tcp('a', '10.77.1.3'),
    'address-duplicate',
    ['ip -n c address add 10.77.1.3/24 dev eth0'],
    ['ip -n c address del 10.77.1.3/24 dev eth0'],
  ),
  setUp(
    'one who does not answer ARP',
    tcp('a', '10.77.1.3'),
    'arp-unanswered',
    ['ip -n b link set eth0 arp off'],
    ['ip -n b link set eth0 arp on', 'ip -n b route replace default via fd77:1::1'],
  ),
  setUp(
    'one who asks no ARP',
    tcp('a', '10.77.1.3'),
    'arp-unanswered',
    ['ip -n a link set eth0 arp off'],
    ['ip -n a link set eth0 arp on', 'ip -n a route replace default via fd77:1::1'],
  ),
  setUp(
    'one who ignores ARP',
    tcp('a', '10.77.1.3'),
    'arp-unanswered',
    ['at b sysctl -qw net.ipv4.conf.eth0.arp_ignore=8'],
    ['at b sysctl -qw net.ipv4.conf.eth0.arp_ignore=0'],
  ),
  setUp(
    'a neighbour by a wrong MAC address',
    tcp('a', '10.77.1.3'),
    'neighbour-wrong',
    ['ip -n a neighbour replace 10.77.1.3 lladdr 02:00:00:00:00:99 dev eth0 nud permanent'],
    ['ip -n a neighbour del 10.77.1.3 dev eth0'],
  ),
  setUp(
    'a deleted FDB entry where nothing is flooded',
    tcp('a', '10.77.1.3'),
    'fdb-missing',
    [
      'ip -n a neighbour replace 10.77.1.3 lladdr $(mac b) dev eth0 nud permanent',
      // What the box still sends by itself is not to teach the bridge anew.
      'bridge link set dev vb flood off learning off',
      'bridge fdb del $(mac b) dev vb master 2>/dev/null; true',
    ],
    ['bridge link set dev vb flood on learning on', 'ip -n a neighbour del 10.77.1.3 dev eth0'],
  ),
  setUp(
    'an FDB entry that leads to another port',
    tcp('a', '10.77.1.3'),
    'fdb-wrong',
    [
      'ip -n a neighbour replace 10.77.1.3 lladdr $(mac b) dev eth0 nud permanent',
      'bridge fdb replace $(mac b) dev vc master static sticky',
    ],
    ['bridge fdb del $(mac b) dev vc master 2>/dev/null; true', 'ip -n a neighbour del 10.77.1.3 dev eth0'],
  ),
  setUp(
    'a port that is blocked',
    tcp('a', '10.77.1.3'),
    'port-blocked',
    ['bridge link set dev vb state 0'],
    ['bridge link set dev vb state 3'],
  ),
  setUp(
    'ports that are isolated',
    tcp('a', '10.77.1.3'),
    'port-isolated',
    ['bridge link set dev va isolated on', 'bridge link set dev vb isolated on'],
    ['bridge link set dev va isolated off', 'bridge link set dev vb isolated off'],
  ),
  setUp(
    'a cable in no bridge',
    tcp('a', '10.77.1.3'),
    'cable-loose',
    ['ip link set vb nomaster'],
    ['ip link set vb master br0'],
  ),
  setUp(
    'its own cable in no bridge',
    tcp('a', '10.77.1.3'),
    'cable-loose',
    ['ip link set va nomaster'],
    ['ip link set va master br0'],
  ),
  setUp('a parent that asks its macvlan', tcp('host', '10.77.5.2'), 'macvlan-parent'),
  setUp(
    'macvlans that are kept apart',
    tcp('m1', '10.77.5.3'),
    'macvlan-apart',
    ['ip -n m1 link set eth0 type macvlan mode private'],
    ['ip -n m1 link set eth0 type macvlan mode bridge'],
  ),
  setUp(
    'a port of a bridge that sends nothing back',
    tcp('m1', '10.77.5.3'),
    'hairpin-off',
    ['for name in m1 m2; do ip -n $name link set eth0 type macvlan mode vepa; done', 'ip link set mp1 master br0'],
    ['for name in m1 m2; do ip -n $name link set eth0 type macvlan mode bridge; done', 'ip link set mp1 nomaster'],
  ),
  setUp(
    'a port of a bridge that sends back',
    tcp('m1', '10.77.5.3'),
    'answered',
    [
      'for name in m1 m2; do ip -n $name link set eth0 type macvlan mode vepa; done',
      'ip link set mp1 master br0; bridge link set dev mp1 hairpin on',
    ],
    ['for name in m1 m2; do ip -n $name link set eth0 type macvlan mode bridge; done', 'ip link set mp1 nomaster'],
  ),
  setUp(
    'a frame for a MAC address that the link has not',
    tcp('out', '10.77.60.1'),
    'mac-foreign',
    [
      'ip -n out route add 10.77.60.0/24 via 10.77.9.50',
      'ip -n out neighbour replace 10.77.9.50 lladdr 02:00:00:00:00:99 dev eth0',
    ],
    ['ip -n out route del 10.77.60.0/24', 'ip -n out neighbour del 10.77.9.50 dev eth0'],
  ),
  setUp(
    'an IPv6 address that is not to be used yet',
    tcp('a', 'fd77:1::3'),
    'address-unusable',
    [
      'at b sysctl -qw net.ipv6.conf.eth0.accept_dad=1 net.ipv6.conf.eth0.dad_transmits=100',
      'ip -n b address del fd77:1::3/64 dev eth0; ip -n b address add fd77:1::3/64 dev eth0',
    ],
    [
      'at b sysctl -qw net.ipv6.conf.eth0.accept_dad=0 net.ipv6.conf.eth0.dad_transmits=1',
      'ip -n b address del fd77:1::3/64 dev eth0; ip -n b address add fd77:1::3/64 dev eth0 nodad',
      'ip -n b route replace default via fd77:1::1',
    ],
  ),
  setUp(
    'somebody else on the machine who has the address',
    tcp('a', '10.77.1.201'),
    'address-absent',
    ['ip -n m1 link add x0 type veth peer name x1', 'ip -n m1 address add 10.77.1.201/24 dev x0'],
    ['ip -n m1 link del x0'],
  ),
  setUp(
    'a neighbour outside who does not answer',
    tcp('host', '10.77.31.9'),
    'neighbour-failed',
    [
      'ip tuntap add dev tp0 mode tap; ip address add 10.77.31.1/24 dev tp0; ip link set tp0 up',
      'ip neighbour replace 10.77.31.9 dev tp0 nud failed',
    ],
    ['ip link del tp0'],
  ),
]
