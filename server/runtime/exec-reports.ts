import type { Readable } from 'node:stream'
import { createDeferred } from './streams/deferred'

/** Docker's code for an end that nobody saw. */
const unseenExitCode = 255

/** What conmon tells of an exec on its sync pipe: `{"data": <pid>}`, then `{"data": <exit code>}`. */
export interface ExecReports {
  /** 0 where the command did not begin. */
  readonly pid: Promise<number>
  /** runc's words, for a command that did not begin. */
  readonly refusal: Promise<string>
  readonly exitCode: Promise<number>
}

export function readExecReports(pipe: Readable): ExecReports {
  const [pid, refusal, exitCode] = [createDeferred<number>(), createDeferred<string>(), createDeferred<number>()]
  let count = 0
  let rest = ''
  const finish = () => {
    pipe.destroy()
    pid.resolve(0)
    refusal.resolve('')
    exitCode.resolve(unseenExitCode)
  }
  pipe.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const { data, message } of lines.map(parseReport)) {
      count++
      if (count > 1) exitCode.resolve(data)
      else if (data > 0) pid.resolve(data)
      else refusal.resolve(message)
    }
    if (count > 1) finish()
  })
  pipe.on('error', finish)
  pipe.on('close', finish)
  return { pid: pid.promise, refusal: refusal.promise, exitCode: exitCode.promise }
}

function parseReport(line: string): { data: number; message: string } {
  try {
    const { data = -1, message = '' } = JSON.parse(line) as { data?: number; message?: string }
    return { data, message }
  } catch {
    return { data: -1, message: line }
  }
}
