import { ping, type SetUp, tcp, udp, withRules } from './set-up'

/** Chains, their policies and what translates. */
export const firewallSetUps: readonly SetUp[] = [
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
  withRules('a rule that hands it to a program', tcp('a', '10.77.2.2'), 'not-judged', ['-I FORWARD -o br1 -j NFQUEUE']),
]
