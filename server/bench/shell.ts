import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Endpoint } from '../cnm/endpoint'

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

/** What takes back the commands of a plan: rules deleted, links too (their addresses go with them). */
export function shellRemoval(commands: readonly string[]): string[] {
  return [...commands].reverse().flatMap((command) => {
    if (command.startsWith('iptables')) return [command.replace(/ -(A|I) (\S+)( \d+)? /, ' -D $2 ')]
    const link = /^ip link add name (\S+)/.exec(command)?.[1]
    return link === undefined ? [] : [`ip link del dev ${link}`]
  })
}

/** The way it is taught: make a pair, move one end in, name it, set it up. */
export function plainSequence(commands: readonly string[], { assigned }: Endpoint): string[] {
  const text = commands.join('\n')
  const [, netns] = / netns (\S+)/.exec(text) ?? []
  const [, bridge] = / master (\S+)/.exec(text) ?? []
  const [, alias] = / alias (\S+)/.exec(text) ?? []
  const veth = assigned?.hostIfname
  const peer = `${veth}p`
  const inside = `nsenter --net=${netns} ip`
  return [
    `ip link add ${veth} type veth peer name ${peer}`,
    `ip link set ${peer} netns ${netns}`,
    `${inside} link set ${peer} name ${assigned?.ifname}`,
    `${inside} link set ${assigned?.ifname} address ${assigned?.macAddress}`,
    `${inside} address add ${assigned?.ipv4Address} dev ${assigned?.ifname}`,
    `${inside} link set ${assigned?.ifname} up`,
    `ip link set ${veth} alias ${alias}`,
    `ip link set ${veth} master ${bridge}`,
    `ip link set ${veth} up`,
  ]
}
