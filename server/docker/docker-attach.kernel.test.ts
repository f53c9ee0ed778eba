import { readdirSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import Dockerode from 'dockerode'
import { beforeAll, expect, test } from 'vitest'
import { countOwn, countRelays } from '../runtime/testing/processes'
import { setUpFace } from './testing/set-up-face'

const face = setUpFace(async () => {
  await expect.poll(leftovers, { timeout: 5_000 }).toEqual({ relays: 0, monitors: 0 })
})
let client: Dockerode

beforeAll(() => {
  client = new Dockerode({ socketPath: face.socketPath })
})

/** Processes that carry streams, which a client may leave. */
const leftovers = () => ({ relays: countRelays(), monitors: countOwn('conmon') })

async function create(options: Partial<Dockerode.ContainerCreateOptions>): Promise<Dockerode.Container> {
  return client.createContainer({ Image: 'busybox', name: 'box', ...options })
}

/** A connection on which one writes and reads bytes. */
interface Wire {
  readonly socket: Socket
  /** All that has come so far, a byte a letter. */
  text(): string
  sees(wanted: string): Promise<void>
  ended: Promise<void>
}

function dial(head: string, ...headers: string[]): Wire {
  const socket = connect({ path: face.socketPath, allowHalfOpen: true })
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
  })
  socket.on('error', () => undefined)
  socket.write(`${[`${head} HTTP/1.1`, 'Host: docker', ...headers].join('\r\n')}\r\n\r\n`)
  return {
    socket,
    text: () => text,
    sees: (wanted) => expect.poll(() => text, { timeout: 8_000 }).toContain(wanted),
    ended: new Promise((resolve) => socket.once('end', resolve)),
  }
}

const upgrade = ['Connection: Upgrade', 'Upgrade: tcp'] as const
const frame = (name: 1 | 2, text: string) =>
  `${String.fromCharCode(name)}\0\0\0${String.fromCharCode(0, 0, 0, text.length)}${text}`
const everyByte = Buffer.from(Array.from({ length: 256 }, (_, index) => index))

test('a connection is upgraded before the start, and what the program writes comes in frames', async () => {
  const box = await create({ Cmd: ['sh', '-c', 'echo out; sleep 0.2; echo err >&2'] })
  const path = `POST /v1.50/containers/${box.id}/attach?stream=1&stdout=1&stderr=1`
  const wires = [dial(path, ...upgrade), dial(path), dial(path.replace('1.50', '1.41'), ...upgrade)]
  const [modern, plain, old] = wires as [Wire, Wire, Wire]
  await modern.sees('HTTP/1.1 101 UPGRADED')
  await plain.sees('HTTP/1.1 200 OK')
  await old.sees('101 UPGRADED')
  expect(modern.text()).toContain('Content-Type: application/vnd.docker.multiplexed-stream\r\n')
  expect(modern.text()).toContain('Connection: Upgrade\r\nUpgrade: tcp\r\n')
  expect(plain.text()).toContain('Content-Type: application/vnd.docker.raw-stream\r\n')
  expect(old.text()).toContain('Content-Type: application/vnd.docker.raw-stream\r\n')
  await box.start()
  for (const wire of wires) {
    await wire.ended
    expect(wire.text()).toContain(`\r\n\r\n${frame(1, 'out\n')}${frame(2, 'err\n')}`)
    wire.socket.end()
  }
})

test('a client that asks for no upgrade writes all the same, byte for byte, behind what its body was', async () => {
  await create({ Cmd: ['cat'], OpenStdin: true, StdinOnce: true })
  const body = '{"stream":true}'
  const wire = dial(
    'POST /containers/box/attach?stream=1&stdin=1&stdout=1',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  )
  wire.socket.write(body)
  await wire.sees('200 OK')
  await client.getContainer('box').start()
  wire.socket.write(everyByte)
  wire.socket.end()
  await wire.ended
  expect(wire.text().split('\r\n\r\n').slice(1).join('\r\n\r\n')).toBe(
    `${frame(1, 'x').slice(0, 4)}\0\0\x01\0${everyByte.toString('latin1')}`,
  )
  expect(await client.getContainer('box').wait()).toEqual({ StatusCode: 0 })
})

test('dockerode attaches with input before the start, with and without its hijacking', async () => {
  for (const hijack of [true, false]) {
    const box = await create({ Cmd: ['sh', '-c', 'read a; echo got $a'], OpenStdin: true, StdinOnce: true })
    const stream = await box.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack })
    let text = ''
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
    })
    await box.start()
    stream.write('word\n')
    await expect.poll(() => text, { timeout: 8_000 }).toBe(frame(1, 'got word\n'))
    stream.end()
    await box.remove({ force: true })
  }
})

test('a terminal comes raw; who comes later sees what comes later, or the log first', async () => {
  const box = await create({ Cmd: ['sh'], Tty: true, OpenStdin: true })
  const attach = (query: string) => dial(`POST /v1.50/containers/box/attach?stream=1&stdout=1&${query}`, ...upgrade)
  const first = attach('stdin=1')
  await first.sees('raw-stream')
  await box.start()
  first.socket.write('echo o$(echo n)e\r')
  await first.sees('one\r\n')
  const second = attach('stdin=1')
  const third = attach('logs=1')
  await third.sees('one\r\n')
  await second.sees('101')
  second.socket.write('echo t$(echo w)o\r')
  for (const wire of [first, second, third]) await wire.sees('two\r\n')
  expect(second.text()).not.toContain('one')
  // The first to leave takes nothing with it: the input is open for all.
  first.socket.destroy()
  second.socket.write('\x10')
  second.socket.write('\x11')
  await second.ended
  expect((await box.inspect()).State.Running).toBe(true)
  third.socket.destroy()
  second.socket.destroy()
})

test('input that is for one client ends with it, also when it vanishes', async () => {
  const box = await create({ Cmd: ['sh', '-c', 'cat; echo over'], OpenStdin: true, StdinOnce: true })
  const reader = dial('POST /containers/box/attach?stream=1&stdout=1', ...upgrade)
  await reader.sees('101')
  const writer = dial('POST /containers/box/attach?stream=1&stdin=1', ...upgrade)
  await writer.sees('101')
  await box.start()
  const passing = dial('POST /containers/box/attach?stream=1&stdout=1', ...upgrade)
  await passing.sees('101')
  passing.socket.destroy()
  writer.socket.write('word\n')
  await reader.sees('word')
  writer.socket.destroy()
  await reader.ended
  expect(reader.text()).toContain('over')
  reader.socket.destroy()
})

test('a client that does not read holds the program back, and nobody when that is killed', async () => {
  const box = await create({ Cmd: ['sh', '-c', 'dd if=/dev/zero bs=1M count=64; echo done > /done; sleep 3600'] })
  const wire = dial('POST /containers/box/attach?stream=1&stdout=1', ...upgrade)
  await wire.sees('101')
  wire.socket.pause()
  await box.start()
  const done = () => face.bed.tries('box', 'test', '-e', '/done')
  await new Promise((resolve) => setTimeout(resolve, 700))
  expect(await done()).toBe(1)
  wire.socket.resume()
  await expect.poll(done, { timeout: 8_000 }).toBe(0)
  await box.remove({ force: true })
  const stuck = await create({ name: 'stuck', Cmd: ['dd', 'if=/dev/zero', 'bs=1M'] })
  const deaf = dial('POST /containers/stuck/attach?stream=1&stdout=1', ...upgrade)
  await deaf.sees('101')
  deaf.socket.pause()
  await stuck.start()
  await new Promise((resolve) => setTimeout(resolve, 300))
  await stuck.stop({ t: 0 })
  expect((await stuck.inspect()).State).toMatchObject({ Running: false, ExitCode: 137 })
  deaf.socket.destroy()
  wire.socket.destroy()
})

test('an exec is told field by field, and goes on when its client vanishes', async () => {
  const box = await create({ Cmd: ['sleep', '3600'], HostConfig: { NetworkMode: 'none' } })
  await box.start()
  const exec = await box.exec({
    Cmd: ['sh', '-c', 'echo begun; read word; sleep 0.3; echo $word > /left; exit 3'],
    ...{ AttachStdin: true, AttachStdout: true, Tty: true, User: 'root', DetachKeys: 'ctrl-a' },
  })
  const told = async () => (await face.ask('GET', `/exec/${exec.id}/json`)).answer
  expect(JSON.parse(await told())).toEqual({
    ID: exec.id,
    Running: false,
    ExitCode: null,
    ProcessConfig: {
      ...{ tty: true, entrypoint: 'sh', privileged: false, user: 'root' },
      arguments: ['-c', 'echo begun; read word; sleep 0.3; echo $word > /left; exit 3'],
    },
    ...{ OpenStdin: true, OpenStderr: false, OpenStdout: true, CanRemove: false },
    ...{ ContainerID: box.id, DetachKeys: 'AQ==', Pid: 0 },
  })
  const body = '{"Detach":false,"Tty":true,"ConsoleSize":[33,77]}'
  const wire = dial(`POST /exec/${exec.id}/start`, ...upgrade, `Content-Length: ${body.length}`)
  wire.socket.write(`${body}word\r`)
  await wire.sees('begun\r\n')
  const running = JSON.parse(await told()) as { Running: boolean; Pid: number }
  expect(running.Running).toBe(true)
  expect(readFileSync(`/proc/${running.Pid}/cmdline`, 'utf8')).toContain('echo begun')
  expect(((await box.inspect()) as { ExecIDs?: unknown }).ExecIDs).toEqual([exec.id])
  wire.socket.destroy()
  await expect
    .poll(async () => JSON.parse(await told()), { timeout: 5_000 })
    .toMatchObject({ Running: false, ExitCode: 3 })
  expect(await face.bed.tries('box', 'grep', '-q', 'word', '/left')).toBe(0)
  expect(((await box.inspect()) as { ExecIDs?: unknown }).ExecIDs).toBeNull()
  expect((await face.ask('POST', `/exec/${exec.id}/start`, '{}')).status).toBe(409)
  expect((await face.ask('POST', `/exec/${exec.id}/resize?h=1&w=1`)).status).toBe(409)
  expect((await face.ask('POST', '/containers/box/resize?h=10')).status).toBe(400)
  expect((await face.ask('POST', '/containers/box/resize?h=10&w=20')).status).toBe(200)
  expect((await face.ask('GET', '/exec/nosuch/json')).status).toBe(404)
})

test('a command begins with the size that its client has, and may run alone', async () => {
  const box = await create({ Cmd: ['sleep', '3600'], HostConfig: { NetworkMode: 'none' } })
  await box.start()
  const exec = await box.exec({ Cmd: ['stty', 'size'], AttachStdout: true, Tty: true })
  const stream = await exec.start({ Tty: true, ConsoleSize: [33, 77], hijack: true } as Dockerode.ExecStartOptions)
  let text = ''
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  await expect.poll(() => text, { timeout: 5_000 }).toBe('33 77\r\n')
  const alone = await box.exec({ Cmd: ['sh', '-c', 'yes | head -c 1000000; echo kept > /kept'] })
  await alone.start({ Detach: true })
  await expect.poll(() => face.bed.tries('box', 'test', '-s', '/kept'), { timeout: 5_000 }).toBe(0)
  const missing = await box.exec({ Cmd: ['nosuch'] })
  await expect(missing.start({ Detach: true })).rejects.toMatchObject({ statusCode: 400 })
  expect((await missing.inspect()).ExitCode).toBe(127)
})

test('a container begins with the size that its client has, and says so', async () => {
  const HostConfig = { NetworkMode: 'none', ConsoleSize: [31, 71] } as Dockerode.HostConfig
  const box = await create({ Cmd: ['stty', 'size'], Tty: true, AttachStdout: true, HostConfig })
  const wire = dial('POST /containers/box/attach?stream=1&stdout=1', ...upgrade)
  await wire.sees('101')
  await box.start()
  await wire.ended
  expect(wire.text()).toContain('\r\n\r\n31 71\r\n')
  const { HostConfig: host, Config: config } = await box.inspect()
  expect(host.ConsoleSize).toEqual([31, 71])
  expect(config).toMatchObject({ Tty: true, AttachStdin: false, AttachStdout: true, AttachStderr: false })
  wire.socket.end()
})

test('clients that come and vanish leave nothing, fifty times', async () => {
  const box = await create({ Cmd: ['sh'], Tty: true, OpenStdin: true, HostConfig: { NetworkMode: 'none' } })
  await box.start()
  const files = readdirSync('/proc/self/fd').length
  for (let round = 0; round < 50; round++) {
    const wire = dial('POST /containers/box/attach?stream=1&stdin=1&stdout=1', ...upgrade)
    if (round % 2 === 0) await wire.sees('101')
    wire.socket.destroy()
  }
  await expect.poll(() => readdirSync('/proc/self/fd').length, { timeout: 5_000 }).toBeLessThanOrEqual(files + 6)
})

test('a wait ends by its condition, and signals come through', async () => {
  const box = await create({ Cmd: ['sh', '-c', 'trap "exit 9" USR1; while true; do sleep 0.05; done'] })
  const waiting = (condition: string) => face.ask('POST', `/containers/${box.id}/wait?condition=${condition}`)
  expect(JSON.parse((await waiting('not-running')).answer)).toEqual({ StatusCode: 0 })
  const [next, removed] = [waiting('next-exit'), waiting('removed')]
  await box.start()
  const running = waiting('not-running')
  await new Promise((resolve) => setTimeout(resolve, 300))
  await box.kill({ signal: 'SIGUSR1' })
  expect(JSON.parse((await next).answer)).toEqual({ StatusCode: 9 })
  expect(JSON.parse((await running).answer)).toEqual({ StatusCode: 9 })
  await box.remove()
  expect(JSON.parse((await removed).answer)).toEqual({ StatusCode: 9 })
  expect((await waiting('soon')).status).toBe(404)
})
