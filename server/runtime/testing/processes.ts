import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** How many processes of this one's network namespace run a program: what a test must not leave. */
export function countOwn(program: string): number {
  return countRunning((line) => line.startsWith(`${program}\0`))
}

/** Those that carry a container's streams; other programs in Perl live as long as the daemon. */
export function countRelays(): number {
  return countRunning((line) => line.startsWith('perl\0') && line.includes('"attach\\0"'))
}

function countRunning(isMeant: (commandLine: string) => boolean): number {
  const here = readlinkSync('/proc/self/ns/net')
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && runs(here, name, isMeant)).length
}

function runs(netns: string, pid: string, isMeant: (commandLine: string) => boolean): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`) === netns && isMeant(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
  } catch {
    return false
  }
}
