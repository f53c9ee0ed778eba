import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { dockerCli } from './testing/cli'
import { setUpFace } from './testing/set-up-face'

const face = setUpFace()

const { docker, succeeds } = dockerCli(face)

const sleeper = ['busybox', 'sleep', '3600']
const read = (container: string, file: string) => succeeds('exec', container, 'cat', `/etc/${file}`)
/** Lines of /etc/hosts without those that every container has. */
const hostsOf = async (container: string) =>
  (await read(container, 'hosts')).split('\n').filter((line) => !/localhost|ip6-/.test(line))

test('on a user-defined network the files are as Docker’s, before and after other networks are joined and left', async () => {
  await succeeds('network', 'create', '--subnet', '10.84.0.0/24', 'street')
  await succeeds('network', 'create', '--subnet', '10.85.0.0/24', 'square')
  const names = [
    '--hostname',
    'apphost',
    '--domainname',
    'example.test',
    '--add-host',
    'db:10.1.1.1',
    '--add-host',
    'db:10.1.1.2',
  ]
  const dns = ['--dns', '192.0.2.53', '--dns-search', 'example.test', '--dns-option', 'ndots:2']
  await succeeds(
    'run',
    '-d',
    '--name',
    'app',
    '--network',
    'street',
    ...names,
    '--add-host',
    'v6:fd00::9',
    ...dns,
    ...sleeper,
  )
  expect(await read('app', 'hosts')).toBe(
    [
      '127.0.0.1\tlocalhost',
      '::1\tlocalhost ip6-localhost ip6-loopback',
      'fe00::0\tip6-localnet',
      'ff00::0\tip6-mcastprefix',
      'ff02::1\tip6-allnodes',
      'ff02::2\tip6-allrouters',
      '10.1.1.1\tdb',
      '10.1.1.2\tdb',
      'fd00::9\tv6',
      '10.84.0.2\tapphost.example.test apphost',
    ].join('\n'),
  )
  const resolvConf = 'search example.test\nnameserver 127.0.0.11\noptions ndots:2'
  expect(await read('app', 'resolv.conf')).toBe(resolvConf)
  expect(await read('app', 'hostname')).toBe('apphost')
  expect(await succeeds('exec', 'app', 'sh', '-c', 'hostname; cat /proc/sys/kernel/domainname')).toBe(
    'apphost\nexample.test',
  )
  await succeeds('network', 'connect', 'square', 'app')
  expect((await hostsOf('app')).slice(-2)).toEqual([
    '10.84.0.2\tapphost.example.test apphost',
    '10.85.0.2\tapphost.example.test apphost',
  ])
  await succeeds('network', 'disconnect', 'street', 'app')
  await succeeds('network', 'disconnect', 'square', 'app')
  expect(await hostsOf('app')).toEqual(['10.1.1.1\tdb', '10.1.1.2\tdb', 'fd00::9\tv6'])
  expect(await read('app', 'resolv.conf')).toBe(resolvConf)
  const asked = '{{json .HostConfig.ExtraHosts}} {{json .HostConfig.DnsOptions}} {{json .HostConfig.DnsSearch}}'
  expect(await succeeds('inspect', '--format', asked, 'app')).toBe(
    '["db:10.1.1.1","db:10.1.1.2","v6:fd00::9"] ["ndots:2"] ["example.test"]',
  )
})

test('on the default bridge the name servers are asked themselves; host-gateway is its gateway', async () => {
  const more = [
    '--add-host',
    'host.docker.internal:host-gateway',
    '--dns',
    '192.0.2.53',
    '--dns',
    '192.0.2.54',
    '--dns-search',
    '.',
  ]
  await succeeds('run', '-d', '--name', 'box', ...more, '--dns-option', 'use-vc', ...sleeper)
  const format = '{{.NetworkSettings.Gateway}} {{.NetworkSettings.IPAddress}} {{.Config.Hostname}}'
  const [gateway, address, name] = (await succeeds('inspect', '--format', format, 'box')).split(' ')
  expect(await hostsOf('box')).toEqual([`${gateway}\thost.docker.internal`, `${address}\t${name}`])
  expect(await read('box', 'resolv.conf')).toBe('nameserver 192.0.2.53\nnameserver 192.0.2.54\noptions use-vc')
  await succeeds('exec', 'box', 'ping', '-c1', '-W1', 'host.docker.internal')
})

test('on the host’s network the files are the host’s, and none has no line of its own', async () => {
  const files = ['busybox', 'cat', '/etc/hosts', '/etc/resolv.conf']
  const ofHost = `${readFileSync('/etc/hosts', 'utf8')}${readFileSync('/etc/resolv.conf', 'utf8')}`
  expect(await succeeds('run', '--rm', '--network', 'host', ...files)).toBe(ofHost.trim())
  await succeeds('run', '-d', '--name', 'lone', '--network', 'none', ...sleeper)
  expect(await hostsOf('lone')).toEqual([])
})

test.each([
  ['db', 'add-host'],
  ['db:nonsense', 'nonsense'],
  [':10.0.0.1', 'add-host'],
])('--add-host %s is refused', async (host, words) => {
  const { code, stderr } = await docker('run', '--rm', '--add-host', host, 'busybox', 'true')
  expect(code).toBe(125)
  expect(stderr).toContain(words)
})
