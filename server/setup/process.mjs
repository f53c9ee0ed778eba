import { spawn } from 'node:child_process'

const running = new Set()

/**
 * Runs a program to its end and gives { code, output }; never throws for what the program does.
 * `onOutput` gets the raw text as it comes. Arguments are a list: there is no shell.
 */
export function run(file, args, { onOutput, ...options } = {}) {
  return new Promise((settle) => {
    let output = ''
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    running.add(child)
    const take = (chunk) => {
      output = (output + chunk).slice(-1_000_000)
      onOutput?.(String(chunk))
    }
    child.stdout?.on('data', take)
    child.stderr?.on('data', take)
    const end = (code, reason) => {
      running.delete(child)
      settle({ code, output: reason ? `${output}${reason}\n` : output })
    }
    child.on('error', (error) => end(127, error.message))
    child.on('close', (code, signal) => end(code ?? 1, signal ? `ended by ${signal}` : ''))
  })
}

/** Runs a program on this terminal and gives its exit code. */
export async function runHere(file, args, options = {}) {
  const { code, output } = await run(file, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options })
  if (code === 127 && output) console.error(output.trim())
  return code
}

/** Ctrl-C, or a service manager's stop, while something is being set up: end that, then this. */
export function stopOnSignals() {
  const stop = (signal) => {
    for (const child of running) child.kill('SIGTERM')
    process.exit(signal === 'SIGINT' ? 130 : 143)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
  return () => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, stop)
  }
}
