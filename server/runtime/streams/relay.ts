import type { Writable } from 'node:stream'
import { PatchbayError } from '../../cnm/errors'
import { type Said, sentence } from '../../cnm/sentence'
import { framed, packetsOf } from '../../kernel/packets'
import { start } from '../../kernel/run'

/** conmon reads no more than 32 KiB of a packet; what is longer would be cut. */
const mostPacketBytes = 16 * 1024

/**
 * conmon's attach socket is of packets (SOCK_SEQPACKET), which Node cannot open. Perl can, and its base is part of every
 * Debian: this carries packets between the socket "attach" of its working directory and its standard streams, each
 * behind its length in four bytes. It connects when a byte comes, and says so by an empty packet; an empty packet to it
 * ends the input. Input waits while conmon is busy, and output goes on meanwhile: conmon stands still while its own
 * output is not taken. A connection that is reset, because conmon went with input unread, still has output to read.
 *
 * conmon, and with it the program, outlives the daemon: a later one starts a relay of its own. This one goes when the
 * daemon is gone, or, as "stay", takes the output and drops it until the program has ended: where conmon would close
 * the program's input with the connection, a daemon that was killed must not be taken for the end of it.
 */
const program = `
use strict;
my ($stays) = @ARGV;
my ($socket, $input, $isMute, $isOver) = (undef, '', 0, 0);
$SIG{PIPE} = 'IGNORE';
binmode STDIN; binmode STDOUT;
sysread(STDIN, my $go, 1) or exit;
socket($socket, 1, 5, 0) && connect($socket, pack('S a*', 1, "attach\\0")) or die "$!\\n";
say_packet('');
while (1) {
  my $length = length($input) < 4 ? undef : unpack('N', $input);
  my $isWhole = defined $length && length($input) >= 4 + $length;
  my ($readable, $writable) = ('', '');
  vec($readable, fileno($socket), 1) = 1;
  vec($readable, fileno(STDIN), 1) = 1 unless $isOver || $isWhole;
  vec($writable, fileno($socket), 1) = 1 if $isWhole;
  select($readable, $writable, undef, undef) > 0 or next;
  if (vec($readable, fileno($socket), 1)) {
    my $count = sysread($socket, my $packet, 65536);
    next if !defined $count && ($! == 104 || $! == 4);
    exit unless $count;
    say_packet($packet);
  }
  if ($isWhole && vec($writable, fileno($socket), 1)) {
    my $sent = $length == 0 ? shutdown($socket, 1) : send($socket, substr($input, 4, $length), 0x40);
    substr($input, 0, 4 + $length) = '' if defined $sent || $! != 11;
  }
  if (vec($readable, fileno(STDIN), 1) && !sysread(STDIN, $input, 65536, length $input)) {
    exit unless $stays;
    $isOver = 1;
  }
}
sub say_packet {
  my $text = pack('N', length $_[0]) . $_[0];
  while (!$isMute && length $text) {
    my $count = syswrite(STDOUT, $text);
    if (defined $count) { substr($text, 0, $count) = '' } elsif ($stays) { $isMute = 1 } else { exit }
  }
}
`

/** One connection to the program that a conmon watches. */
export interface Relay {
  /** From then on nothing that the program writes is lost. Throws system. */
  connect(): Promise<void>
  /** What conmon sends, from the connection to the program's end: the stream's number (2 output, 3 errors), then bytes. */
  readonly packets: AsyncIterable<Buffer>
  /** Resolves when there is room for more. */
  write(bytes: Buffer): Promise<void>
  /** The program reads the end of its input, where conmon was not told to leave that open. */
  endInput(): void
  /** Ends the connection, unless it stays. */
  end(): void
}

/** For the attach socket in `dir`; `stays`: until the program ends, whatever becomes of the daemon. */
export function startRelay(dir: string, stays: boolean): Relay {
  const child = start('perl', ['-e', program, ...(stays ? ['stay'] : [])], {
    cwd: dir,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  })
  const [input, output, errors] = [child.stdin, child.stdout, child.stderr]
  if (!input || !output || !errors) throw unreachable(sentence`perl could not be run`)
  let reason = ''
  errors.on('data', (chunk: Buffer) => {
    reason += chunk.toString()
  })
  child.on('error', (error) => {
    reason = error.message
    output.destroy()
  })
  // What ends does not read what is still written to it.
  input.on('error', () => undefined)
  output.on('error', () => undefined)
  const closed = new Promise((resolve) => child.once('close', resolve))
  const packets = packetsOf(output)

  async function put(bytes: Buffer): Promise<void> {
    if (input?.writable && !input.write(bytes)) await roomIn(input)
  }

  return {
    packets,
    async connect() {
      await put(Buffer.from('!'))
      if (!(await packets.next()).done) return
      await closed
      throw unreachable(reason.trim() || sentence`it has ended`)
    },
    async write(bytes) {
      for (let from = 0; from < bytes.length; from += mostPacketBytes) {
        await put(framed(bytes.subarray(from, from + mostPacketBytes)))
      }
    },
    endInput: () => void put(framed(Buffer.alloc(0))),
    end() {
      input.end()
      output.destroy()
    },
  }
}

/** Resolves also when the stream fails: that is followed by its close. */
function roomIn(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done)
      stream.off('close', done)
      resolve()
    }
    stream.on('drain', done)
    stream.on('close', done)
  })
}

function unreachable(reason: Said): PatchbayError {
  return new PatchbayError('system', sentence`the streams of the program cannot be reached: ${reason}`)
}
