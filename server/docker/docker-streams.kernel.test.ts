import { spawn } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { findProgram } from '../setup/system-packages.mjs'
import { dockerCli } from './testing/cli'
import { setUpFace } from './testing/set-up-face'
import { inTerminal, type Session, type Step } from './testing/terminal'

const face = setUpFace()

/** Debian's, which is here in any case, and a newer one where there is one. */
const clients = [...new Set(['/usr/bin/docker', findProgram('docker') ?? '/usr/bin/docker'])]

const { docker, succeeds } = dockerCli(face)

function environment() {
  return { ...process.env, HOME: '/nonexistent', DOCKER_HOST: `unix://${face.socketPath}` }
}

/** Bytes in, bytes out, as no text would survive them. */
function piped(args: readonly string[], input: Buffer): Promise<{ code: number; output: Buffer }> {
  return new Promise((resolve, reject) => {
    const child = spawn('docker', args, { env: environment(), stdio: ['pipe', 'pipe', 'ignore'] })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? -1, output: Buffer.concat(chunks) }))
    child.stdin.end(input)
  })
}

/** A client watches the size of its terminal a moment after it shows the first output. */
const settled: readonly Step[] = [{ type: "sleep 0.3; echo sett''led\r" }, { see: 'settled' }]

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, index) => index))

describe.each(clients)('%s at a terminal', (client) => {
  const at = (args: readonly string[], steps: readonly Step[]): Promise<Session> =>
    inTerminal(face, [client, ...args], steps)

  test('a shell is talked to, sees the size of the terminal and its changes, and passes its exit code on', async () => {
    const { code, text } = await at(
      ['run', '--rm', '-it', 'busybox', 'sh'],
      [
        { see: '/ # ' },
        { type: 'echo $((6 * 7)) $TERM; tty\r' },
        { see: '42 xterm' },
        { see: '/dev/pts/0' },
        { type: 'stty size\r' },
        { see: '24 80' },
        ...settled,
        { resize: [50, 132] },
        { see: '/ # ' },
        { type: 'sleep 0.5; stty size\r' },
        { see: '50 132' },
        { type: 'exit 7\r' },
      ],
    )
    expect(text).toContain('echo $((6 * 7))')
    expect(code).toBe(7)
    expect(face.bed.engine.listContainers()).toEqual([])
  })

  test('a container is left by Ctrl-P Ctrl-Q, attached to again, and left by other keys', async () => {
    const left = await at(
      ['run', '-it', '--name', 'box', 'busybox', 'sh'],
      [{ see: '/ # ' }, { type: 'count=1\r' }, { see: '/ # ' }, { type: '\x10' }, { type: '\x11' }],
    )
    expect(left.code).toBe(0)
    const again = await at(
      ['attach', '--detach-keys', 'ctrl-x,y', 'box'],
      [{ type: 'echo is $count\r' }, { see: 'is 1' }, { see: '/ # ' }, { type: '\x18' }, { type: 'y' }],
    )
    expect(again.text).not.toContain('exit')
    expect(await succeeds('inspect', '--format', '{{.State.Running}}', 'box')).toBe('true')
    const last = await at(['attach', 'box'], [{ type: 'exit 3\r' }])
    expect(last.code).toBe(3)
    const restarted = await at(['start', '-ai', 'box'], [{ see: '/ # ' }, { type: 'echo again; exit 4\r' }])
    expect(restarted.text).toContain('again')
    expect(restarted.code).toBe(4)
    expect(await succeeds('logs', 'box')).toContain('again')
  })

  test('a command in a container has a terminal of its own', async () => {
    await succeeds('run', '-d', '--name', 'box', 'busybox', 'sleep', '3600')
    const { code } = await at(
      ['exec', '-it', '-e', 'COLOUR=red', '-w', '/etc', 'box', 'sh'],
      [
        { see: '/etc # ' },
        { type: 'stty size; echo $COLOUR $TERM; tty\r' },
        { see: '24 80' },
        { see: 'red xterm' },
        { see: '/dev/pts/' },
        ...settled,
        { resize: [30, 100] },
        { type: 'sleep 0.5; stty size\r' },
        { see: '30 100' },
        { type: 'exit 9\r' },
      ],
    )
    expect(code).toBe(9)
    const missing = await at(['exec', '-it', 'box', 'nosuch'], [])
    expect(missing.code).toBe(127)
    expect(missing.text).toContain('exec: "nosuch": executable file not found in $PATH: unknown')
  })
})

test('input reaches a container byte for byte, and its end with it', async () => {
  const large = Buffer.concat(Array.from({ length: 4_000 }, () => everyByte))
  const { code, output } = await piped(['run', '-i', '--rm', 'busybox', 'cat'], large)
  expect(code).toBe(0)
  expect(output.equals(large)).toBe(true)
  const exec = ['exec', '-i', 'box', 'sh', '-c', 'cat; exit 5']
  await succeeds('run', '-d', '--name', 'box', 'busybox', 'sleep', '3600')
  const executed = await piped(exec, large)
  expect(executed.code).toBe(5)
  expect(executed.output.equals(large)).toBe(true)
})

test('what a container says at once is not lost, a hundred times', async () => {
  const rounds = Array.from({ length: 100 }, (_, index) => String(index))
  const said: string[] = []
  const worker = async () => {
    for (let round = rounds.pop(); round !== undefined; round = rounds.pop()) {
      said.push(await succeeds('run', '--rm', '--network', 'none', 'busybox', 'echo', `word ${round}`))
    }
  }
  await Promise.all([worker(), worker(), worker()])
  expect(said.sort()).toEqual(Array.from({ length: 100 }, (_, index) => `word ${index}`).sort())
  expect(face.bed.engine.listContainers()).toEqual([])
}, 120_000)

test('output and errors stay apart, and all of a long output comes', async () => {
  const apart = await docker('run', '--rm', 'busybox', 'sh', '-c', 'printf out; printf err >&2; exit 6')
  expect(apart).toEqual({ code: 6, stdout: 'out', stderr: 'err' })
  const { output } = await piped(['run', '--rm', 'busybox', 'dd', 'if=/dev/zero', 'bs=1M', 'count=64'], Buffer.alloc(0))
  expect(output.length).toBe(64 * 1024 * 1024)
})

test('a signal that the client gets is passed on, unless it was told not to', async () => {
  const script = 'trap "echo term; exit 9" TERM; echo begun; while true; do sleep 0.05; done'
  const client = spawn('docker', ['run', '--name', 'box', 'busybox', 'sh', '-c', script], { env: environment() })
  let text = ''
  client.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    if (text === 'begun\n') client.kill('SIGTERM')
  })
  expect(await new Promise((resolve) => client.once('close', resolve))).toBe(9)
  expect(text).toBe('begun\nterm\n')
  await succeeds('start', 'box')
  const watching = spawn('docker', ['attach', '--no-stdin', '--sig-proxy=false', 'box'], { env: environment() })
  const ended = new Promise((resolve) => watching.once('close', resolve))
  await new Promise((resolve) => setTimeout(resolve, 500))
  watching.kill('SIGTERM')
  await new Promise((resolve) => setTimeout(resolve, 500))
  // A newer one goes on where it is told once only.
  watching.kill('SIGKILL')
  await ended
  expect(await succeeds('inspect', '--format', '{{.State.Running}}', 'box')).toBe('true')
})
