/**
 * Opens sockets in namespaces and hands them to Node, which can do neither. A question is a line: its number, the namespace's path in
 * hexadecimal digits, then for each socket its protocol, address and port, all split by tabs. Sockets go over Node's own
 * channel between processes, as a Node process would send them, under the question's number; the answer is a line:
 *
 * done      all are open, and have arrived in their order
 * N why     the one at place N could not be had
 *
 * It never reads from them, and keeps none.
 */
export const socketOpenerProgram = `
use strict;
use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6);
my ($setns, $sendmsg) = @ARGV;
my $home = namespace('/proc/self/ns/net');
open(my $channel, '+<&=', $ENV{NODE_CHANNEL_FD}) or die "channel: $!\\n";
my $input = '';
while (sysread(STDIN, $input, 65536, length $input)) {
  while ($input =~ s/^([^\\n]*)\\n//) {
    my ($number, $path, @wanted) = split /\\t/, $1;
    my ($index, $said) = (0, 'done');
    eval {
      my @sockets = opened(namespace(pack 'H*', $path), \\$index, @wanted);
      for ($index = 0; $index < @sockets; $index++) { hand($number, @{ $sockets[$index] }) }
      1
    } or $said = "$index $@";
    $said =~ s/\\s+/ /g;
    syswrite(STDOUT, "$said\\n");
  }
}

sub namespace { open(my $file, '<', $_[0]) or die "its namespace: $!\\n"; return $file }
sub enter { syscall($setns + 0, fileno($_[0]), 0x40000000) == 0 or die "its namespace: $!\\n" }

sub opened {
  my ($namespace, $index, @wanted) = @_;
  my @sockets;
  enter($namespace);
  my $is_done = eval {
    for (; my ($protocol, $address, $port) = splice(@wanted, 0, 3); $$index++) {
      my $family = $address =~ /:/ ? AF_INET6 : AF_INET;
      my $is_udp = $protocol eq 'udp';
      my $place = inet_pton($family, $address);
      # Never waits (0x800): what it is handed to shares that.
      socket(my $socket, $family, 0x800 | ($is_udp ? SOCK_DGRAM : SOCK_STREAM), 0) or die "$!\\n";
      if ($family == AF_INET6) { setsockopt($socket, 41, 26, pack('i', 1)) or die "$!\\n" }
      if (!$is_udp) { setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, pack('i', 1)) or die "$!\\n" }
      bind($socket, $family == AF_INET6 ? pack_sockaddr_in6($port, $place) : pack_sockaddr_in($port, $place)) or die "$!\\n";
      if (!$is_udp) { listen($socket, 511) or die "$!\\n" }
      push @sockets, [$socket, $is_udp ? '"dgram.Socket","dgramType":"udp' . ($family == AF_INET6 ? 6 : 4) . '"' : '"net.Server"'];
    }
    1
  };
  my $why = $@;
  enter($home);
  $is_done or die $why;
  return @sockets;
}

sub hand {
  my ($number, $socket, $type) = @_;
  my $text = "{\\"cmd\\":\\"NODE_HANDLE\\",\\"type\\":$type,\\"msg\\":$number}\\n";
  my $vector = pack('P Q', $text, length $text);
  my $control = pack('Q l l l x4', 20, SOL_SOCKET, 1, fileno $socket);
  my $header = pack('Q L x4 P Q P Q l x4', 0, 0, $vector, 1, $control, length $control, 0);
  syscall($sendmsg + 0, fileno($channel), $header, 0) == length $text or die "handing it over: $!\\n";
  my $answer = '';
  until ($answer =~ /\\n/) { sysread($channel, $answer, 4096, length $answer) or exit }
  $answer =~ /"NODE_HANDLE_ACK"/ or die "it did not arrive\\n";
}
`
