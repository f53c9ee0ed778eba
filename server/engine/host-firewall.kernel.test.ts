import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../kernel/run'
import { keyOf } from '../plan/object'
import { type Bed, createBed, outside } from './testing/bed'

let bed: Bed
const asked = { actor: 'test' }
const near = '2001:db8:9::1'
const far = '2001:db8:9::2'
const here = '/proc/self/ns/net'

const works = (program: string, ...args: string[]) =>
  promisify(execFile)(program, args, { timeout: 5_000 }).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  )
const fetchFrom = (netns: string, host: string, port: number) =>
  works('nsenter', `--net=${netns}`, 'timeout', '1', 'busybox', 'wget', '-q', '-O-', `http://${host}:${port}/`)
const saved = async () => (await run('iptables-save', [])).stdout + (await run('ip6tables-save', [])).stdout

/** A container whose program answers with the address of its client. */
async function start(
  name: string,
  network: string,
  hostPort: number,
  more: Record<string, unknown> = {},
): Promise<void> {
  const answer = `printf '#!/bin/sh\\necho; echo $REMOTE_ADDR\\n' > /www/cgi-bin/who; chmod +x /www/cgi-bin/who`
  const serve = `mkdir -p /www/cgi-bin; echo hello > /www/index.html; ${answer}; exec httpd -f -p '[::]:80' -h /www`
  const ports = [{ containerPort: 80, hostPort, ...more }]
  await bed.engine.runContainer({ name, network, command: ['sh', '-c', serve], ports }, asked)
}

const addressOf = (name: string, family: 'ipv4Address' | 'ipv6Address') => {
  const { id } = bed.engine.getContainer(name)
  return (
    bed.engine
      .listEndpoints()
      .find((one) => one.containerId === id)
      ?.assigned?.[family]?.split('/')[0] ?? ''
  )
}

beforeAll(async () => {
  bed = await createBed()
  await run('ip', ['address', 'add', `${near}/64`, 'dev', 'uplink0', 'nodad'])
  await run('ip', ['address', 'add', `${far}/64`, 'dev', 'wire0', 'nodad'], { netns: outside.netns })
  const options = { 'patchbay.bridge.obey_host_firewall': 'true' }
  await bed.engine.createNetwork({ name: 'guarded', ipv6: true, options }, asked)
  await bed.engine.createNetwork({ name: 'plain', ipv6: true }, asked)
  await start('web', 'guarded', 8081)
  await start('open', 'plain', 8082)
  await start('local', 'plain', 8083, { hostIp: '127.0.0.1' })
}, 60_000)
afterAll(() => bed?.end())

describe('a port that obeys the host’s firewall', () => {
  test('answers over both families, from outside, from the host and at its loopbacks, without a rule of translation', async () => {
    const answers = await Promise.all([
      fetchFrom(outside.netns, outside.host, 8081),
      fetchFrom(outside.netns, `[${near}]`, 8081),
      fetchFrom(here, '127.0.0.1', 8081),
      fetchFrom(here, '[::1]', 8081),
    ])
    expect(answers).toEqual(['hello', 'hello', 'hello', 'hello'])
    expect(await saved()).not.toContain('--dport 8081')
  })

  test('is closed by a DROP in INPUT, which one that is translated does not meet', async () => {
    const rule = ['-p', 'tcp', '-m', 'multiport', '--dports', '8081,8082', '-j', 'DROP']
    for (const program of ['iptables', 'ip6tables']) await works(program, '-I', 'INPUT', '-i', 'uplink0', ...rule)
    const answers = await Promise.all([
      fetchFrom(outside.netns, outside.host, 8081),
      fetchFrom(outside.netns, `[${near}]`, 8081),
      fetchFrom(outside.netns, outside.host, 8082),
      fetchFrom(here, '127.0.0.1', 8081),
    ])
    expect(answers).toEqual(['', '', 'hello', 'hello'])
    for (const program of ['iptables', 'ip6tables']) await works(program, '-D', 'INPUT', '-i', 'uplink0', ...rule)
  })

  test('goes with the container’s end and comes with its start; a new daemon opens it again; no drift', async () => {
    expect((await bed.engine.reconcile({ ...asked, dryRun: true })).commands).toEqual([])
    await bed.engine.stopContainer('web', { ...asked, timeoutMs: 0 })
    expect(await fetchFrom(here, '127.0.0.1', 8081)).toBe('')
    await bed.engine.startContainer('web', asked)
    await expect.poll(() => fetchFrom(here, '127.0.0.1', 8081)).toBe('hello')
    const preview = await bed.engine.stopContainer('web', { ...asked, dryRun: true })
    expect(preview.commands.join('\n')).toMatch(/# close the port socket tcp 0.0.0.0:8081 to [\d.]+:80/)
  })

  test('is seen by a look at the host alone', async () => {
    const wanted = bed.engine.wanted().filter(({ kind }) => kind === 'socket')
    const present = await bed.kernel.observe(bed.engine.wanted(), 'host')
    const ofHost = wanted.filter((one) => one.kind === 'socket' && one.netns === 'host')
    expect(ofHost.length).toBeGreaterThan(0)
    expect(
      present
        .filter(({ kind }) => kind === 'socket')
        .map(keyOf)
        .sort(),
    ).toEqual(ofHost.map(keyOf).sort())
  })

  test('is of TCP or UDP', async () => {
    const ports = [{ containerPort: 80, hostPort: 8090, protocol: 'sctp' as const }]
    await expect(
      bed.engine.runContainer({ name: 'sctp', network: 'guarded', command: ['sleep', '9'], ports }, asked),
    ).rejects.toThrow(/port 80\/sctp cannot be published on network guarded, whose ports obey this host's firewall/)
  })

  test('does not go with ways past the host’s sockets', async () => {
    const options = {
      'patchbay.bridge.obey_host_firewall': 'true',
      'com.docker.network.bridge.gateway_mode_ipv4': 'routed',
    }
    await expect(bed.engine.createNetwork({ name: 'both', options }, asked)).rejects.toThrow(
      /does not go with gateway mode routed/,
    )
  })

  test('a network that has it no longer translates again', async () => {
    await bed.engine.updateNetwork('guarded', { options: {} }, asked)
    expect(await saved()).toContain('--dport 8081')
    expect(await fetchFrom(outside.netns, outside.host, 8081)).toBe('hello')
    expect((await bed.engine.reconcile({ ...asked, dryRun: true })).commands).toEqual([])
  })
})

describe('a neighbour of the host', () => {
  // The neighbour routes what it likes by way of the host, as anybody on the same wire can.
  beforeAll(async () => {
    const inside = { netns: outside.netns }
    await run('ip', ['route', 'add', '172.16.0.0/12', 'via', outside.host], inside)
    await run('ip', ['route', 'add', 'fd00::/8', 'via', near], inside)
    await run('sysctl', ['-w', 'net.ipv4.conf.all.route_localnet=1'], inside)
    await run('ip', ['route', 'del', 'local', '127.0.0.0/8', 'dev', 'lo', 'table', 'local'], inside)
    await run('ip', ['route', 'add', '127.0.0.0/8', 'via', outside.host, 'src', outside.address], inside)
  })

  test('does not reach a port that is published at the loopback alone, also not by the container’s own address', async () => {
    expect(await fetchFrom(here, '127.0.0.1', 8083)).toBe('hello')
    const answers = await Promise.all([
      fetchFrom(outside.netns, '127.0.0.1', 8083),
      fetchFrom(outside.netns, outside.host, 8083),
      fetchFrom(outside.netns, addressOf('local', 'ipv4Address'), 80),
      fetchFrom(outside.netns, `[${addressOf('local', 'ipv6Address')}]`, 80),
    ])
    expect(answers).toEqual(['', '', '', ''])
  })

  test('reaches a published port by the host’s address alone', async () => {
    const answers = await Promise.all([
      fetchFrom(outside.netns, outside.host, 8082),
      fetchFrom(outside.netns, `[${near}]`, 8082),
      fetchFrom(outside.netns, addressOf('open', 'ipv4Address'), 80),
      fetchFrom(outside.netns, `[${addressOf('open', 'ipv6Address')}]`, 80),
    ])
    expect(answers).toEqual(['hello', 'hello', '', ''])
  })

  test('reaches nothing of a container that publishes nothing', async () => {
    await bed.engine.runContainer(
      { name: 'quiet', network: 'plain', command: ['sh', '-c', 'mkdir /www; exec httpd -f -p "[::]:80" -h /www'] },
      asked,
    )
    const answers = await Promise.all([
      works(
        'nsenter',
        `--net=${outside.netns}`,
        'timeout',
        '1',
        'busybox',
        'nc',
        '-z',
        addressOf('quiet', 'ipv4Address'),
        '80',
      ),
      works('nsenter', `--net=${outside.netns}`, 'busybox', 'ping', '-c1', '-W1', addressOf('quiet', 'ipv4Address')),
      works(
        'nsenter',
        `--net=${outside.netns}`,
        'busybox',
        'ping',
        '-6',
        '-c1',
        '-W1',
        addressOf('quiet', 'ipv6Address'),
      ),
    ])
    expect(answers).toEqual(['', '', ''])
  })
})
