import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Runs commands as a plain shell script does, one program a step, and gives the milliseconds that
 * they took by the shell's own clock: starting the shell does not count.
 */
export function timeShell(commands: readonly string[]): number {
  const directory = mkdtempSync(join(tmpdir(), 'patchbay-bench-'))
  try {
    const [script, times] = [join(directory, 'script.sh'), join(directory, 'times')]
    const lines = ['set -e', 'begin=$EPOCHREALTIME', ...commands, `echo "$begin $EPOCHREALTIME" > ${times}`]
    writeFileSync(script, `${lines.join('\n')}\n`)
    execFileSync('bash', [script], { stdio: ['ignore', 'ignore', 'inherit'] })
    const [begin = 0, end = 0] = readFileSync(times, 'utf8').split(' ').map(Number)
    return (end - begin) * 1000
  } finally {
    rmSync(directory, { recursive: true })
  }
}
