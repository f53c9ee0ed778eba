import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** How many processes of this one's network namespace run a program: what a test must not leave. */
export function countOwn(program: string): number {
  const here = readlinkSync('/proc/self/ns/net')
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && runs(here, name, program)).length
}

function runs(netns: string, pid: string, program: string): boolean {
  try {
    return (
      readlinkSync(`/proc/${pid}/ns/net`) === netns &&
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(`${program}\0`)
    )
  } catch {
    return false
  }
}
