/**
 * Two bridges of a host that routes between them and masquerades to an outside; on a wire of its own two macvlans. In
 * each place somebody listens: tcp 80 and udp 53 on all addresses, tcp 81 on the loopback alone.
 */
export const labScript = `
sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_dad=0
for name in a b c d out m1 m2; do
  ip netns add $name
  at $name sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_dad=0 net.ipv4.ping_group_range='0 0'
done
ip -batch - <<END
link add br0 type bridge
link add br1 type bridge
link set br0 up
link set br1 up
address add 10.77.1.1/24 dev br0
address add 10.77.2.1/24 dev br1
address add fd77:1::1/64 dev br0 nodad
address add fd77:2::1/64 dev br1 nodad
link add va type veth peer name eth0 netns a
link add vb type veth peer name eth0 netns b
link add vc type veth peer name eth0 netns c
link add vd type veth peer name eth0 netns d
link add up0 type veth peer name eth0 netns out
link add mp0 type veth peer name mp1
link add m0 link mp0 type macvlan mode bridge
link set va master br0 up
link set vb master br0 up
link set vc master br0 up
link set vd master br1 up
link set up0 up
link set mp0 up
link set mp1 up
address add 10.77.9.1/24 dev up0
address add 10.77.5.1/24 dev mp0
route add default via 10.77.9.2
link del m0
link add name eth0 link mp0 netns m1 type macvlan mode bridge
link add name eth0 link mp0 netns m2 type macvlan mode bridge
END
inner() {
  ip -n $1 -batch - <<END
link set lo up
link set eth0 up
address add $2/24 dev eth0
END
}
inner a 10.77.1.2; inner b 10.77.1.3; inner c 10.77.1.4; inner d 10.77.2.2; inner out 10.77.9.2; inner m1 10.77.5.2; inner m2 10.77.5.3
for name in a b c; do ip -n $name route add default via 10.77.1.1; done
ip -n d route add default via 10.77.2.1
number=2
for name in a b; do
  ip -n $name address add fd77:1::$number/64 dev eth0 nodad
  ip -n $name route add default via fd77:1::1
  number=3
done
ip -n d address add fd77:2::2/64 dev eth0 nodad
ip -n d route add default via fd77:2::1
iptables -t nat -A POSTROUTING -s 10.77.1.0/24 ! -o br0 -j MASQUERADE
iptables -t nat -A POSTROUTING -s 10.77.2.0/24 ! -o br1 -j MASQUERADE
iptables -t nat -A PREROUTING -d 10.77.9.1/32 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.77.1.3:80
`

/** What neighbours and connections know is forgotten, so that each set-up begins as the first did. */
export const forget = `for name in a b c d out m1 m2; do ip -n $name neighbour flush all nud all 2>/dev/null; done
ip neighbour flush all 2>/dev/null
conntrack -F 2>/dev/null
`

/** Listens until its input ends: tcp 80 and udp 53 of both families, and tcp 81 on the loopback. It says when it does. */
export const listener = `
use strict; use Socket qw(:all);
my ($set, @tcp, @udp) = ('');
sub bound {
  my ($family, $type, $address, $port) = @_;
  socket(my $socket, $family, $type, 0) or die $!;
  setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
  setsockopt($socket, IPPROTO_IPV6, IPV6_V6ONLY, 1) if $family == AF_INET6;
  my $packed = inet_pton($family, $address);
  bind($socket, $family == AF_INET ? pack_sockaddr_in($port, $packed) : pack_sockaddr_in6($port, $packed)) or die "bind: $!";
  listen($socket, 64) or die $! if $type == SOCK_STREAM;
  vec($set, fileno $socket, 1) = 1;
  return $socket;
}
push @tcp, bound(AF_INET, SOCK_STREAM, '0.0.0.0', 80), bound(AF_INET6, SOCK_STREAM, '::', 80), bound(AF_INET, SOCK_STREAM, '127.0.0.1', 81);
push @udp, bound(AF_INET, SOCK_DGRAM, '0.0.0.0', 53), bound(AF_INET6, SOCK_DGRAM, '::', 53), bound(AF_INET, SOCK_DGRAM, '127.0.0.11', 5300);
vec($set, 0, 1) = 1;
syswrite(STDOUT, "ready\\n");
while (1) {
  select(my $ready = $set, undef, undef, undef) > 0 or next;
  if (vec($ready, 0, 1)) { sysread(STDIN, my $input, 100) or exit }
  for my $socket (@tcp) { if (vec($ready, fileno $socket, 1)) { accept(my $client, $socket); close $client } }
  for my $socket (@udp) { if (vec($ready, fileno $socket, 1)) { my $from = recv($socket, my $data, 9000, 0); send($socket, 'pong', 0, $from) if $from } }
}
`

/** One real packet: says answered, refused, error and what the kernel said, or silent. */
export const prober = `
use strict; use Socket qw(:all); use Errno qw(:POSIX);
my ($protocol, $address, $port, $size, $wait) = @ARGV;
my $family = $address =~ /:/ ? AF_INET6 : AF_INET;
my $packed = inet_pton($family, $address);
my $to = $family == AF_INET ? pack_sockaddr_in($port, $packed) : pack_sockaddr_in6($port, $packed);
sub say_so { print $_[0], "\\n"; exit }
sub failed { my $why = $! + 0; say_so($why == ECONNREFUSED ? 'refused' : "error $!") }
my $headers = ($family == AF_INET ? 20 : 40) + 8;
my $socket;
if ($protocol eq 'tcp') { socket($socket, $family, SOCK_STREAM, 0) or die }
elsif ($protocol eq 'udp') { socket($socket, $family, SOCK_DGRAM, 0) or die }
else { socket($socket, $family, SOCK_DGRAM, $family == AF_INET ? 1 : 58) or die "icmp: $!" }
setsockopt($socket, 0, 10, 2) if $family == AF_INET;
use Fcntl; fcntl($socket, F_SETFL, O_NONBLOCK);
my $is_begun = connect($socket, $to);
failed() if !$is_begun && $! != EINPROGRESS;
my $data = $protocol eq 'icmp' ? pack('C C n n n', $family == AF_INET ? 8 : 128, 0, 0, 1, 1) : '';
if ($protocol ne 'tcp') { $data .= 'x' x ($size - $headers - length($data) + ($protocol eq 'icmp' ? 8 : 0)) if $size > $headers; defined send($socket, $data, 0) or failed() }
my $set = ''; vec($set, fileno $socket, 1) = 1;
my ($read, $write) = $protocol eq 'tcp' ? (undef, $set) : ($set, undef);
select($read, $write, undef, $wait) or say_so('silent');
my $error = unpack('i', getsockopt($socket, SOL_SOCKET, SO_ERROR));
if ($error) { $! = $error; failed() }
say_so('answered') if $protocol eq 'tcp';
defined recv($socket, my $answer, 9000, 0) or failed();
say_so('answered');
`

/**
 * Fills the table of connections of the host: connections that are established and assured are not given up for new
 * ones. Messages of ctnetlink (nfnetlink_conntrack.h), many in one.
 */
export const fillConnections = `
use strict;
socket(my $socket, 16, 3, 12) or die $!;
open(my $file, '<', '/proc/sys/net/netfilter/nf_conntrack_max') or die $!;
my $count = <$file> + 0;
sub attribute { my ($type, $data) = @_; my $length = 4 + length $data; return pack('S S', $length, $type) . $data . ("\\0" x ((4 - $length % 4) % 4)) }
sub nest { return attribute($_[0] | 0x8000, $_[1]) }
sub side {
  my ($type, $source, $destination, $from, $to) = @_;
  my $addresses = nest(1, attribute(1, $source) . attribute(2, $destination));
  return nest($type, $addresses . nest(2, attribute(1, pack('C', 6)) . attribute(2, $from) . attribute(3, $to)));
}
my $established = nest(4, nest(1, attribute(1, pack('C', 3)) . attribute(4, pack('CC', 10, 10)) . attribute(5, pack('CC', 10, 10))));
my $rest = attribute(3, pack('N', 0x0e)) . attribute(7, pack('N', 600)) . $established;
my ($server, $port, $messages) = (pack('N', 0x0a4f0001), pack('n', 80), '');
for my $number (0 .. $count - 1) {
  my ($client, $from) = (pack('N', 0x0a4e0000 + ($number >> 14)), pack('n', 1024 + ($number & 16383)));
  my $body = pack('C C n', 2, 0, 0) . side(1, $client, $server, $from, $port) . side(2, $server, $client, $port, $from) . $rest;
  $messages .= pack('L S S L L', 16 + length $body, 0x0100, 0x601, $number, 0) . $body;
  next if length $messages < 60000 && $number < $count - 1;
  send($socket, $messages, 0, pack('S S L L', 16, 0, 0, 0)) or die $!;
  $messages = '';
}
`

/** What a line of a set-up may call. */
export const prelude = `at() { name=$1; shift; nsenter --net=/run/netns/$name -- "$@"; }
own() { ip -o link show $1 | sed 's/.*ether \\([^ ]*\\).*/\\1/'; }
fill() { perl - <<'END'
${fillConnections}
END
}
mac() { ip -n $1 -o link show eth0 | sed 's/.*ether \\([^ ]*\\).*/\\1/'; }
`
