import { ask } from './ask'
import type { RunningEngine } from './engines'
import { runProgram, type Said } from './program'
import type { Step } from './step'

/** What came of a step, by name: "exit", "stdout" and "stderr"; "status" and "body"; or "source → target". */
export type Outcome = Readonly<Record<string, unknown>>

/** Does one step; whatever the engine makes of it is the outcome. `start`: when its theme began, which "@start" stands for. */
export async function perform(engine: RunningEngine, { action }: Step, start: number): Promise<Outcome> {
  switch (action.kind) {
    case 'docker': {
      const args = action.args.map((word) => (word === '@start' ? String(start / 1000) : word))
      return saidOf(await docker(engine, args, action.input))
    }
    case 'http':
      return request(engine, action)
    case 'host':
      return saidOf(await runProgram(action.args))
    case 'reach':
      return reachAll(engine, action)
  }
}

function docker({ cli, socketPath }: RunningEngine, args: readonly string[], input?: string): Promise<Said> {
  const env = { ...process.env, HOME: '/nonexistent', DOCKER_HOST: `unix://${socketPath}`, TZ: 'UTC', LC_ALL: 'C' }
  return runProgram([cli, ...args], { env, input })
}

function saidOf({ exit, stdout, stderr }: Said): Outcome {
  return { exit, stdout, stderr }
}

async function request(
  { socketPath }: RunningEngine,
  { method, path, body }: { method: string; path: string; body?: unknown },
): Promise<Outcome> {
  const whole = /^\/(v\d|_ping|nosuch)/.test(path) ? path : `/v1.41${path}`
  const answer = await ask(socketPath, method, whole, body)
  return { status: answer.status, type: answer.headers['content-type'] ?? '', body: answer.body }
}

async function reachAll(
  engine: RunningEngine,
  { from, to }: { from: readonly string[]; to: readonly string[] },
): Promise<Outcome> {
  const tried = await Promise.all(from.map((source) => reachFrom(engine, source, to)))
  return Object.assign({}, ...tried)
}

/** All targets of one source at once; one that answers does so within a second. */
async function reachFrom(engine: RunningEngine, source: string, to: readonly string[]): Promise<Outcome> {
  const script = [...to.map((target, index) => `(${probe(target)}) >/dev/null 2>&1 && echo ${index} &`), 'wait'].join(
    '\n',
  )
  const { stdout } = await runIn(engine, source, ['busybox', 'sh', '-c', script])
  const reached = new Set(stdout.split('\n'))
  return Object.fromEntries(to.map((target, index) => [`${source} → ${target}`, reached.has(String(index))]))
}

function runIn(engine: RunningEngine, source: string, argv: readonly string[]): Promise<Said> {
  if (source === 'host') return runProgram(argv)
  if (source === 'outside') return runProgram(['ip', 'netns', 'exec', 'outside', ...argv])
  return docker(engine, ['exec', source, ...argv])
}

/** "10.0.0.2" is pinged; of "10.0.0.2:80" one line is expected. */
function probe(target: string): string {
  const [, address, port] = /^(.+):(\d+)$/.exec(target) ?? []
  if (port === undefined) return `busybox ping -c1 -W1 '${target}'`
  return `busybox timeout 2 busybox nc -w 1 '${address}' ${port} </dev/null | busybox grep -q .`
}
