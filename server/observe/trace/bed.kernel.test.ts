import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createNetnsReader } from '../../kernel/netlink/reader'
import { createNetnsTables } from '../../kernel/netns-tables'
import type { Explanation, Place, TraceQuestion } from './contract'
import { brokenSetUps } from './testing/broken'
import { goodSetUps } from './testing/good'
import { forget, labScript, listener, prelude, prober } from './testing/lab'
import { type SetUp, type Spot, tcp } from './testing/set-up'
import { createTracer } from './tracer'

const execute = promisify(execFile)
const reader = createNetnsReader()
const nobody = { networks: {}, containers: {}, endpoints: {}, services: {} }
const tracer = createTracer({
  reader,
  tables: createNetnsTables(),
  records: async () => nobody,
  names: () => [],
  plan: async () => [],
  sandboxDir: '/run/patchbay/netns',
})
const spots: readonly Spot[] = ['host', 'a', 'b', 'c', 'd', 'out', 'm1', 'm2']
const listeners: ChildProcess[] = []
const places = new Map<Spot, Place>()
/** Seconds that a sender waits for what is to come, and for what is not. */
const patience = { answered: '2', rejected: '2', other: '0.2' }

const shell = (lines: readonly string[]) => execute('sh', ['-ec', `${prelude}\n${lines.join('\n')}`])

beforeAll(async () => {
  await shell([labScript])
  await Promise.all(spots.map(listen))
  for (const { id, mounts, isHost } of await reader.find()) {
    const spot = spots.find((name) => mounts.includes(`/run/netns/${name}`))
    if (spot) places.set(spot, { kind: 'namespace', id })
    if (isHost) places.set('host', { kind: 'host' })
  }
})

afterAll(async () => {
  for (const child of listeners) child.stdin?.end()
  await reader.close()
  await shell([
    'for name in a b c d out m1 m2; do ip netns del $name; done',
    'ip link del br0; ip link del br1; ip link del mp0',
    'iptables -t nat -F',
  ])
})

const inside = (spot: Spot, argv: readonly string[]) =>
  spot === 'host' ? argv : ['nsenter', `--net=/run/netns/${spot}`, '--', ...argv]

async function listen(spot: Spot): Promise<void> {
  const [file = '', ...args] = inside(spot, ['perl', '-e', listener])
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  listeners.push(child)
  await new Promise((resolve, reject) => {
    child.stdout?.once('data', resolve)
    child.once('exit', reject)
  })
}

/** What the kernel itself does with such a packet. */
async function probe({ from, to, protocol, port, size }: SetUp, wait: string): Promise<string> {
  const [file = '', ...args] = inside(from, ['perl', '-e', prober, protocol, to, `${port ?? 0}`, `${size ?? 0}`, wait])
  return (await execute(file, args)).stdout.trim()
}

function questionOf({ from, to, protocol, port, size }: SetUp): TraceQuestion {
  return {
    from: places.get(from) as Place,
    to: { kind: 'address', address: to },
    protocol,
    ...(port === undefined ? {} : { port }),
    ...(size === undefined ? {} : { size }),
  }
}

/** What a sender can notice of each outcome. */
const noticed: Readonly<Record<Explanation['verdict']['outcome'], RegExp>> = {
  answered: /^answered$/,
  'delivered-unanswered': /^(silent|error)/,
  dropped: /^(silent|error Operation not permitted)/,
  rejected: /^(refused|error)/,
  unreachable: /^(error|silent)/,
  lost: /^silent|error No route to host/,
  unknown: /./,
}

const told: { readonly set: SetUp; readonly found: Explanation; readonly seen: string }[] = []

/** What the matrix of reachability says of it, which does not tell the steps. */
async function judged(question: TraceQuestion) {
  for await (const [answer] of tracer.judgeAll([question])) if (answer) return answer
  return undefined
}

async function tryOut(set: SetUp) {
  await shell([forget, ...set.make])
  try {
    const found = await tracer.explain(questionOf(set))
    const { outcome, cause } = found.verdict
    expect(await judged(questionOf(set))).toEqual({ address: found.address, outcome, cause })
    const seen = await probe(set, outcome === 'answered' || outcome === 'rejected' ? patience[outcome] : patience.other)
    told.push({ set, found, seen })
    return { found, seen }
  } finally {
    await shell(set.mend)
  }
}

/** A line a step, for who reads why a set-up is not explained as it should be. */
function shown({ there, back, verdict, caveats }: Explanation): string {
  const lines = [...there.steps, ...(back?.steps ?? [])].map(
    ({ netns, said, evidence }) => `${netns} ${said.code} ${JSON.stringify(said.values)} ${evidence}`,
  )
  return ['', ...lines, JSON.stringify(verdict), JSON.stringify(caveats)].join('\n')
}

test.each([...goodSetUps, ...brokenSetUps].map((set) => [set.title, set] as const))('%s', async (_title, set) => {
  const { found, seen } = await tryOut(set)
  expect({ cause: found.verdict.cause.code, seen }, shown(found)).toEqual({
    cause: set.cause,
    seen: expect.stringMatching(noticed[found.verdict.outcome]),
  })
  expect(set.cause === 'answered').toBe(seen === 'answered' && found.verdict.outcome === 'answered')
})

/**
 * Says "ready", then what comes back for each line that it is given. Its connections end at once: one that waits for the
 * other side, which nothing reaches any more, would keep its namespace for minutes.
 */
const talker = `
use strict; use IO::Socket::INET; use Socket qw(:all); $| = 1;
my ($peer, $port) = @ARGV;
my $socket = $peer eq '-' ? IO::Socket::INET->new(LocalPort => $port, Listen => 1, ReuseAddr => 1)
  : IO::Socket::INET->new(PeerAddr => $peer, PeerPort => $port, Timeout => 5);
$socket or die "$peer $port: $!";
print "ready\\n";
sub at_once { setsockopt($_[0], SOL_SOCKET, SO_LINGER, pack('ii', 1, 0)) or die $! }
if ($peer eq '-') { my $client = $socket->accept; at_once($client); while (sysread($client, my $data, 100)) { syswrite($client, $data) } exit }
at_once($socket);
while (my $line = <STDIN>) { syswrite($socket, $line); sysread($socket, my $answer, 100); print $answer }
`

test('a connection that has begun goes as it is remembered, not as the rules say by now', async () => {
  const talk = async (spot: Spot, ...args: string[]) => {
    const [file = '', ...rest] = inside(spot, ['perl', '-e', talker, ...args])
    const child = spawn(file, rest, { stdio: ['pipe', 'pipe', 'inherit'] })
    listeners.push(child)
    const says = () => new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data))))
    expect(await says()).toBe('ready\n')
    return { child, says }
  }
  const published = 'PREROUTING -t nat -d 10.77.9.1 -p tcp --dport 8090 -j DNAT --to-destination 10.77.2.2:90'
  const question = questionOf({ title: '', cause: 'answered', make: [], mend: [], ...tcp('out', '10.77.9.1', 8090) })
  const server = await talk('d', '-', '90')
  await shell([forget, `iptables -I ${published}`])
  const client = await talk('out', '10.77.9.1', '8090')
  const closed = 'iptables -I FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT; iptables -P FORWARD DROP'
  await shell([`iptables -D ${published}`, closed])
  try {
    const begun = await tracer.explain({ ...question, isExisting: true })
    expect(begun.verdict.cause.code, shown(begun)).toBe('answered')
    expect(begun.there.steps.map(({ said }) => said.code)).toEqual(
      expect.arrayContaining(['flow-kept', 'nat-destination', 'rule-accepts', 'socket-connected']),
    )
    client.child.stdin.write('hello\n')
    expect(await client.says()).toBe('hello\n')
    expect((await tracer.explain(question)).verdict.cause.code).toBe('nobody-listens')
    await shell(['conntrack -D -p tcp --dport 8090 >/dev/null 2>&1'])
    const forgotten = await tracer.explain({ ...question, isExisting: true })
    expect(forgotten.verdict.cause.code, shown(forgotten)).toBe('connection-gone')
  } finally {
    client.child.stdin.end()
    server.child.kill()
    await shell(['iptables -P FORWARD ACCEPT', 'iptables -D FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT'])
  }
})

const mendable = [
  ...['a wrong gateway', 'the bridge is down', 'a packet too large for the next network', 'a port that is blocked'],
  ...['no forwarding', 'a port that leads to the loopback', 'a rule that drops', 'a rule of the older iptables'],
  ...['a policy that drops', 'a policy of nft that drops', 'a verdict map of nft', 'no masquerade'],
  ...['a blackhole in a table of its own', 'a rule of routing for that port', 'packets that live for one hop'],
  ...['IPv6 packets that live for one hop', 'answers that live for one hop'],
]

test('what is offered mends it', async () => {
  for (const set of brokenSetUps.filter(({ title }) => mendable.includes(title))) {
    await shell([forget, ...set.make])
    const broken = await tracer.explain(questionOf(set))
    const commands = broken.verdict.remedies.filter(({ code }) => code.startsWith('command'))
    const [first, ...answers] = commands.map(({ code, values }) =>
      code === 'command-inside' ? `at ${values.place} ${values.command}` : String(values.command),
    )
    await shell([first ?? 'false', ...answers.filter((_, at) => commands[at + 1]?.code === 'command-answers')])
    const seen = await probe(set, patience.answered)
    const mended = await tracer.explain(questionOf(set))
    // What was mended need not be mended again: that may fail. A rule that mends is one more.
    const mend = [...set.mend, 'iptables -F FORWARD'].map((line) => `(${line}\n) 2>/dev/null`)
    await execute('sh', ['-c', [prelude, ...mend, 'true'].join('\n')])
    expect([set.title, seen, mended.verdict.outcome], shown(broken)).toEqual([set.title, 'answered', 'answered'])
  }
})

/** The figure is 100 ms; this machine may be shared by other tests. */
const busyMs = 300

test('an explanation is there at once, reading included', () => {
  const times = told.map(({ found }) => found.durationMs).sort((one, other) => one - other)
  const median = times[Math.floor(times.length / 2)] ?? Number.POSITIVE_INFINITY
  console.log(`${told.length} set-ups; ms: median ${median.toFixed(0)}, slowest ${times.at(-1)?.toFixed(0)}`)
  expect(told.length).toBeGreaterThanOrEqual(60)
  expect(median).toBeLessThanOrEqual(busyMs)
})
