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
 * A chain is read once. What changes in it is heard from the kernel, and waits unread until the next question; where that was
 * too much, chains are read anew. The transaction names the generation up to which was heard: had somebody come between, the
 * kernel refuses it. The socket of questions stays open: closing it waits for the kernel to clean up behind transactions.
 */
export const ruleRemoverProgram = `
use strict;
my ($socket, $events, $generation, %chains);
my $input = '';
while (sysread(STDIN, $input, 65536, length $input)) {
  while ($input =~ s/^([^\\n]*)\\n//) {
    my $said = eval { remove(split /\\t/, $1) };
    if (!defined $said) { ($said, $socket) = ($@, undef) }
    $said =~ s/\\s+/ /g;
    syswrite(STDOUT, "$said\\n");
  }
}

sub remove {
  my ($family, @groups) = @_;
  for (1 .. 10) {
    $socket ||= netlink();
    hear();
    my ($found, $differs, @requests) = (0, 0);
    for (my $at = 0; $at < @groups; $at += 4) {
      my ($table, $chain, $mark, $count) = @groups[$at .. $at + 3];
      my $place = pack('C C n', $family, 0, 0) . attribute(1, "$table\\0") . attribute(2, "$chain\\0");
      my $rules = $chains{"$family $table $chain"} ||= rules($place);
      my @handles = keys %{$rules->{owned}{$mark} || {}};
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
    ask(join '', map { message(@$_) } @requests);
    my $error = errno(receive());
    return 'done' if $error == 0;
    $error == 85 or die 'netlink: error ' . $error . "\\n";
    select(undef, undef, undef, 0.001);
  }
  die "rules are changed without pause\\n";
}

sub hear {
  for (1 .. 2) {
    if (!$events) {
      %chains = ();
      $events = netlink();
      setsockopt($events, 1, 33, pack('i', 1 << 20));
      bind($events, pack('S S L L', 16, 0, 0, 1 << 6)) or die "netlink: $!\\n";
      $generation = ask_generation();
    }
    while (defined recv($events, my $datagram, 65536, 0x40)) { learn($datagram) }
    return if $! == 11;
    $events = undef;
  }
  die "netlink: $!\\n";
}

sub learn {
  my ($datagram) = @_;
  each_message($datagram, sub {
    my ($type, $message) = @_;
    if ($type == 0x0a0f) { $generation = substr($message, 24, 4) }
    elsif ($type == 0x0a05 || $type == 0x0a02) { %chains = () }
    elsif ($type == 0x0a06 || $type == 0x0a08) {
      my $attributes = attributes($message);
      my $rules = $chains{join ' ', unpack('x16 C', $message), map { unpack 'Z*', $_ } @$attributes{1, 2}} or return;
      if ($type == 0x0a06) { remember($rules, $attributes->{3}, $message) } else { forget($rules, $attributes->{3}) }
    }
  });
}

sub remember {
  my ($rules, $handle, $message) = @_;
  forget($rules, $handle);
  my $mark = mark_of($message);
  return if $mark eq '';
  $rules->{owner}{$handle} = $mark;
  $rules->{owned}{$mark}{$handle} = 1;
}

sub forget {
  my ($rules, $handle) = @_;
  my $mark = delete $rules->{owner}{$handle};
  return if !defined $mark;
  delete $rules->{owned}{$mark}{$handle};
  delete $rules->{owned}{$mark} if !%{$rules->{owned}{$mark}};
}

# Of a chain: 'owner' has the mark of each handle, 'owned' the handles of each mark.
sub rules {
  my ($place) = @_;
  my ($rules, $is_over) = ({}, 0);
  ask(message(0x0a07, 0x301, $place));
  until ($is_over) {
    each_message(receive(), sub {
      my ($type, $message) = @_;
      if ($type == 0x0a06) { remember($rules, attributes($message)->{3}, $message) }
      elsif ($type == 2 && errno($message) != 2) { die 'netlink: error ' . errno($message) . "\\n" }
      else { $is_over = 1 }
    });
  }
  return $rules;
}

sub each_message {
  my ($datagram, $take) = @_;
  for (my $at = 0; $at + 16 <= length $datagram;) {
    my ($length, $type) = unpack('L S', substr($datagram, $at, 6));
    $length >= 16 or last;
    $take->($type, substr($datagram, $at, $length));
    $at += ($length + 3) & ~3;
  }
}

sub mark_of { return $_[0] =~ /\\x04\\x01\\x03\\x00(patchbay:[^\\0]+)\\0/ ? $1 : '' }

sub attributes {
  my ($message) = @_;
  my %values;
  for (my $at = 20; $at + 4 <= length $message && !defined $values{3};) {
    my ($length, $type) = unpack('S S', substr($message, $at, 4));
    $length >= 4 or last;
    $values{$type} = substr($message, $at + 4, $length - 4);
    $at += ($length + 3) & ~3;
  }
  return \\%values;
}

sub netlink {
  socket(my $new, 16, 3, 12) or die "netlink: $!\\n";
  setsockopt($new, 1, 20, pack('l! l!', 5, 0));
  return $new;
}

sub ask_generation {
  ask(message(0x0a10, 1, pack('C C n', 0, 0, 0)));
  my $answer = receive();
  unpack('x4 S', $answer) == 0x0a0f or die "netlink: no generation\\n";
  return substr($answer, 24, 4);
}

sub attribute {
  my ($type, $value) = @_;
  return pack('S S', 4 + length $value, $type) . $value . ("\\0" x (-length($value) % 4));
}
sub message { return pack('L S S L L', 16 + length $_[2], $_[0], $_[1], 0, 0) . $_[2] }
sub errno { my ($type, $error) = unpack('x4 S x10 l', $_[0]); return $type == 2 ? -$error : die "netlink: no answer\\n" }
sub ask { defined send($socket, $_[0], 0, pack('S S L L', 16, 0, 0, 0)) or die "netlink: $!\\n" }
sub receive {
  while (1) {
    my $got = recv($socket, my $bytes, 65536, 0);
    return $bytes if defined $got;
    $! == 4 or die "netlink: $!\\n";
  }
}
`
