import { ping, type SetUp, setUp, tcp, udp, withRules } from './set-up'

const gatewayOfA = ['ip -n a route replace default via 10.77.1.1']

/** Links, addresses and routes. */
const wiring: readonly SetUp[] = [
  setUp(
    'a wrong gateway',
    tcp('a', '10.77.9.2'),
    'wrong-gateway',
    ['ip -n a route replace default via 10.77.1.99'],
    gatewayOfA,
  ),
  setUp('no default route', tcp('a', '10.77.9.2'), 'no-route', ['ip -n a route del default'], gatewayOfA),
  setUp(
    'a link that is down',
    tcp('a', '10.77.1.3'),
    'link-down',
    ['ip -n a link set eth0 down'],
    [
      'ip -n a link set eth0 up',
      'ip -n a address replace fd77:1::2/64 dev eth0 nodad',
      'ip -n a route replace default via fd77:1::1',
      ...gatewayOfA,
    ],
  ),
  setUp("the host's end is down", tcp('a', '10.77.1.3'), 'link-down', ['ip link set va down'], ['ip link set va up']),
  setUp("the other's end is down", tcp('a', '10.77.1.3'), 'link-down', ['ip link set vb down'], ['ip link set vb up']),
  setUp(
    'the bridge is down',
    tcp('a', '10.77.1.3'),
    'link-down',
    ['ip link set br0 down'],
    ['ip link set br0 up', 'ip address replace fd77:1::1/64 dev br0 nodad'],
  ),
  setUp(
    'the one who is asked is down',
    tcp('a', '10.77.2.2'),
    'link-down',
    ['ip -n d link set eth0 down'],
    [
      'ip -n d link set eth0 up',
      'ip -n d address replace fd77:2::2/64 dev eth0 nodad',
      'ip -n d route replace default via fd77:2::1',
      'ip -n d route replace default via 10.77.2.1',
    ],
  ),
  setUp(
    'the uplink is down',
    tcp('a', '10.77.9.2'),
    'link-down',
    ['ip link set up0 down'],
    ['ip link set up0 up', 'ip route replace default via 10.77.9.2'],
  ),
  setUp(
    'the loopback is down',
    tcp('a', '10.77.1.2'),
    'link-down',
    ['ip -n a link set lo down'],
    ['ip -n a link set lo up'],
  ),
  setUp('an address that nobody has', tcp('a', '10.77.1.200'), 'address-absent'),
  setUp(
    'an address that was taken away',
    tcp('a', '10.77.1.3'),
    'address-absent',
    ['ip -n b address del 10.77.1.3/24 dev eth0'],
    ['ip -n b address add 10.77.1.3/24 dev eth0', 'ip -n b route replace default via 10.77.1.1'],
  ),
  setUp('an IPv6 address that nobody has', tcp('a', 'fd77:1::99'), 'address-absent'),
  setUp(
    'a mask that takes the far for near',
    tcp('a', '10.77.2.2'),
    'address-elsewhere',
    ['ip -n a address add 10.77.1.2/16 dev eth0', 'ip -n a address del 10.77.1.2/24 dev eth0'],
    ['ip -n a address add 10.77.1.2/24 dev eth0', 'ip -n a address del 10.77.1.2/16 dev eth0', ...gatewayOfA],
  ),
  setUp(
    'a mask that takes the far for near, on the way back',
    tcp('a', '10.77.2.2'),
    'address-elsewhere',
    [
      'iptables -t nat -I POSTROUTING -o br1 -j ACCEPT',
      'ip -n d address add 10.77.2.2/16 dev eth0',
      'ip -n d address del 10.77.2.2/24 dev eth0',
    ],
    [
      'ip -n d address add 10.77.2.2/24 dev eth0',
      'ip -n d address del 10.77.2.2/16 dev eth0',
      'ip -n d route replace default via 10.77.2.1',
      'iptables -t nat -D POSTROUTING -o br1 -j ACCEPT',
    ],
  ),
  setUp(
    'a blackhole',
    tcp('a', '10.77.2.2'),
    'route-refuses',
    ['ip -n a route add blackhole 10.77.2.0/24'],
    ['ip -n a route del blackhole 10.77.2.0/24'],
  ),
  setUp(
    'a prohibited route on the host',
    tcp('a', '10.77.2.2'),
    'route-refuses',
    ['ip route add prohibit 10.77.2.2'],
    ['ip route del prohibit 10.77.2.2'],
  ),
  setUp(
    'an unreachable route on the host',
    ping('a', '10.77.2.2'),
    'route-refuses',
    ['ip route add unreachable 10.77.2.2'],
    ['ip route del unreachable 10.77.2.2'],
  ),
  setUp(
    'a rule of routing that prohibits',
    tcp('a', '10.77.2.2'),
    'routing-rule-refuses',
    ['ip -n a rule add to 10.77.2.0/24 prohibit priority 60'],
    ['ip -n a rule del priority 60'],
  ),
  setUp(
    'a mark that leads into a blackhole',
    tcp('a', '10.77.2.2'),
    'routing-rule-refuses',
    ['iptables -t mangle -I PREROUTING -i br0 -j MARK --set-mark 7', 'ip rule add fwmark 7 blackhole priority 60'],
    ['ip rule del priority 60', 'iptables -t mangle -D PREROUTING -i br0 -j MARK --set-mark 7'],
  ),
  setUp(
    'packets in a circle',
    tcp('b', '10.77.50.1'),
    'ttl-exceeded',
    [
      'ip route add 10.77.50.0/24 via 10.77.1.2',
      'at a sysctl -qw net.ipv4.ip_forward=1',
      'iptables -t nat -I POSTROUTING -d 10.77.50.1 -j ACCEPT',
    ],
    [
      'ip route del 10.77.50.0/24',
      'at a sysctl -qw net.ipv4.ip_forward=0',
      'iptables -t nat -D POSTROUTING -d 10.77.50.1 -j ACCEPT',
    ],
  ),
  setUp(
    'a packet too large for its own link',
    udp('a', '10.77.1.3', 53, 1500),
    'mtu-exceeded',
    ['ip -n a link set eth0 mtu 1300'],
    ['ip -n a link set eth0 mtu 1500'],
  ),
  setUp(
    'a packet too large for the other link',
    udp('a', '10.77.1.3', 53, 1500),
    'mtu-exceeded',
    ['ip -n b link set eth0 mtu 1300'],
    ['ip -n b link set eth0 mtu 1500'],
  ),
  setUp(
    'a packet too large for the next network',
    udp('a', '10.77.2.2', 53, 1500),
    'mtu-exceeded',
    ['ip link set br1 mtu 1300'],
    ['ip link set br1 mtu 1500'],
  ),
  setUp(
    'IPv6 that is switched off',
    tcp('a', 'fd77:1::3'),
    'family-off',
    ['at a sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1'],
    [
      'at a sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0',
      'ip -n a address replace fd77:1::2/64 dev eth0 nodad',
      'ip -n a route replace default via fd77:1::1',
    ],
  ),
]

/** Neighbours, bridges and what stands on a wire. */
const segment: readonly SetUp[] = [
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
    ['bridge fdb del $(mac b) dev vc master', 'ip -n a neighbour del 10.77.1.3 dev eth0'],
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

/** What the kernel is told to do. */
const switches: readonly SetUp[] = [
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

const tunnel = [
  'ip -n a link add vx0 type vxlan id 7 local 10.77.1.2 dstport 4789 nolearning',
  'ip -n b link add vx0 type vxlan id 7 local 10.77.1.3 dstport 4789 nolearning',
  'ip -n a address add 10.77.7.2/24 dev vx0; ip -n a link set vx0 up',
  'ip -n b address add 10.77.7.3/24 dev vx0; ip -n b link set vx0 up',
]
const noTunnel = ['ip -n a link del vx0', 'ip -n b link del vx0']

/** Tunnels, and a table that is full. */
const others: readonly SetUp[] = [
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

/** Who takes it, and how the answer comes back. */
const ends: readonly SetUp[] = [
  setUp('nobody listens', tcp('a', '10.77.1.3', 99), 'nobody-listens'),
  setUp('nobody takes datagrams', udp('a', '10.77.1.3', 99), 'nobody-listens'),
  setUp('nobody listens over IPv6', tcp('a', 'fd77:1::3', 99), 'nobody-listens'),
  setUp('it listens on the loopback alone', tcp('a', '10.77.1.3', 81), 'listens-elsewhere'),
  withRules('no masquerade', tcp('a', '10.77.9.2'), 'not-masqueraded', ['-t nat -I POSTROUTING -o up0 -j ACCEPT']),
  setUp(
    'no way back',
    tcp('a', '10.77.2.2'),
    'no-way-back',
    ['ip -n d route del default', 'iptables -t nat -I POSTROUTING -o br1 -j ACCEPT'],
    ['ip -n d route add default via 10.77.2.1', 'iptables -t nat -D POSTROUTING -o br1 -j ACCEPT'],
  ),
  setUp(
    'a wrong gateway on the way back',
    tcp('a', '10.77.2.2'),
    'wrong-gateway',
    ['ip -n d route replace default via 10.77.2.99', 'iptables -t nat -I POSTROUTING -o br1 -j ACCEPT'],
    ['ip -n d route replace default via 10.77.2.1', 'iptables -t nat -D POSTROUTING -o br1 -j ACCEPT'],
  ),
  withRules('a source that nobody has', tcp('a', '10.77.9.2'), 'address-absent', [
    '-t nat -I POSTROUTING -o up0 -j SNAT --to-source 10.77.9.99',
  ]),
  setUp(
    'an answer that bears another address',
    tcp('a', '10.77.9.1', 8080),
    'answer-foreign',
    ['sysctl -qw net.bridge.bridge-nf-call-iptables=0'],
    ['sysctl -qw net.bridge.bridge-nf-call-iptables=1'],
  ),
]

/** Chains, their policies and what translates. */
const firewall: readonly SetUp[] = [
  withRules('a policy that drops', tcp('a', '10.77.2.2'), 'policy-drops', ['-P FORWARD DROP']),
  withRules('a policy that drops what is for the host', tcp('a', '10.77.1.1'), 'policy-drops', ['-P INPUT DROP']),
  withRules('a policy that lets only answers pass', tcp('a', '10.77.2.2'), 'policy-drops', [
    '-I FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    '-P FORWARD DROP',
  ]),
  withRules('a rule that drops', tcp('a', '10.77.2.2'), 'rule-drops', [
    '-I FORWARD -s 10.77.1.0/24 -p tcp -m tcp --dport 80 -j DROP',
  ]),
  withRules('a rule that drops bridged frames', tcp('a', '10.77.1.3'), 'rule-drops', [
    '-I FORWARD -i br0 -o br0 -j DROP',
  ]),
  withRules('a rule that drops by the port of a bridge', ping('a', '10.77.1.3'), 'rule-drops', [
    '-I FORWARD -m physdev --physdev-in va --physdev-is-bridged -j DROP',
  ]),
  withRules('a rule that drops answers', udp('a', '10.77.2.2'), 'rule-drops', ['-I FORWARD -s 10.77.2.2 -j DROP']),
  withRules('a rule that rejects', tcp('a', '10.77.2.2'), 'rule-rejects', ['-I FORWARD -d 10.77.2.2 -j REJECT']),
  withRules('a rule that resets', tcp('a', '10.77.2.2'), 'rule-rejects', [
    '-I FORWARD -p tcp -d 10.77.2.2 -j REJECT --reject-with tcp-reset',
  ]),
  withRules('a rule in a chain of its own', tcp('a', '10.77.2.2'), 'rule-drops', [
    '-N SOME',
    '-A SOME -p udp -j RETURN',
    '-A SOME -p tcp -m multiport --dports 80,443 -j DROP',
    '-I FORWARD -o br1 -j SOME',
  ]),
  withRules('a rule of the raw table', tcp('a', '10.77.2.2'), 'rule-drops', [
    '-t raw -I PREROUTING -d 10.77.2.2 ! -i br1 -j DROP',
  ]),
  withRules('a rule of the mangle table', tcp('a', '10.77.9.2'), 'rule-drops', [
    '-t mangle -I POSTROUTING -o up0 -j DROP',
  ]),
  withRules('a rule of the older iptables', tcp('a', '10.77.2.2'), 'rule-drops', ['-I FORWARD -d 10.77.2.2 -j DROP'], {
    program: 'iptables-legacy',
  }),
  withRules('a rule of ip6tables', tcp('a', 'fd77:2::2'), 'rule-drops', ['-I FORWARD -d fd77:2::2 -j DROP'], {
    program: 'ip6tables',
  }),
  withRules('a rule where it arrives', tcp('a', '10.77.1.3'), 'rule-drops', ['-I INPUT -p tcp --dport 80 -j DROP'], {
    spot: 'b',
  }),
  withRules('a rule where it begins', tcp('a', '10.77.1.3'), 'rule-drops', ['-I OUTPUT -d 10.77.1.3 -j DROP'], {
    spot: 'a',
  }),
  withRules(
    'a rule for those of one user',
    udp('a', '10.77.1.3'),
    'rule-drops',
    ['-I OUTPUT -m owner --uid-owner 0 -p udp -j DROP'],
    { spot: 'a' },
  ),
  withRules('a port that leads to nobody', tcp('out', '10.77.9.1', 8081), 'nobody-listens', [
    '-t nat -I PREROUTING -p tcp --dport 8081 -j DNAT --to-destination 10.77.1.3:99',
  ]),
  withRules('a port that leads to an address that is not there', tcp('out', '10.77.9.1', 8081), 'address-absent', [
    '-t nat -I PREROUTING -p tcp --dport 8081 -j DNAT --to-destination 10.77.1.200:80',
  ]),
  withRules('a port that leads to the loopback', tcp('out', '10.77.9.1', 8081), 'destination-martian', [
    '-t nat -I PREROUTING -p tcp --dport 8081 -j DNAT --to-destination 127.0.0.1:80',
  ]),
  withRules('a published port that is not tracked', tcp('out', '10.77.9.1', 8080), 'nobody-listens', [
    '-t raw -I PREROUTING -p tcp --dport 8080 -j NOTRACK',
  ]),
  withRules('a port that is sent to another one', tcp('a', '10.77.1.1'), 'nobody-listens', [
    '-t nat -I PREROUTING -i br0 -p tcp --dport 80 -j REDIRECT --to-ports 99',
  ]),
]

export const brokenSetUps: readonly SetUp[] = [...wiring, ...segment, ...switches, ...ends, ...firewall, ...others]
