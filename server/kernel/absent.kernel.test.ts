import { afterAll, beforeAll, expect, test } from 'vitest'
import { ipvlanDriver } from '../drivers/ipvlan'
import { macvlanDriver } from '../drivers/macvlan'
import { sampleEndpoint, sampleNetwork, sampleShaped } from '../drivers/testing/samples'
import { commandsOf } from '../plan/commands'
import { diff } from '../plan/diff'
import type { KernelObject } from '../plan/object'
import { clientArgs } from './leases'
import { CommandError, run, start } from './run'

/**
 * What this kernel may lack (netem, ipvlan, 802.1q, dummy): the programs that would be told take their arguments before
 * they ask the kernel, so that here it is the kernel alone that may refuse.
 */

beforeAll(async () => {
  await run('ip', ['link', 'add', 'name', 'base0', 'type', 'veth', 'peer', 'name', 'far0'])
  for (const link of ['base0', 'far0']) await run('ip', ['link', 'set', link, 'up'])
})
afterAll(() => run('ip', ['link', 'delete', 'base0']))

const kernelsOwn = /^(RTNETLINK answers|Error: Unknown device type|Error: Specified qdisc kind is unknown)/

/** "": done; else what was said. */
async function said(program: 'ip' | 'tc', args: readonly string[]): Promise<string> {
  return run(program, args).then(
    () => '',
    (error: unknown) => (error instanceof CommandError ? error.stderr.trim() : String(error)),
  )
}

async function check(objects: readonly KernelObject[], concerns: (line: string) => boolean): Promise<string[]> {
  const lines: string[] = []
  for (const command of diff(objects, []).steps.flatMap(commandsOf)) {
    if (command.program !== 'ip' && command.program !== 'tc') continue
    const args = command.args.filter((word, at, all) => word !== 'netns' && all[at - 1] !== 'netns')
    if (!concerns(args.join(' '))) continue
    const answer = await said(command.program, args)
    if (answer !== '') expect(answer, args.join(' ')).toMatch(kernelsOwn)
    lines.push(args.join(' '))
  }
  for (const link of ['eth0', 'base0.10']) await said('ip', ['link', 'delete', link])
  return lines
}

test('a wrong word is told by the program, not by the kernel', async () => {
  expect(await said('tc', ['qdisc', 'replace', 'dev', 'base0', 'root', 'netem', 'dely', '1ms'])).not.toMatch(kernelsOwn)
  expect(await said('ip', ['link', 'add', 'i0', 'link', 'base0', 'type', 'ipvlan', 'mode', 'l4'])).not.toMatch(
    kernelsOwn,
  )
})

test.each(['l2', 'l3', 'l3s'])('ip takes ipvlan mode %s with each flag', async (mode) => {
  for (const flag of ['bridge', 'private', 'vepa']) {
    const options = { parent: 'base0', ipvlan_mode: mode, ipvlan_flag: flag }
    const network = sampleNetwork({ driver: 'ipvlan', options })
    const objects = ipvlanDriver.describeEndpoint(network, {
      ...{ endpoint: sampleEndpoint(network), netns: 'host', ports: [] },
    })
    expect(await check(objects, (line) => line.includes('type ipvlan'))).toHaveLength(1)
  }
})

test('ip takes a VLAN of a link, and a dummy in place of a parent', async () => {
  const network = (options: Record<string, string>) => sampleNetwork({ driver: 'macvlan', options })
  const made = (options: Record<string, string>) => macvlanDriver.describeNetwork(network(options))
  expect(await check(made({ parent: 'base0.10' }), (line) => line.includes('type vlan'))).toHaveLength(1)
  expect(await check(made({}), (line) => line.includes('type dummy'))).toHaveLength(1)
})

test('tc takes delay and jitter, alone and behind a rate', async () => {
  const network = sampleNetwork({ driver: 'macvlan', options: { parent: 'base0' } })
  const endpoint = sampleShaped(network)
  const within = (shaping: object) => ({
    ...{ ...endpoint, shaping: { toContainer: {}, fromContainer: {}, ...shaping } },
    assigned: endpoint.assigned && { ...endpoint.assigned, ifname: 'base0' },
  })
  for (const fromContainer of [{ delayMs: 40 }, { bitsPerSecond: 1_000_000, delayMs: 40, jitterMs: 5 }]) {
    const joined = { endpoint: within({ fromContainer }), netns: 'host' as const, ports: [] }
    const lines = await check(macvlanDriver.describeEndpoint(network, joined), (line) => line.startsWith('qdisc'))
    expect(lines.at(-1)).toContain('netem limit')
  }
})

test('where several links share a MAC, a DHCP server is told who asks, and answers to all', async () => {
  const object = { kind: 'lease', netns: 'host', link: 'base0', id: 'e', hostname: 'web', clientId: 'c0ffee' } as const
  const heard = start('tcpdump', ['-i', 'far0', '-c', '1', '-n', '-vv', '-U', 'udp', 'port', '67'])
  let text = ''
  heard.stdout?.on('data', (data: Buffer) => {
    text += data.toString()
  })
  await new Promise((resolve) => heard.stderr?.once('data', resolve))
  const client = start('busybox', clientArgs(object, '/dev/null', '/bin/true'), { stdio: 'ignore' })
  await new Promise((resolve) => heard.once('exit', resolve)).finally(() => client.kill('SIGKILL'))
  expect(text).toContain('Flags [Broadcast]')
  // 00 and c0ffee, as tcpdump writes bytes.
  expect(text).toContain('Client-ID (61), length 4: "M-@M-^?M-n"')
  expect(text).toMatch(/Hostname[^\n]*"web"/)
})
