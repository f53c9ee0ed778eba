import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Dockerode from 'dockerode'
import { expect, onTestFinished, test } from 'vitest'
import { setUpFace } from './testing/set-up-face'

const face = setUpFace()

const lesson = `
import docker
client = docker.from_env()
network = client.networks.create("my_bridge_network", driver="bridge", labels={"env": "test"})
box1 = client.containers.run("busybox", ["sleep", "3600"], name="box1", network="my_bridge_network", detach=True)
box2 = client.containers.create("busybox", ["sleep", "3600"], name="box2")
network.connect(box2, aliases=["second"], ipv4_address=None)
box2.start()
code, output = box1.exec_run(["ping", "-c1", "-W1", "second"])
print("ping", code)
network.reload()
print("members", sorted(c.name for c in network.containers))
print("found", [n.name for n in client.networks.list(filters={"label": "env=test"})])
network.disconnect(box2)
box2.reload()
print("left", sorted(box2.attrs["NetworkSettings"]["Networks"]))
print("said", client.containers.run("busybox", ["echo", "hello"], remove=True))
box1.remove(force=True)
box2.remove(force=True)
network.remove()
try:
    client.networks.get("my_bridge_network")
except docker.errors.NotFound as error:
    print("gone", error.status_code)
print("version", client.version()["ApiVersion"], "ping", client.ping())
`

test("Docker's SDK for Python", async () => {
  const { code, stdout, stderr } = await face.run('python3', ['-'], { input: lesson })
  expect(stderr).toBe('')
  expect(stdout.split('\n')).toEqual([
    'ping 0',
    "members ['box1', 'box2']",
    "found ['my_bridge_network']",
    "left ['bridge']",
    "said b'hello\\n'",
    'gone 404',
    'version 1.50 ping True',
  ])
  expect(code).toBe(0)
})

const compose = `
version: "2.4"
services:
  web:
    image: busybox
    command: ["sleep", "3600"]
    ports: ["8081:80"]
  db:
    image: busybox
    command: ["sleep", "3600"]
    networks:
      default:
        aliases: [database]
`

test('docker-compose brings two services up that reach each other by name, and takes them down', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'patchbay-compose-'))
  onTestFinished(() => rmSync(cwd, { recursive: true }))
  writeFileSync(join(cwd, 'docker-compose.yml'), compose)
  const said = (...args: string[]) => face.run('docker-compose', ['-p', 'lesson', ...args], { cwd })
  expect(await said('up', '-d')).toMatchObject({ code: 0 })
  expect(await said('exec', '-T', 'web', 'ping', '-c1', '-W1', 'database')).toMatchObject({ code: 0 })
  expect(await said('exec', '-T', 'db', 'ping', '-c1', '-W1', 'web')).toMatchObject({ code: 0 })
  expect((await said('ps', '-q')).stdout.split('\n')).toHaveLength(2)
  expect(await said('up', '-d')).toMatchObject({ code: 0 })
  expect(await said('down', '-t', '0')).toMatchObject({ code: 0 })
  expect(face.bed.engine.listContainers()).toEqual([])
  expect(face.bed.engine.listNetworks()).toHaveLength(3)
}, 60_000)

test('dockerode', async () => {
  const client = new Dockerode({ socketPath: face.socketPath })
  const network = await client.createNetwork({ Name: 'rode', IPAM: { Config: [{ Subnet: '10.77.0.0/24' }] } })
  const container = await client.createContainer({
    Image: 'busybox',
    Cmd: ['sleep', '3600'],
    name: 'box',
    HostConfig: { NetworkMode: 'rode' },
    NetworkingConfig: { EndpointsConfig: { rode: { IPAMConfig: { IPv4Address: '10.77.0.9' } } } },
  })
  await container.start()
  const { NetworkSettings: settings, State: state } = await container.inspect()
  expect(settings.Networks.rode).toMatchObject({ IPAddress: '10.77.0.9', Gateway: '10.77.0.1', IPPrefixLen: 24 })
  expect(state.Running).toBe(true)
  expect((await client.listNetworks({ filters: { driver: ['bridge'] } })).map(({ Name }) => Name)).toContain('rode')
  await expect(network.remove()).rejects.toMatchObject({ statusCode: 409 })
  await container.remove({ force: true })
  await network.remove()
})
