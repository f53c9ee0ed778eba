/**
 * Node can neither enter a namespace nor open a netlink socket. Perl can, and its base is part of every Debian: one
 * process does both for all namespaces. It answers one question after another; a frame is a length, the question's tag,
 * a letter and what that letter says, in the machine's order but for the length.
 *
 * F           what is in /proc: a record a namespace, with the length before them; behind them a record for each that is
 *             mounted in the mount namespaces of others alone
 * U           which processes have a tun or tap open: a record each
 * R path …    the requests behind it, on a socket in that namespace: 'd' a datagram, then 'z'. No path: in its own
 * N path …    as R, of netfilter's own netlink
 * S path …    as R, of the netlink that tells of sockets
 * P path …    what is in the files behind it, of /proc, as a process in that namespace reads them: a mark, 1 where it can
 *             be read, and its text with the length before it
 * W path      the number that its own namespace has for that one, made if there is none
 * M, m        begins and ends watching
 * K, k        begins and ends watching rules of nft
 *
 * A socket keeps its namespace alive, so that none is kept: what was read is closed at once, and one socket of its own
 * namespace hears those of all others that it has a number for. Events come under the tag 0: 'v' parts that have changed,
 * by number (-1: its own); 'r' numbers in which rules of nft have changed; 'g' a number whose namespace is gone; 'n'
 * namespaces or mounts came or went; 'l' what happened is not known.
 */
export const agentProgram = `
use strict;
my ($setns, $recvmsg) = @ARGV;
my $home;
$home = namespace('/proc/self/ns/net') or die "its own namespace: $!\\n";
my $numbers = netlink() or die "netlink: $!\\n";
my ($events, $mounts, $rules, $input) = (undef, undef, undef, '');
my (%place_of, %seen_mounts, $looks);
my %part = (16 => 1, 17 => 1, 20 => 2, 21 => 2, 24 => 4, 25 => 4, 32 => 8, 33 => 8, 28 => 16, 29 => 16);
my ($buffer, $control, $vector, $header) = ('', '', '', '');
vec($buffer, 65535, 8) = 0;
vec($control, 63, 8) = 0;
binmode STDIN; binmode STDOUT;
while (1) {
  my ($readable, $urgent) = ('', '');
  vec($readable, fileno(STDIN), 1) = 1;
  if ($events) { vec($readable, fileno($events), 1) = 1; vec($urgent, fileno($mounts), 1) = 1 }
  if ($rules) { vec($readable, fileno($rules), 1) = 1 }
  select($readable, undef, $urgent, undef) > 0 or next;
  if ($events && vec($urgent, fileno($mounts), 1)) { say_frame(0, 'n', '') }
  if ($events && vec($readable, fileno($events), 1)) { hear() }
  if ($rules && vec($readable, fileno($rules), 1)) { hear_rules() }
  if (vec($readable, fileno(STDIN), 1)) {
    sysread(STDIN, $input, 65536, length $input) or exit;
    while (length $input >= 4 && length $input >= 4 + (my $length = unpack('N', $input))) {
      my ($tag, $letter, $body) = unpack('L a1 a*', substr($input, 4, $length));
      substr($input, 0, 4 + $length) = '';
      my $answer = eval { answer($tag, $letter, $body) };
      if (defined $answer) { say_frame($tag, 'z', $answer) } else { my $why = $@; chomp $why; say_frame($tag, 'e', $why) }
    }
  }
}

sub answer {
  my ($tag, $letter, $body) = @_;
  if ($letter eq 'F') { my @pids = pids(); return pack('L/a a*', processes(@pids), mounted_elsewhere(@pids)) }
  if ($letter eq 'U') { return tuns() }
  if ($letter eq 'M') { watch(); return '' }
  if ($letter eq 'm') { ($events, $mounts) = (undef, undef); return '' }
  if ($letter eq 'K') { $rules ||= listen_to(12, 0x40); return '' }
  if ($letter eq 'k') { $rules = undef; return '' }
  my ($inode, $path, @requests) = unpack('L (L/a)*', $body);
  if ($letter eq 'W') { return pack('l', number($inode, $path)) }
  if ($letter eq 'P') { return texts($inode, $path, @requests) }
  my $socket = $path eq '' ? $numbers : netlink_in($inode, $path, $letter eq 'N' ? 12 : $letter eq 'S' ? 4 : 0);
  for my $request (@requests) {
    send_to($socket, $request);
    my $is_over = 0;
    until ($is_over) {
      my $datagram = receive($socket);
      say_frame($tag, 'd', $datagram);
      for (my $at = 0; $at + 16 <= length $datagram;) {
        my ($length, $type) = unpack('L S', substr($datagram, $at, 6));
        $is_over = 1 if $type == 2 || $type == 3;
        $at += ($length + 3) & ~3;
      }
    }
  }
  return '';
}

# A handle first: whoever may change where a path leads has nothing opened that is no namespace.
sub namespace {
  sysopen(my $handle, $_[0], 010000000) or return undef;
  return undef if $home && (stat $handle)[0] != (stat $home)[0];
  open(my $file, '<', '/proc/self/fd/' . fileno $handle) or return undef;
  return $file;
}
sub namespace_of {
  my ($inode, $path) = @_;
  my $file = namespace($path) or die "gone\\n";
  (stat $file)[1] == $inode or die "gone\\n";
  return $file;
}
sub is_there {
  my ($inode, $path) = @_;
  sysopen(my $handle, $path, 010000000) or return 0;
  my ($device, $number) = stat $handle;
  return $device == (stat $home)[0] && $number == $inode;
}
sub netlink {
  socket(my $socket, 16, 3, $_[0] || 0) or return undef;
  setsockopt($socket, 270, 12, pack('i', 1));
  return $socket;
}
sub netlink_in {
  my ($inode, $path, $protocol) = @_;
  my $file = namespace_of($inode, $path);
  enter($file);
  my $socket = netlink($protocol);
  my $why = "$!";
  enter($home);
  return $socket || die "netlink: $why\\n";
}
sub texts {
  my ($inode, $path, @names) = @_;
  enter(namespace_of($inode, $path));
  my $answer = join '', map { my $text = text($_); pack('C L/a', defined $text ? 1 : 0, defined $text ? $text : '') } @names;
  enter($home);
  return $answer;
}
sub text {
  open(my $file, '<', $_[0]) or return undef;
  local $/;
  return scalar <$file>;
}
# A file that is no namespace is one where it was, or where it is about to be.
sub enter { syscall($setns + 0, fileno($_[0]), 0x40000000) == 0 or die $! == 22 ? "gone\\n" : "setns: $!\\n" }
sub send_to { send($_[0], $_[1], 0, pack('S S L L', 16, 0, 0, 0)) or die "netlink: $!\\n" }
sub receive {
  while (1) {
    my $got = recv($_[0], my $bytes, 65536, 0);
    return $bytes if defined $got;
    $! == 4 or die "netlink: $!\\n";
  }
}
sub number {
  my $file = namespace_of(@_);
  my $known = ask_number($file);
  return $known if $known >= 0;
  send_to($numbers, pack('L S S L L L S S l S S L', 36, 88, 5, 0, 0, 0, 8, 1, -1, 8, 3, fileno $file));
  receive($numbers);
  return ask_number($file);
}
sub ask_number {
  send_to($numbers, pack('L S S L L L S S L', 28, 90, 1, 0, 0, 0, 8, 3, fileno $_[0]));
  my $answer = receive($numbers);
  my ($length, $type) = unpack('L S', $answer);
  die "netlink: it cannot be numbered\\n" if $type == 2 || $length < 28;
  return unpack('x24 l', $answer);
}
sub pids {
  opendir(my $proc, '/proc') or die "/proc: $!\\n";
  return sort { $a <=> $b } grep { /^[0-9]+\\z/ } readdir $proc;
}
sub processes {
  my (%pids, %counts);
  for my $pid (@_) {
    my ($inode) = (readlink("/proc/$pid/ns/net") || '') =~ /^net:\\[([0-9]+)\\]\\z/ or next;
    push @{ $pids{$inode} }, $pid if ++$counts{$inode} <= 8;
  }
  return join '', map { my $inode = $_; record($inode, $counts{$inode}, @{ $pids{$inode} }) } keys %counts;
}
# To listen to a mount namespace would keep it alive. Processes and mounts are read when they are new, then anew in turn, so
# that a look costs little; what was there is there still where the path leads to it.
sub mounted_elsewhere {
  my ($own, $answer, $left, %first) = (readlink('/proc/self/ns/mnt') || '', '', 32768);
  $looks++;
  my %before = %place_of;
  %place_of = ();
  for my $pid (@_) {
    my $is_due = !exists $before{$pid} || ($pid + $looks) % 8 == 0;
    my $place = $place_of{$pid} = $is_due ? readlink("/proc/$pid/ns/mnt") || '' : $before{$pid};
    $first{$place} ||= $pid if $place ne '' && $place ne $own;
  }
  delete @seen_mounts{grep { !$first{$_} } keys %seen_mounts};
  my %known = %{ mounts_of('self')->{paths} };
  for my $place (sort { ($seen_mounts{$a}{look} || 0) <=> ($seen_mounts{$b}{look} || 0) } keys %first) {
    my ($pid, $seen) = ($first{$place}, $seen_mounts{$place});
    if (!$seen || $seen->{pid} != $pid || $left > 0) {
      $seen = $seen_mounts{$place} = mounts_of($pid);
      $left -= $seen->{length};
    }
    for my $inode (grep { !$known{$_} } keys %{ $seen->{paths} }) {
      my ($path) = grep { is_there($inode, "/proc/$pid/root$_") } @{ $seen->{paths}{$inode} } or next;
      $known{$inode} = 1;
      $answer .= join("\\0", $inode, $pid, name_of($pid), $path) . "\\0";
    }
  }
  return $answer;
}
sub mounts_of {
  my ($pid) = @_;
  my $text = text("/proc/$pid/mountinfo");
  $text = '' unless defined $text;
  my %paths;
  while ($text =~ /^\\S+ \\S+ \\S+ net:\\[([0-9]+)\\] (\\S+) .*? - nsfs /mg) {
    my ($inode, $path) = ($1, $2);
    $path =~ s/\\\\([0-3][0-7]{2})/chr oct $1/ge;
    push @{ $paths{$inode} }, $path;
  }
  return { pid => $pid, length => length $text, look => $looks, paths => \\%paths };
}
sub tuns {
  my $answer = '';
  for my $pid (pids()) {
    opendir(my $files, "/proc/$pid/fd") or next;
    my %links;
    for my $file (grep { (readlink("/proc/$pid/fd/$_") || '') =~ m{/tun\\z} } readdir $files) {
      $links{$1} = 1 if (text("/proc/$pid/fdinfo/$file") || '') =~ /^iff:\\t([^\\n]+)$/m;
    }
    %links or next;
    my ($inode) = (readlink("/proc/$pid/ns/net") || '') =~ /^net:\\[([0-9]+)\\]\\z/ or next;
    $answer .= join("\\0", $inode, $_, $pid, name_of($pid)) . "\\0" for sort keys %links;
  }
  return $answer;
}
sub record {
  my ($inode, $count, @pids) = @_;
  my @named = map { ($_, name_of($_)) } @pids;
  return join("\\0", $inode, $count, scalar @pids, @named) . "\\0";
}
sub name_of {
  open(my $file, '<', "/proc/$_[0]/comm") or return '';
  sysread($file, my $name, 64);
  chomp $name;
  return $name;
}
sub watch {
  return if $events;
  open($mounts, '<', '/proc/self/mountinfo') or die "/proc/self/mountinfo: $!\\n";
  $events = listen_to(0, 1 | 4 | 0x10 | 0x40 | 0x80 | 0x100 | 0x400 | 0x40000 | 0x8000000);
}
sub listen_to {
  my ($protocol, $groups) = @_;
  my $socket = netlink($protocol) or die "netlink: $!\\n";
  setsockopt($socket, 1, 33, pack('i', 4 << 20)) or setsockopt($socket, 1, 8, pack('i', 4 << 20));
  setsockopt($socket, 270, 8, pack('i', 1)) or die "netlink of all namespaces: $!\\n";
  bind($socket, pack('S S L L', 16, 0, 0, $groups)) or die "netlink: $!\\n";
  $vector = pack('P Q', $buffer, 65536);
  $header = pack('Q L x4 P Q P Q l x4', 0, 0, $vector, 1, $control, 64, 0);
  return $socket;
}
# Calls with the number that each datagram comes from and its length; true if some were lost.
sub each_from {
  my ($socket, $take) = @_;
  my $is_lost = 0;
  for (1 .. 1000) {
    substr($header, 40, 8) = pack('Q', 64);
    my $length = syscall($recvmsg + 0, fileno($socket), $header, 0x40);
    if ($length < 0) {
      $is_lost = 1 if $! == 105;
      $! == 105 || $! == 4 ? next : last;
    }
    my ($level, $type, $from) = unpack('x8 l l l', $control);
    $take->(unpack('Q', substr($header, 40, 8)) >= 20 && $level == 270 && $type == 8 ? $from : -1, $length);
  }
  return $is_lost;
}
sub hear {
  my (%changed, @gone);
  my $has_new = 0;
  my $is_lost = each_from($events, sub {
    my ($from, $length) = @_;
    for (my $at = 0; $at + 16 <= $length;) {
      my ($size, $kind, $family) = unpack('L S x10 C', substr($buffer, $at, 28));
      if ($kind == 88 || $kind == 89) {
        if ($from == -1 && $kind == 89 && $size >= 28) { push @gone, unpack('x24 l', substr($buffer, $at, 28)) }
        $has_new = 1 if $from == -1;
      } elsif (my $bit = $part{$kind}) {
        $changed{$from} |= $bit == 16 && $family == 7 ? 32 : $bit;
      }
      last if $size < 16;
      $at += ($size + 3) & ~3;
    }
  });
  say_frame(0, 'l', '') if $is_lost;
  say_frame(0, 'v', pack('(l L)*', %changed)) if %changed;
  say_frame(0, 'g', pack('l*', @gone)) if @gone;
  say_frame(0, 'n', '') if $has_new;
}
# Its own namespace's are not told: who needs those has nft tell.
sub hear_rules {
  my %changed;
  my $is_lost = each_from($rules, sub { $changed{$_[0]} = 1 if $_[0] != -1 });
  say_frame(0, 'l', '') if $is_lost;
  say_frame(0, 'r', pack('l*', keys %changed)) if %changed;
}
sub say_frame {
  my ($tag, $letter, $body) = @_;
  my $text = pack('N L a1', 5 + length $body, $tag, $letter) . $body;
  while (length $text) {
    my $count = syswrite(STDOUT, $text);
    defined $count or $! == 4 or exit;
    substr($text, 0, $count || 0) = '';
  }
}
`
