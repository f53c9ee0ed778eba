import type { CauseCode } from '../codes'
import { type Ask, ping, type SetUp, setUp, tcp, udp } from './set-up'

/** A table of nft by the name t, which is taken away again with all that is in it. */
function withTable(title: string, ask: Ask, cause: CauseCode, family: string, lines: string, spot = ''): SetUp {
  const where = spot === '' ? '' : `at ${spot} `
  return setUp(
    title,
    ask,
    cause,
    [`${where}nft -f - <<'END'\ntable ${family} t {\n${lines}\n}\nEND`],
    [`${where}nft delete table ${family} t`],
  )
}

const chain = (hook: string, rules: string, { type = 'filter', priority = '0', policy = 'accept' } = {}) =>
  `chain ${hook}_${type} {\ntype ${type} hook ${hook} priority ${priority}; policy ${policy};\n${rules}\n}`

/** Rule sets of nft that are not those of iptables: what stops, and what only seems to. */
export const nftSetUps: readonly SetUp[] = [
  withTable(
    'a policy of nft that drops',
    tcp('a', '10.77.2.2'),
    'policy-drops',
    'inet',
    chain('forward', 'udp dport 53 accept', { policy: 'drop' }),
  ),
  withTable(
    'nft that lets only answers pass',
    tcp('a', '10.77.2.2'),
    'policy-drops',
    'inet',
    chain('forward', 'ct state vmap { established : accept, related : accept, invalid : drop }', { policy: 'drop' }),
  ),
  withTable(
    'a rule of nft that drops',
    tcp('a', '10.77.2.2'),
    'rule-drops',
    'ip',
    chain('forward', 'ip saddr 10.77.1.0/24 tcp dport { 22, 80-90 } counter drop'),
  ),
  withTable(
    'a rule of nft for IPv6',
    tcp('a', 'fd77:2::2'),
    'rule-drops',
    'inet',
    chain('forward', 'ip saddr 10.77.1.2 drop\nip6 saddr fd77:1::/64 ip6 daddr fd77:2::2 drop'),
  ),
  withTable(
    'a rule of nft that rejects',
    tcp('a', '10.77.2.2'),
    'rule-rejects',
    'inet',
    chain('forward', 'meta l4proto tcp reject with tcp reset'),
  ),
  withTable(
    'a set of nft that lists it',
    tcp('a', '10.77.2.2'),
    'rule-drops',
    'inet',
    `set bad { type ipv4_addr . inet_service; flags interval; elements = { 10.77.2.0/24 . 80-81 } }\n${chain('forward', 'ip daddr . tcp dport @bad drop')}`,
  ),
  withTable(
    'a verdict map of nft',
    tcp('a', '10.77.2.2'),
    'rule-drops',
    'inet',
    `chain web {\nip saddr 10.77.1.2 drop\n}\nmap ways { type inet_service : verdict; elements = { 80 : jump web, 22 : accept } }\n${chain('forward', 'tcp dport vmap @ways')}`,
  ),
  withTable(
    'nft before the translation',
    tcp('out', '10.77.9.1', 8080),
    'rule-drops',
    'inet',
    chain('prerouting', 'tcp dport 8080 drop', { priority: '-110' }),
  ),
  withTable(
    'nft behind the translation',
    tcp('out', '10.77.9.1', 8080),
    'rule-drops',
    'inet',
    chain('prerouting', 'tcp dport 8080 return\ntcp dport 80 drop', { priority: '-90' }),
  ),
  withTable(
    'a mark of nft that leads into a blackhole',
    tcp('a', '10.77.2.2'),
    'rule-drops',
    'inet',
    `${chain('prerouting', 'iifname "br*" meta mark set meta mark or 0x8', { priority: '-150' })}\n${chain('forward', 'meta mark and 0xc == 0x8 ct mark set mark\nct mark 8 drop')}`,
  ),
  withTable(
    'a port that nft leads to nobody',
    tcp('out', '10.77.9.1', 8081),
    'nobody-listens',
    'ip',
    chain('prerouting', 'tcp dport 8081 dnat to 10.77.1.3:99', { type: 'nat', priority: '-100' }),
  ),
  withTable(
    'nft on a bridge',
    ping('a', '10.77.1.3'),
    'rule-drops',
    'bridge',
    chain('forward', 'iifname "va" oifname "vb" ip daddr 10.77.1.3 drop'),
  ),
  withTable(
    'nft at a link',
    ping('a', '10.77.1.3'),
    'rule-drops',
    'netdev',
    'chain early {\ntype filter hook ingress device "va" priority 0; policy accept;\nicmp type echo-request drop\n}',
  ),
  withTable(
    'nft where it arrives',
    udp('a', '10.77.1.3'),
    'rule-drops',
    'inet',
    chain('input', 'udp dport 53 drop'),
    'b',
  ),
  withTable(
    'nft where it begins',
    tcp('a', '10.77.1.3'),
    'rule-drops',
    'inet',
    chain('output', 'oifname "eth0" meta skuid 0 tcp flags syn drop'),
    'a',
  ),
  withTable(
    'nft that looks whether the source is known',
    tcp('a', '10.77.2.2'),
    'rule-drops',
    'inet',
    chain('prerouting', 'iifname "br0" fib daddr type unicast fib saddr . iif oif exists drop', { priority: '-300' }),
  ),
  setUp(
    'iptables that nft has written',
    tcp('a', '10.77.2.2'),
    'rule-drops',
    [
      'nft add chain ip filter hand "{ type filter hook forward priority 1; }"',
      'nft add rule ip filter hand tcp dport 80 drop',
    ]
      .map((line) => line.replace('ip filter', 'ip mangle'))
      .toSpliced(0, 0, 'nft add table ip mangle'),
    ['nft delete table ip mangle'],
  ),
  withTable(
    'a port that nft publishes',
    tcp('out', '10.77.9.1', 8082),
    'answered',
    'ip',
    chain('prerouting', 'tcp dport 8082 dnat to tcp dport map { 8082 : 10.77.1.3 . 80 }', {
      type: 'nat',
      priority: '-110',
    }),
  ),
  withTable(
    'a port that nft redirects',
    tcp('out', '10.77.9.1', 8083),
    'answered',
    'inet',
    chain('prerouting', 'tcp dport 8083 redirect to :80', { type: 'nat', priority: '-100' }),
  ),
  setUp(
    'nft that masquerades',
    tcp('d', '10.77.9.2'),
    'answered',
    [
      'iptables -t nat -D POSTROUTING -s 10.77.2.0/24 ! -o br1 -j MASQUERADE',
      "nft -f - <<'END'\ntable inet t {\n" +
        chain('postrouting', 'oifname "up0" masquerade', { type: 'nat', priority: '90' }) +
        '\n}\nEND',
    ],
    ['nft delete table inet t', 'iptables -t nat -A POSTROUTING -s 10.77.2.0/24 ! -o br1 -j MASQUERADE'],
  ),
  withTable(
    'rules of nft that do not fit',
    tcp('a', '10.77.2.2'),
    'answered',
    'inet',
    `set names { type ifname; elements = { "up0", "lo" } }\nchain other {\nudp dport 53 drop\nreturn\n}\n${chain(
      'forward',
      [
        'ct state established accept',
        'iifname @names drop',
        'ip saddr != 10.77.1.0/24 drop',
        'tcp dport { 443, 8000-9000 } drop',
        'ct state invalid drop',
        'ip6 saddr ::/0 drop',
        'meta mark 7 drop',
        'ip daddr 10.77.2.2 udp dport 80 drop',
        'tcp flags & (syn | ack) == ack drop',
        'ct direction original ct status dnat drop',
        'ip ttl < 5 drop',
        'limit rate over 1000/second drop',
        'jump other',
        'ether saddr 02:00:00:00:00:01 drop',
        'ip daddr vmap { 10.77.9.0/24 : drop, 10.77.2.2 : accept }',
        'drop',
      ].join('\n'),
    )}`,
  ),
  withTable(
    'a table of nft that sleeps',
    tcp('a', '10.77.2.2'),
    'answered',
    'inet',
    `flags dormant\n${chain('forward', '', { policy: 'drop' })}`,
  ),
  setUp(
    'a packet of the resolver that nft sends to another port',
    udp('a', '127.0.0.11'),
    'answered',
    [
      "at a nft -f - <<'END'\ntable ip patchbay {\nchain questions {\ntype filter hook output priority mangle;\nip daddr 127.0.0.11 udp dport 53 udp dport set 5300\n}\nchain answers {\ntype filter hook output priority raw;\nip saddr 127.0.0.11 udp sport 5300 udp sport set 53\n}\n}\nEND",
    ],
    ['at a nft delete table ip patchbay'],
  ),
]
