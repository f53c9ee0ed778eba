import type { ChildProcess } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { argvIn, CommandError, type Program, type RunOptions, start } from './run'

const timeoutMs = 20_000

/** What a program prints, by nothing but a spawn: for reads that come often. Throws CommandError. */
export async function readOutput(
  program: Program,
  args: readonly string[],
  { netns = 'host', input }: Pick<RunOptions, 'netns' | 'input'> = {},
): Promise<string> {
  const child = start(program, args, { netns, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] })
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  const ending = untilEnd(child)
  // A process that ends does not read what is still written to it: how it ended tells more than EPIPE.
  child.stdin?.on('error', () => undefined).end(input)
  const [stdout, stderr, { exitCode, error }] = await Promise.all([
    child.stdout === null ? '' : text(child.stdout),
    child.stderr === null ? '' : text(child.stderr),
    ending,
  ])
  clearTimeout(timer)
  if (exitCode === 0) return stdout
  throw new CommandError(argvIn(netns, program, args), exitCode ?? undefined, error?.message ?? stderr, error)
}

function untilEnd(child: ChildProcess): Promise<{ exitCode: number | null; error?: Error }> {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ exitCode: null, error }))
    child.on('close', (exitCode) => resolve({ exitCode }))
  })
}
