import { spawn } from 'node:child_process'

export interface Said {
  /** 124 where it was ended for taking too long. */
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

const longest = 30_000

/** Runs a program to its end; what it says is the result, whatever its exit code. */
export function runProgram(
  args: readonly string[],
  { input, env }: { input?: string | undefined; env?: NodeJS.ProcessEnv } = {},
): Promise<Said> {
  const [file = '', ...rest] = args
  return new Promise((resolve) => {
    const child = spawn(file, rest, { env: env ?? process.env, stdio: ['pipe', 'pipe', 'pipe'] })
    const said = { stdout: '', stderr: '' }
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      child.kill('SIGKILL')
    }, longest)
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] += text
      })
    }
    child.stdin.on('error', () => undefined)
    child.stdin.end(input ?? '')
    const end = (exit: number, reason = '') => {
      clearTimeout(timer)
      resolve({ exit, stdout: said.stdout, stderr: said.stderr + reason })
    }
    child.once('error', (error) => end(127, error.message))
    child.once('close', (code) => end(isLate ? 124 : (code ?? 1)))
  })
}

/** As `runProgram`; throws with what it said where it fails. */
export async function mustRun(...args: string[]): Promise<string> {
  const said = await runProgram(args)
  if (said.exit === 0) return said.stdout
  throw new Error(`${args.join(' ')} ended with ${said.exit}: ${said.stderr || said.stdout}`)
}
