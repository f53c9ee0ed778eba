import type { ChildProcess } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { argvIn, CommandError, type Program, type RunOptions, start } from './run'

const timeoutMs = 20_000

type ReadOptions = Pick<RunOptions, 'netns' | 'input'>

/** What a program prints, by nothing but a spawn: for reads that come often. Throws CommandError. */
export function readOutput(program: Program, args: readonly string[], options: ReadOptions = {}): Promise<string> {
  return read(program, args, options, (child) => (child.stdout === null ? '' : text(child.stdout)))
}

/** As `readOutput`, refusing more than so many characters. */
export function readBounded(
  program: Program,
  args: readonly string[],
  limit: number,
  options: ReadOptions = {},
): Promise<string> {
  return read(program, args, options, async (child) => {
    let output = ''
    for await (const chunk of child.stdout?.setEncoding('utf8') ?? []) {
      output += chunk
      if (output.length <= limit) continue
      child.kill('SIGKILL')
      throw new CommandError([program, ...args], undefined, `printed more than ${limit} characters`)
    }
    return output
  })
}

/** Gives each line that a program prints to `onLine`, and holds none of them. Throws CommandError. */
export function readLines(
  program: Program,
  args: readonly string[],
  onLine: (line: string) => void,
  options: ReadOptions = {},
): Promise<void> {
  return read(program, args, options, async (child) => {
    let rest = ''
    for await (const chunk of child.stdout?.setEncoding('utf8') ?? []) {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) onLine(line)
    }
    if (rest !== '') onLine(rest)
  })
}

async function read<Result>(
  program: Program,
  args: readonly string[],
  { netns = 'host', input }: ReadOptions,
  take: (child: ChildProcess) => Result | Promise<Result>,
): Promise<Result> {
  const child = start(program, args, { netns, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] })
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  const ending = untilEnd(child)
  // A process that ends does not read what is still written to it: how it ended tells more than EPIPE.
  child.stdin?.on('error', () => undefined).end(input)
  try {
    const [result, stderr, { exitCode, error }] = await Promise.all([
      take(child),
      child.stderr === null ? '' : text(child.stderr),
      ending,
    ])
    if (exitCode === 0) return result
    throw new CommandError(argvIn(netns, program, args), exitCode ?? undefined, error?.message ?? stderr, error)
  } finally {
    clearTimeout(timer)
  }
}

function untilEnd(child: ChildProcess): Promise<{ exitCode: number | null; error?: Error }> {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ exitCode: null, error }))
    child.on('close', (exitCode) => resolve({ exitCode }))
  })
}
