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
      'bridge fdb replace $(mac b) dev vc master static',
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
]
