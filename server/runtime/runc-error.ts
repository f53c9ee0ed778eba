import { PatchbayError, toldBy } from '../cnm/errors'
import { type Said, sentence } from '../cnm/sentence'

/** Docker's exit codes for a program that could not begin. */
const notFoundExitCode = 127
const notExecutableExitCode = 126

/**
 * What runc says when a container or a command in it cannot begin, as an error: what the user
 * named wrongly (the program, the working directory) is invalid-parameter with Docker's exit
 * code in `data`, all else system.
 */
export function startError(raw: string): PatchbayError {
  const message = plainMessage(lastMessage(raw))
  const data = { exitCode: exitCodeOf(message) }
  const fault = programFault(message)
  if (fault !== undefined) {
    return new PatchbayError('invalid-parameter', fault, {
      ...{ field: 'command', reason: 'program-unusable', data: { ...data, program: String(fault) } },
    })
  }
  const cwd = /chdir to cwd \("(.*)"\) set in config\.json failed: (.*)/.exec(message)
  if (cwd) {
    return new PatchbayError('invalid-parameter', sentence`working directory ${cwd[1]} cannot be entered: ${cwd[2]}`, {
      ...{ field: 'workingDir', reason: 'program-unusable', data: { ...data, program: message } },
    })
  }
  return new PatchbayError(
    'system',
    sentence`the container could not be started: ${message || sentence`runc gave no reason`}`,
    {
      data,
    },
  )
}

/** `exec: "foo": executable file not found in $PATH`, by its parts; undefined: it is about something else. */
function programFault(message: string): Said | undefined {
  const [, program, reason = ''] = /exec: ("(?:[^"\\]|\\.)*"): (.*)/.exec(message) ?? []
  if (program === undefined) return undefined
  const missing = /^stat (.*): no such file or directory$/.exec(reason)?.[1]
  const words = missing === undefined ? programFaults[reason] : sentence`stat ${missing}: no such file or directory`
  return sentence`exec: ${program}: ${words ?? reason}`
}

const programFaults: Readonly<Record<string, Said>> = {
  'executable file not found in $PATH': sentence`executable file not found in $PATH`,
  'permission denied': sentence`permission denied`,
  'is a directory': sentence`is a directory`,
  'exec format error': sentence`exec format error`,
}

function exitCodeOf(message: string): number {
  return /executable file not found|no such file or directory/.test(message) ? notFoundExitCode : notExecutableExitCode
}

const cannotStart = 'exec failed: unable to start container process: '

/** The same of a command for a running container, in Docker's words. */
export function execError(raw: string): PatchbayError {
  const said = lastMessage(raw)
  const data = { exitCode: exitCodeOf(said) }
  const fault = said.startsWith(cannotStart) ? programFault(said) : undefined
  const told = fault === undefined ? said : sentence`exec failed: unable to start container process: ${fault}`
  return new PatchbayError('invalid-parameter', sentence`OCI runtime exec failed: ${told}: unknown`, {
    field: 'command',
    data,
  })
}

/** One line of the report that conmon writes on its sync pipe: a pid, or -1 and runc's words. */
export function parseReport(line: string): { pid: number } | { error: PatchbayError } {
  try {
    const report: unknown = JSON.parse(line)
    if (typeof report === 'object' && report !== null && 'pid' in report && typeof report.pid === 'number') {
      if (report.pid > 0) return { pid: report.pid }
      return { error: startError('message' in report ? String(report.message) : '') }
    }
    return { error: startError(line) }
  } catch (error) {
    return {
      error: new PatchbayError('system', sentence`conmon's report cannot be read: ${toldBy(error)}`, { cause: error }),
    }
  }
}

/** runc's last line, whether it logs in its key=value form or prints plainly. */
function lastMessage(raw: string): string {
  const line = raw.trim().split('\n').at(-1) ?? ''
  const quoted = /msg=("(?:[^"\\]|\\.)*")/.exec(line)?.[1]
  return quoted === undefined ? line : unquote(quoted)
}

function plainMessage(said: string): string {
  return said.replace(/^runc (create|exec) failed: /, '').replace(/^unable to start container process: /, '')
}

function unquote(quoted: string): string {
  try {
    return String(JSON.parse(quoted))
  } catch {
    return quoted
  }
}
