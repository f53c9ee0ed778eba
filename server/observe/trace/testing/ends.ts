import { type SetUp, setUp, tcp, udp, withRules } from './set-up'

/** Who takes it, and how the answer comes back. */
export const endSetUps: readonly SetUp[] = [
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
  setUp(
    'a way out of the machine',
    tcp('host', '10.77.30.9'),
    'leaves-host',
    ['ip tuntap add dev tn0 mode tun; ip link set tn0 up; ip route add 10.77.30.0/24 dev tn0'],
    ['ip link del tn0'],
  ),
]
