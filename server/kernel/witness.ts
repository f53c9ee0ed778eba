import { messageOf, PatchbayError } from '../cnm/errors'
import { sentence } from '../cnm/sentence'
import type { Netns } from '../plan/object'
import { createDialogue, DialogueEnded } from './dialogue'
import { type Frame, readFrame } from './frame'
import { linesOf } from './lines'
import type { ProbeTarget } from './probe'
import { probeFilter } from './probe-filter'
import { start } from './run'
import { readTraceMessages, type TraceMessage } from './trace-message'

/** By what the packets of one probe can be told from all others. */
export interface ProbeMark {
  readonly protocol: ProbeTarget['protocol']
  /** Source port; of icmp the identifier. */
  readonly mark: number
}

/** What was seen in a namespace of a probe's packets and of their answers. */
export type Witnessed =
  | {
      readonly type: 'packet'
      /** Milliseconds since 1970, by the kernel's clock. */
      readonly at: number
      /** Index of the link. */
      readonly link: number
      readonly direction: 'in' | 'out'
      readonly frame: Frame
    }
  | ({ readonly type: 'rule'; readonly frame: Frame | null } & Omit<TraceMessage, 'type' | 'header'> & {
        readonly what: TraceMessage['type']
      })

export interface Witness {
  /** Why rules cannot be seen here; null: they are. */
  readonly rulesUnseen: string | null
  /** Until all is told that the kernel had to tell by now. */
  settle(): Promise<void>
  /** Removes what was put there. */
  close(): Promise<void>
}

/**
 * A socket of all links (SOCK_DGRAM: without their headers) with a filter of the probe's packets, and one that hears what
 * nftables tells of traced packets. It ends with its input, so with the daemon. "K" when it sees, and after a byte
 * of input once all is told that was there; "P link kind type seconds nanoseconds bytes" for a packet, "T bytes" for a trace, "U reason" where traces are not to be had.
 */
const program = `
use strict;
$| = 1;
my ($filter) = @ARGV;
my $code = pack('H*', $filter);
socket(my $packets, 17, 2, 0) or die "$!\\n";
setsockopt($packets, 1, 26, pack('S x![P] P', length($code) / 8, $code)) or die "$!\\n";
bind($packets, pack('S n i x12', 17, 3, 0)) or die "$!\\n";
my $traces;
unless (socket($traces, 16, 3, 12) && bind($traces, pack('S S L L', 16, 0, 0, 0)) && setsockopt($traces, 270, 1, pack('i', 9))) {
  print "U $!\\n";
  undef $traces;
}
print "K\\n";
while (1) {
  my $readable = see(undef, 0) or next;
  my $isAsked = vec($readable, 0, 1);
  exit if $isAsked && !sysread(STDIN, my $rest, 64);
  if ($isAsked) { while (see(0)) {} print "K\\n" }
}
# Tells what is there, after waiting for it so long; what else is watched is not read.
sub see {
  my ($seconds, @others) = @_;
  my $readable = '';
  vec($readable, $_, 1) = 1 for @others, fileno($packets), $traces ? fileno($traces) : ();
  select($readable, undef, undef, $seconds) > 0 or return;
  if ($traces && vec($readable, fileno($traces), 1) && defined recv($traces, my $told, 65536, 0)) {
    print 'T ', unpack('H*', $told), "\\n";
  }
  if (vec($readable, fileno($packets), 1) && defined(my $from = recv($packets, my $bytes, 192, 0))) {
    my ($type, $link, $kind) = unpack('x2 n i x2 C', $from);
    my $time = "\\0" x 16;
    ioctl($packets, 0x8907, $time);
    my ($seconds, $nanoseconds) = unpack('q q', $time);
    print "P $link $kind $type $seconds $nanoseconds ", unpack('H*', $bytes), "\\n";
  }
  return $readable;
}
`

/** Sees from when it resolves. Throws unavailable where the namespace has gone. */
export async function openWitness(
  netns: Netns,
  probe: ProbeMark,
  told: (witnessed: Witnessed) => void,
): Promise<Witness> {
  const table = `patchbay_probe_${probe.mark}`
  const [eyes, marking] = await Promise.allSettled([
    openEyes(netns, probe, table, told),
    openMarking(netns, probe, table),
  ])
  if (eyes.status === 'rejected') {
    if (marking.status === 'fulfilled') await marking.value()
    throw eyes.reason
  }
  return {
    rulesUnseen: eyes.value.rulesUnseen ?? (marking.status === 'rejected' ? messageOf(marking.reason) : null),
    settle: () => eyes.value.settle(),
    close: async () => {
      eyes.value.close()
      if (marking.status === 'fulfilled') await marking.value()
    },
  }
}

async function openEyes(netns: Netns, probe: ProbeMark, table: string, told: (witnessed: Witnessed) => void) {
  const child = start('perl', ['-e', program, probeFilter(probe)], { netns })
  child.stdin?.on('error', () => undefined)
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  let rulesUnseen: string | null = null
  let settled = () => undefined as unknown
  await new Promise<void>((resolve, reject) => {
    const fail = () =>
      reject(
        new PatchbayError(
          'unavailable',
          sentence`nothing can be seen in ${netns}: ${stderr.trim() || sentence`perl ended`}`,
        ),
      )
    child.once('error', fail)
    child.once('close', fail)
    settled = resolve
    linesOf(child.stdout, (line) => {
      const [kind, ...words] = line.split(' ')
      if (kind === 'K') settled()
      else if (kind === 'U') rulesUnseen = words.join(' ')
      else if (kind === 'T') for (const witnessed of readRules(words[0] ?? '', table)) told(witnessed)
      else if (kind === 'P') {
        const witnessed = readPacket(words, probe)
        if (witnessed) told(witnessed)
      }
    })
  })
  const settle = () =>
    new Promise<void>((resolve) => {
      settled = resolve
      if (child.exitCode !== null || child.signalCode !== null) resolve()
      child.once('close', () => resolve())
      child.stdin?.write('\n')
    })
  return { rulesUnseen, settle, close: () => void child.kill('SIGKILL') }
}

function readPacket(words: readonly string[], probe: ProbeMark): Witnessed | undefined {
  const [link = 0, kind, type = 0, seconds = 0, nanoseconds = 0] = words.map(Number)
  const frame = readFrame(type, Buffer.from(words[5] ?? '', 'hex'))
  if (!frame || !isOf(frame, probe)) return undefined
  const at = seconds * 1000 + nanoseconds / 1e6
  return { type: 'packet', at, link, direction: kind === outgoing ? 'out' : 'in', frame }
}

/** PACKET_OUTGOING */
const outgoing = 4

function* readRules(hex: string, ownTable: string): Generator<Witnessed> {
  for (const { type, header, ...message } of readTraceMessages(Buffer.from(hex, 'hex'))) {
    // Newer kernels tell of the end of a chain's rules, too, as of a rule without a number.
    if (message.table === ownTable || (type === 'rule' && message.handle === null)) continue
    const isIpv6 = header !== null && header.length > 0 && header.readUInt8(0) >> 4 === 6
    const frame = header ? (readFrame(isIpv6 ? 0x86dd : 0x0800, header) ?? null) : null
    yield { type: 'rule', what: type, frame, ...message }
  }
}

/** Neighbours are asked and answer for whoever needs them: which of that is the probe's is known to who knows its way. */
function isOf(frame: Frame, { protocol, mark }: ProbeMark): boolean {
  if (frame.kind === 'neighbour') return true
  if (frame.kind === 'icmp')
    return protocol === 'icmp' && frame.id === mark
      ? true
      : frame.about !== null && isOf(frame.about, { protocol, mark })
  return frame.kind === protocol && (frame.sourcePort === mark || frame.destinationPort === mark)
}

/**
 * Has all packets of a probe traced by rules in a table that is its process's own: it goes with the process, however
 * that ends, and nobody else can change it. Before all other rules and conntrack. Gives how to end it.
 */
async function openMarking(netns: Netns, probe: ProbeMark, table: string): Promise<() => Promise<void>> {
  const dialogue = createDialogue(() => start('nft', ['-i'], { netns }), 5000)
  const text = `${markingOf(probe, table)}\n${question}\n`
  try {
    const { stderr } = await dialogue.ask({ text, isLast: (line) => line.startsWith(answer) })
    if (stderr.trim() !== '') throw new PatchbayError('unavailable', `nft: ${stderr.trim().split('\n')[0]}`)
  } catch (error) {
    await dialogue.close()
    throw error instanceof DialogueEnded ? new PatchbayError('unavailable', `nft: ${error.message}`) : error
  }
  return () => dialogue.close()
}

/** Is answered once what stands before it has been done, or refused. */
const question = 'describe ip protocol'
const answer = 'payload expression'

function markingOf({ protocol, mark }: ProbeMark, table: string): string {
  const matches =
    protocol === 'icmp'
      ? [`icmp id ${mark}`, `icmpv6 id ${mark}`]
      : [
          `${protocol} sport ${mark}`,
          `${protocol} dport ${mark}`,
          // The sender's port in what an error of ICMP repeats: behind its 8 bytes, and the header of IP.
          `icmp type { destination-unreachable, time-exceeded } @th,224,16 ${mark}`,
          `meta l4proto icmpv6 @th,384,16 ${mark}`,
        ]
  const rules = matches.map((match) => `${match} meta nftrace set 1;`).join(' ')
  const chains = ['prerouting', 'output'].map(
    (hook) => `chain ${hook} { type filter hook ${hook} priority -390; policy accept; ${rules} }`,
  )
  return `table inet ${table} { flags owner; ${chains.join('; ')}; }`
}
