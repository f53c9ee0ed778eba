import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Dockerode, { type ContainerCreateOptions } from 'dockerode'
import { expect, onTestFinished, test } from 'vitest'
import { setUpFace } from './testing/set-up-face'

const face = setUpFace()

/** Exit code of a command in a container. */
const tries = (container: string, ...command: string[]) => face.bed.tries(container, ...command)
const says = async (container: string, ...command: string[]) =>
  (await face.bed.engine.exec(container, command)).stdout.trim()
const answer = async (port: number) =>
  (await face.run('bash', ['-c', `exec 3<>/dev/tcp/127.0.0.1/${port}; timeout 2 head -n1 <&3`])).stdout

const application = `
version: "2.4"
services:
  web:
    image: busybox
    command: ["nc", "-ll", "-p", "80", "-e", "echo", "web"]
    depends_on: [db]
    ports: ["8081:80", "127.0.0.1::80", "8090-8095:80"]
    expose: ["9000"]
    extra_hosts: ["gate:10.9.9.9", "gate:10.9.9.8"]
    dns: [192.0.2.53]
    dns_search: [example.test]
    networks:
      front: {}
      back:
        ipv4_address: 10.86.0.20
        aliases: [www]
  db:
    image: busybox
    command: ["sleep", "3600"]
    hostname: database
    networks:
      back:
        ipv4_address: 10.86.0.10
  side:
    image: busybox
    command: ["sleep", "3600"]
    network_mode: service:web
  agent:
    image: busybox
    command: ["sleep", "3600"]
    network_mode: host
networks:
  front: {}
  back:
    ipam:
      config:
        - subnet: 10.86.0.0/24
`

test('docker-compose: two networks, addresses, ports, extra hosts, name servers, and the network of another service', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'patchbay-compose-'))
  onTestFinished(() => rmSync(cwd, { recursive: true }))
  const write = (text: string) => writeFileSync(join(cwd, 'docker-compose.yml'), text)
  const said = (...args: string[]) => face.run('docker-compose', ['-p', 'lesson', ...args], { cwd })
  const succeeds = async (...args: string[]) => {
    const { code, stderr } = await said(...args)
    expect(code, stderr).toBe(0)
  }
  write(application)
  await succeeds('up', '-d')
  expect(await tries('lesson_db_1', 'ping', '-c1', '-W1', 'www')).toBe(0)
  expect(await tries('lesson_web_1', 'ping', '-c1', '-W1', 'database')).toBe(0)
  expect(await tries('lesson_side_1', 'ping', '-c1', '-W1', 'db')).toBe(0)
  expect(await says('lesson_web_1', 'ip', '-o', 'addr')).toContain('10.86.0.20/24')
  expect(await says('lesson_side_1', 'cat', '/etc/hosts')).toMatch(/10\.9\.9\.9\tgate\n10\.9\.9\.8\tgate\n/)
  expect(await says('lesson_web_1', 'cat', '/etc/resolv.conf')).toBe(
    'search example.test\nnameserver 127.0.0.11\noptions ndots:0',
  )
  expect(await answer(8081)).toBe('web')
  expect(await answer(8090)).toBe('web')
  expect((await said('port', 'web', '80')).stdout).toMatch(/^(0\.0\.0\.0|127\.0\.0\.1):\d+$/)
  const old = face.bed.engine.getContainer('lesson_web_1').id
  write(application.replace('"web"]', '"again"]'))
  await succeeds('up', '-d')
  expect(face.bed.engine.getContainer('lesson_web_1').id).not.toBe(old)
  expect(await answer(8081)).toBe('again')
  // What shares the network of a container that has been replaced is to be made anew itself.
  await succeeds('up', '-d', '--no-deps', '--force-recreate', '-t', '0', 'side')
  expect(await tries('lesson_side_1', 'ping', '-c1', '-W1', 'db')).toBe(0)
  await succeeds('restart', '-t', '0', 'web', 'db')
  expect(await tries('lesson_db_1', 'ping', '-c1', '-W1', '10.86.0.20')).toBe(0)
  await succeeds('down', '-t', '0')
  expect(face.bed.engine.listContainers()).toEqual([])
  expect(face.bed.engine.listNetworks()).toHaveLength(3)
}, 120_000)

test('the calls of the newer compose: made on all networks at once, and made anew beside the old one before that goes', async () => {
  const client = new Dockerode({ socketPath: face.socketPath })
  const Labels = { 'com.docker.compose.project': 'lesson' }
  const made = ['lesson_front', 'lesson_back'].map((Name, index) =>
    client.createNetwork({
      ...{ Name, CheckDuplicate: true, Driver: 'bridge', Labels },
      IPAM: { Config: [{ Subnet: `10.${87 + index}.0.0/24` }] },
    }),
  )
  await Promise.all(made)
  const wanted = (name: string, address: string): ContainerCreateOptions => ({
    ...{ name, Image: 'busybox', Cmd: ['sleep', '3600'], Labels, ExposedPorts: { '80/tcp': {} } },
    HostConfig: {
      NetworkMode: 'lesson_back',
      PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '8081' }] },
      ExtraHosts: ['gate:10.9.9.9'],
      RestartPolicy: { Name: '', MaximumRetryCount: 0 },
    },
    NetworkingConfig: {
      EndpointsConfig: {
        lesson_front: { Aliases: [name, 'web'] },
        lesson_back: { Aliases: [name, 'web'], IPAMConfig: { IPv4Address: address } },
      },
    },
  })
  const first = await client.createContainer(wanted('lesson-web-1', '10.88.0.9'))
  await first.start()
  const peer = { NetworkMode: 'lesson_back' }
  const db = await client.createContainer({ name: 'db', Image: 'busybox', Cmd: ['sleep', '3600'], HostConfig: peer })
  await db.start()
  expect(await says('lesson-web-1', 'ip', '-o', 'addr', 'show', 'eth0')).toContain('10.88.0.9/24')
  const second = await client.createContainer(wanted('tmp_lesson-web-1', '10.88.0.9'))
  await expect(second.start()).rejects.toMatchObject({
    statusCode: expect.any(Number),
    message: /Address already in use/,
  })
  await first.stop({ t: 0 })
  await first.remove()
  await second.rename({ name: 'lesson-web-1' })
  await second.start()
  expect(await tries('db', 'ping', '-c1', '-W1', 'web')).toBe(0)
  expect(await says('db', 'nslookup', 'lesson-web-1')).toContain('10.88.0.9')
  const listed = await client.listContainers({ filters: { label: ['com.docker.compose.project=lesson'] } })
  expect(listed.map(({ Names, Ports }) => [Names, Ports])).toEqual([
    [['/lesson-web-1'], [{ IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8081, Type: 'tcp' }]],
  ])
})
