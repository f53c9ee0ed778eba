import { constants } from 'node:os'
import { formatAddress, parseAddress } from '../cnm/address'
import { messageOf, PatchbayError } from '../cnm/errors'
import { sentence } from '../cnm/sentence'
import type { Netns } from '../plan/object'
import { linesOf } from './lines'
import { start } from './run'

/** What is asked of an address: a connection (tcp), a datagram (udp) or an echo (icmp, where the port is 0). */
export interface ProbeTarget {
  readonly protocol: 'tcp' | 'udp' | 'icmp'
  readonly address: string
  readonly port: number
}

/**
 * As the socket saw it. `answered`: connected, or a datagram or echo came back. `unreachable`: the host, as ARP or
 * somebody's ICMP said. `forbidden`: this host or somebody's ICMP does not permit it. `silent`: nothing came in time.
 */
export type ProbeResult =
  | 'answered'
  | 'refused'
  | 'reset'
  | 'no-route'
  | 'unreachable'
  | 'forbidden'
  | 'silent'
  | 'failed'

export interface ProbeOutcome {
  readonly result: ProbeResult
  /** "ECONNREFUSED" …; null where the socket had no error. */
  readonly errno: string | null
  /** From the sending to the result. */
  readonly ms: number
}

/** Sockets that are open and have sent nothing yet. */
export interface Probe {
  /** By which each target's packets can be told from all others: source port, or identifier of the echo. */
  readonly marks: readonly number[]
  /** Sends all at once; tells each result as it comes, and all of them after at most `withinMs`, or when `over` is. Once only. */
  fire(
    withinMs: number,
    told?: (index: number, outcome: ProbeOutcome) => void,
    over?: Promise<void>,
  ): Promise<readonly ProbeOutcome[]>
  /** Ends it, sent or not. */
  close(): void
}

/** More at a time would need more descriptors than a process commonly has. */
export const mostTargets = 200

/**
 * Its input's end is its own: the daemon's death leaves no socket. A line "M index mark" for every target, then, after a
 * byte of input, "R index word errno" for each as it ends. Errors that ICMP tells arrive as the socket's (IP_RECVERR).
 */
const program = `
use strict;
use Socket;
$| = 1;
my @open;
for my $text (@ARGV) {
  my ($protocol, $address, $port, $payload) = split / /, $text;
  my $is6 = $address =~ /:/;
  my $family = $is6 ? Socket::AF_INET6 : Socket::AF_INET;
  my $number = $protocol eq 'tcp' ? 6 : $protocol eq 'udp' ? 17 : $is6 ? 58 : 1;
  my $type = $protocol eq 'tcp' ? Socket::SOCK_STREAM : $protocol eq 'udp' ? Socket::SOCK_DGRAM : Socket::SOCK_RAW;
  my $target = { protocol => $protocol, is6 => $is6, payload => pack('H*', $payload), mark => 0 };
  push @open, $target;
  unless (socket($target->{socket}, $family, $type, $number)) { $target->{failed} = $! + 0; next }
  setsockopt($target->{socket}, $is6 ? 41 : 0, $is6 ? 25 : 11, pack('i', 1)) if $protocol ne 'tcp';
  $target->{to} = end_of($is6, $protocol eq 'icmp' ? 0 : $port, $address);
  if ($protocol eq 'icmp') { $target->{mark} = 1 + int(rand(65534)) }
  else {
    bind($target->{socket}, end_of($is6, 0, $is6 ? '::' : '0.0.0.0')) or do { $target->{failed} = $! + 0; next };
    $target->{mark} = unpack('x2 n', getsockname($target->{socket}));
  }
  $target->{socket}->blocking(0);
}
print "M $_ $open[$_]{mark}\\n" for 0 .. $#open;
sysread(STDIN, my $go, 1) or exit;
for (0 .. $#open) {
  my $target = $open[$_];
  if (defined $target->{failed}) { report($_, 'error', $target->{failed}); next }
  if (connect($target->{socket}, $target->{to})) {
    if ($target->{protocol} eq 'tcp') { report($_, 'open', 0); next }
    my $text = $target->{protocol} eq 'udp' ? $target->{payload} : echo_of($target);
    send($target->{socket}, $text, 0x4000) or report($_, 'error', $! + 0);
  } elsif ($! != 115) { report($_, 'error', $! + 0) }
}
while (grep { $_->{socket} } @open) {
  my ($readable, $writable) = ('', '');
  vec($readable, 0, 1) = 1;
  for (grep { $_->{socket} } @open) {
    if ($_->{protocol} eq 'tcp') { vec($writable, fileno($_->{socket}), 1) = 1 }
    else { vec($readable, fileno($_->{socket}), 1) = 1 }
  }
  select($readable, $writable, undef, undef) > 0 or next;
  exit if vec($readable, 0, 1) && !sysread(STDIN, $go, 64);
  for (0 .. $#open) {
    my $target = $open[$_];
    next unless $target->{socket};
    my $number = fileno($target->{socket});
    if (vec($writable, $number, 1)) {
      my $error = unpack('i', getsockopt($target->{socket}, 1, 4));
      report($_, $error ? 'error' : 'open', $error);
    } elsif (vec($readable, $number, 1)) {
      if (!defined recv($target->{socket}, my $answer, 2048, 0)) { report($_, 'error', $! + 0) if $! != 11 }
      elsif ($target->{protocol} eq 'udp' || is_echo($target, $answer)) { report($_, 'open', 0) }
    }
  }
}
sub report {
  my ($index, $word, $error) = @_;
  print "R $index $word $error\\n";
  close(delete $open[$index]{socket}) if $open[$index]{socket};
}
sub end_of {
  my ($is6, $port, $address) = @_;
  return $is6 ? pack_sockaddr_in6($port, Socket::inet_pton(Socket::AF_INET6, $address)) : pack_sockaddr_in($port, inet_aton($address));
}
sub echo_of {
  my ($target) = @_;
  return pack('C C n n n a*', 128, 0, 0, $target->{mark}, 1, $target->{payload}) if $target->{is6};
  my $text = pack('C C n n n a*', 8, 0, 0, $target->{mark}, 1, $target->{payload});
  my $sum = unpack('%32n*', length($text) % 2 ? $text . "\\0" : $text);
  $sum = ($sum & 0xffff) + ($sum >> 16) for 1 .. 2;
  substr($text, 2, 2) = pack('n', ~$sum & 0xffff);
  return $text;
}
sub is_echo {
  my ($target, $answer) = @_;
  my $at = $target->{is6} ? 0 : 4 * (ord($answer) & 15);
  my ($type, $id) = unpack("x$at C x3 n", $answer);
  return $type == ($target->{is6} ? 129 : 0) && $id == $target->{mark};
}
`

/** Opens sockets in a namespace, to send later. Throws unavailable where the namespace has gone. */
export async function openProbe(netns: Netns, targets: readonly ProbeTarget[]): Promise<Probe> {
  const child = start('perl', ['-e', program, ...targets.map(argumentOf)], { netns })
  child.stdin?.on('error', () => undefined) // it may end before it reads
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      stderr ||= messageOf(error)
      resolve()
    })
    child.once('close', () => resolve())
  })
  const close = () => void child.kill('SIGKILL')
  const outcomes: (ProbeOutcome | undefined)[] = targets.map(() => undefined)
  const marks: number[] = []
  let began = 0
  let told: (index: number, outcome: ProbeOutcome) => void = () => undefined
  let finish: () => void = () => undefined
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  const opened = new Promise<void>((resolve) => {
    if (targets.length === 0) resolve()
    linesOf(child.stdout, (line) => {
      const [kind, index, value = '', errno = '0'] = line.split(' ')
      if (kind === 'M') {
        marks.push(Number(value))
        if (marks.length === targets.length) resolve()
        return
      }
      const outcome = { ...outcomeOf(value, Number(errno)), ms: performance.now() - began }
      outcomes[Number(index)] = outcome
      told(Number(index), outcome)
      if (outcomes.every((known) => known !== undefined)) finish()
    })
  })
  await Promise.race([opened, ended])
  if (marks.length < targets.length) {
    close()
    throw new PatchbayError(
      'unavailable',
      sentence`no probe could be opened in ${netns}: ${stderr.trim() || sentence`perl ended`}`,
    )
  }
  return {
    marks,
    async fire(withinMs, tell = () => undefined, over = finished) {
      told = tell
      began = performance.now()
      const timer = setTimeout(finish, withinMs)
      child.stdin?.write('!')
      await Promise.race([finished, over, ended])
      clearTimeout(timer)
      close()
      const ms = performance.now() - began
      return outcomes.map((outcome) => outcome ?? { result: 'silent', errno: null, ms })
    },
    close,
  }
}

/** A question that a name server answers; elsewhere words that say who asks. */
const rootQuestion = '50420100000100000000000000' + '00020001'
const greeting = Buffer.from('patchbay probe').toString('hex')

function argumentOf({ protocol, address, port }: ProbeTarget): string {
  const parsed = parseAddress(address)
  if (!parsed) throw new PatchbayError('invalid-parameter', sentence`${address} is no address`)
  return `${protocol} ${formatAddress(parsed)} ${port} ${protocol === 'udp' && port === 53 ? rootQuestion : greeting}`
}

const results: Readonly<Record<string, ProbeResult>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  ENETUNREACH: 'no-route',
  EHOSTUNREACH: 'unreachable',
  EACCES: 'forbidden',
  EPERM: 'forbidden',
  ETIMEDOUT: 'silent',
}

function outcomeOf(word: string, number: number): Pick<ProbeOutcome, 'result' | 'errno'> {
  if (word === 'open') return { result: 'answered', errno: null }
  const errno = Object.entries(constants.errno).find(([, value]) => value === number)?.[0] ?? String(number)
  return { result: results[errno] ?? 'failed', errno }
}
