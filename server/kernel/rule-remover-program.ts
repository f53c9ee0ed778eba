/**
 * Removes rules by their handles, over nf_tables' own netlink. A question is a line: the family, then for each chain its
 * table, its name, the owner's mark and how many rules of that owner are to go, all split by tabs. Rules are known by
 * their comment as the kernel holds it (an attribute of 260 bytes). The answer is a line:
 *
 * done      they are gone, all in one transaction
 * differs   a chain holds more or fewer rules of that owner; nothing was done
 * gone      none is there; nothing was done
 * why       all else; nothing was done
 *
 * The transaction names the generation that was read: where somebody else came between, all is read anew.
 */
export const ruleRemoverProgram = `
use strict;
my $input = '';
while (sysread(STDIN, $input, 65536, length $input)) {
  while ($input =~ s/^([^\\n]*)\\n//) {
    my $said = eval { remove(split /\\t/, $1) };
    $said = $@ unless defined $said;
    $said =~ s/\\s+/ /g;
    syswrite(STDOUT, "$said\\n");
  }
}

sub remove {
  my ($family, @groups) = @_;
  for (1 .. 10) {
    socket(my $socket, 16, 3, 12) or die "netlink: $!\\n";
    setsockopt($socket, 1, 20, pack('l! l!', 5, 0));
    my $generation = ask_generation($socket);
    my ($found, $wanted, $differs, @requests) = (0, 0, 0);
    for (my $at = 0; $at < @groups; $at += 4) {
      my ($table, $chain, $mark, $count) = @groups[$at .. $at + 3];
      my $place = pack('C C n', $family, 0, 0) . attribute(1, "$table\\0") . attribute(2, "$chain\\0");
      my @handles = handles($socket, $place, $mark);
      $found += @handles;
      $differs = 1 if @handles != $count;
      push @requests, map { [0x0a08, 1, $place . attribute(3, $_)] } @handles;
    }
    return 'gone' if $found == 0;
    return 'differs' if $differs;
    $requests[-1][1] = 5;
    my $subsystem = pack('C C n', 0, 0, 10);
    unshift @requests, [0x10, 1, $subsystem . attribute(1, $generation)];
    push @requests, [0x11, 1, $subsystem];
    send_to($socket, join '', map { message(@$_) } @requests);
    my $error = errno(receive($socket));
    return 'done' if $error == 0;
    $error == 85 or die 'netlink: error ' . $error . "\\n";
  }
  die "rules are changed without pause\\n";
}

sub handles {
  my ($socket, $place, $mark) = @_;
  my $comment = pack('S S', 260, 3) . "$mark\\0";
  my @handles;
  send_to($socket, message(0x0a07, 0x301, $place));
  while (1) {
    my $datagram = receive($socket);
    for (my $at = 0; $at + 16 <= length $datagram;) {
      my ($length, $type) = unpack('L S', substr($datagram, $at, 6));
      return @handles if $type == 3;
      if ($type == 2) {
        my $error = errno(substr($datagram, $at));
        return @handles if $error == 2;
        die 'netlink: error ' . $error . "\\n";
      }
      my $rule = substr($datagram, $at, $length);
      push @handles, handle($rule) if index($rule, $comment) >= 0;
      $at += ($length + 3) & ~3;
    }
  }
}

sub handle {
  my ($rule) = @_;
  for (my $at = 20; $at + 4 <= length $rule;) {
    my ($length, $type) = unpack('S S', substr($rule, $at, 4));
    return substr($rule, $at + 4, 8) if $type == 3;
    $length >= 4 or last;
    $at += ($length + 3) & ~3;
  }
  die "netlink: a rule without a handle\\n";
}

sub ask_generation {
  my ($socket) = @_;
  send_to($socket, message(0x0a10, 1, pack('C C n', 0, 0, 0)));
  my $answer = receive($socket);
  unpack('x4 S', $answer) == 0x0a0f or die "netlink: no generation\\n";
  return substr($answer, 24, 4);
}

sub attribute {
  my ($type, $value) = @_;
  return pack('S S', 4 + length $value, $type) . $value . ("\\0" x (-length($value) % 4));
}
sub message { return pack('L S S L L', 16 + length $_[2], $_[0], $_[1], 0, 0) . $_[2] }
sub errno { my ($type, $error) = unpack('x4 S x10 l', $_[0]); return $type == 2 ? -$error : die "netlink: no answer\\n" }
sub send_to { defined send($_[0], $_[1], 0, pack('S S L L', 16, 0, 0, 0)) or die "netlink: $!\\n" }
sub receive {
  while (1) {
    my $got = recv($_[0], my $bytes, 65536, 0);
    return $bytes if defined $got;
    $! == 4 or die "netlink: $!\\n";
  }
}
`
