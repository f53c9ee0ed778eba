import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Container, type ContainerOptions, defaultContainerOptions } from '../cnm/container'
import { type ContainerId, createId } from '../cnm/ids'
import type { Netns } from '../plan/object'
import type { Attachment, Runtime } from './contract'
import { createRuntime } from './runtime'
import { containerOf } from './testing/container'
import { countRelays } from './testing/processes'

const netns: Netns = '/run/netns-of-test'

let dirs: { dataDir: string; runDir: string }
let runtime: Runtime
const made: ContainerId[] = []

beforeAll(async () => {
  await writeFile(netns, '')
  execFileSync('unshare', [`--net=${netns}`, 'true'])
  const base = mkdtempSync(join(tmpdir(), 'patchbay-streams-'))
  dirs = { dataDir: join(base, 'data'), runDir: join(base, 'run') }
  runtime = await createRuntime(dirs)
  await runtime.ensureBusybox()
})

afterEach(async () => {
  await Promise.all(made.splice(0).map((id) => runtime.remove(id)))
  await expect.poll(() => countRelays(), { timeout: 5_000 }).toBe(0)
})

afterAll(async () => {
  await runtime.close()
  rmSync(join(dirs.dataDir, '..'), { recursive: true, force: true })
  execFileSync('umount', [netns])
})

async function recordOf(id: ContainerId, options: Partial<ContainerOptions>, command: string[]): Promise<Container> {
  const image = await runtime.findImage('busybox')
  made.push(id)
  return containerOf({
    ...{ id, command, imageId: image.id },
    options: { ...defaultContainerOptions, openStdin: true, ...options },
  })
}

async function start(container: Container): Promise<void> {
  await runtime.create(container, netns, { hosts: '', resolvConf: '', hostname: 'box\n' })
  await runtime.start(container.id)
}

/** What has come so far. */
function collect({ output }: Attachment): { text: () => string; ended: Promise<void> } {
  let text = ''
  const read = async () => {
    for await (const { bytes } of output) text += bytes
  }
  return { text: () => text, ended: read() }
}

/** Runs testing/attached-daemon.ts, and kills it once its client has seen the program begin. */
async function killAttachedDaemon(id: ContainerId, kind: 'terminal' | 'pipe' | 'execs'): Promise<void> {
  const script = fileURLToPath(new URL('./testing/attached-daemon.ts', import.meta.url))
  const args = ['--import', 'tsx', script, dirs.dataDir, dirs.runDir, netns, id, kind]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.on('exit', resolve))
  let text = ''
  for await (const chunk of child.stdout) {
    text += String(chunk)
    if ((kind === 'terminal' ? /\nbegun\r\n/ : /begun\n/).test(text)) break
  }
  child.kill('SIGKILL')
  await ended
}

/** Which of the commands of testing/attached-daemon.ts run. */
async function sleeping(id: ContainerId): Promise<string[]> {
  const found = JSON.stringify(await runtime.listProcesses(id, ['-ef'])).matchAll(/sleep (61\d)/g)
  return [...new Set([...found].map(([, seconds = '']) => seconds))].sort()
}

/** The first daemon is gone without a word; a later one begins. */
async function reopen(whileAway: () => Promise<void>): Promise<void> {
  await runtime.close()
  await whileAway()
  runtime = await createRuntime(dirs)
}

test('a terminal outlives a daemon that is killed, and a later one attaches to it', async () => {
  const id = createId<ContainerId>()
  const container = await recordOf(id, { tty: true, stdinOnce: true }, ['sh'])
  await reopen(() => killAttachedDaemon(id, 'terminal'))
  expect(await runtime.findPid(id)).toBeGreaterThan(1)
  const attachment = await runtime.attach(container, { input: true })
  const { text, ended } = collect(attachment)
  await attachment.write(Buffer.from('echo is $kept\r'))
  await expect.poll(text, { timeout: 5_000 }).toContain('is 1\r\n')
  await runtime.resize(id, { rows: 41, columns: 99 })
  await runtime.resize(id, { rows: 42, columns: 100 })
  await new Promise((resolve) => setTimeout(resolve, 300))
  await attachment.write(Buffer.from('stty size\r'))
  await expect.poll(text, { timeout: 5_000 }).toContain('42 100\r\n')
  await attachment.write(Buffer.from('exit 5\r'))
  await ended
  await expect.poll(() => runtime.findExit(id), { timeout: 5_000 }).toMatchObject({ exitCode: 5 })
})

test('a later daemon ends the terminals of one that was killed, and what that waited for; other commands go on', async () => {
  const id = createId<ContainerId>()
  await recordOf(id, {}, [])
  await reopen(async () => {
    await killAttachedDaemon(id, 'execs')
    await expect.poll(() => sleeping(id)).toEqual(['611', '612', '613', '614', '615'])
  })
  expect(await sleeping(id)).toEqual(['613', '614'])
  expect(readdirSync(join(dirs.runDir, 'exec'))).toEqual([])
})

test('input that is for one client does not end with a daemon that is killed', async () => {
  const id = createId<ContainerId>()
  const container = await recordOf(id, { stdinOnce: true }, [])
  await reopen(() => killAttachedDaemon(id, 'pipe'))
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(await runtime.findPid(id)).toBeGreaterThan(1)
  const attachment = await runtime.attach(container, { input: true })
  const { text, ended } = collect(attachment)
  await attachment.write(Buffer.from('later\n'))
  await expect.poll(text, { timeout: 5_000 }).toBe('later\n')
  attachment.endInput()
  await ended
  expect(text()).toBe('later\nover\n')
  const said: string[] = []
  for await (const { bytes } of await runtime.logs(id, {})) said.push(bytes.toString())
  expect(said).toEqual(['kept=1; echo begun', 'later', 'over'])
})

test('clients that wait for a start that fails are let go, and may wait for the next', async () => {
  const container = await recordOf(createId<ContainerId>(), { stdinOnce: true }, ['nosuch'])
  await runtime.prepare(container)
  const waiting = collect(await runtime.attach(container, { input: true }))
  await expect(start(container)).rejects.toThrow('nosuch')
  await waiting.ended
  const next = collect(await runtime.attach(container, { input: false }))
  await start({ ...container, command: ['echo', 'begun'] })
  await next.ended
  expect(next.text()).toBe('begun\n')
})

test('bytes that a program does not read keep nobody from reading what it writes', async () => {
  const container = await recordOf(createId<ContainerId>(), {}, [
    'sh',
    '-c',
    'sleep 0.3; dd if=/dev/zero bs=1M count=8',
  ])
  await runtime.prepare(container)
  const attachment = await runtime.attach(container, { input: true })
  let bytes = 0
  const reading = (async () => {
    for await (const chunk of attachment.output) if (chunk.stream === 'stdout') bytes += chunk.bytes.length
  })()
  await start(container)
  void attachment.write(Buffer.alloc(8 * 1024 * 1024)).catch(() => undefined)
  await reading
  expect(bytes).toBe(8 * 1024 * 1024)
})

test('a command hears the end of its input, and what it leaves in the background keeps nobody', async () => {
  const container = await recordOf(createId<ContainerId>(), {}, ['sleep', '1000'])
  await runtime.prepare(container)
  await start(container)
  const exec = await runtime.startExec(container.id, {
    command: ['sh', '-c', 'sleep 500 & cat; echo err >&2; exit 4'],
    ...{ input: true, attached: true },
  })
  const { text, ended } = collect(exec.attachment)
  await exec.attachment.write(Buffer.from('word\n'))
  exec.attachment.endInput()
  await ended
  expect(text()).toBe('word\nerr\n')
  expect(await exec.exitCode).toBe(4)
  await expect.poll(() => readdirSync(join(dirs.runDir, 'exec'))).toEqual([])
  await exec.resize({ rows: 1, columns: 1 })
  await expect(
    runtime.startExec(container.id, { command: ['nosuch'], input: true, attached: true }),
  ).rejects.toMatchObject({
    message:
      'OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuch": executable file not found in $PATH: unknown',
    data: { exitCode: 127 },
  })
  expect(readdirSync(join(dirs.runDir, 'exec'))).toEqual([])
})

test('who hangs up a terminal ends its shell, what that runs, and what pays no heed; a size that changes is told', async () => {
  const container = await recordOf(createId<ContainerId>(), {}, ['sleep', '1000'])
  await runtime.prepare(container)
  await start(container)
  const terminal = { terminal: true, input: true, attached: true, size: { rows: 24, columns: 80 } }
  const shell = await runtime.startExec(container.id, { command: ['sh'], ...terminal })
  const stubborn = await runtime.startExec(container.id, {
    command: ['sh', '-c', 'trap "" HUP; echo ready; while :; do sleep 501; done'],
    ...terminal,
  })
  const { text, ended } = collect(shell.attachment)
  const other = collect(stubborn.attachment)
  await shell.resize({ rows: 30, columns: 111 })
  await shell.attachment.write(Buffer.from('stty size; sleep 502\n'))
  await expect.poll(text).toContain('30 111')
  await expect.poll(other.text).toContain('ready')
  const sleeping = async () => JSON.stringify(await runtime.listProcesses(container.id, ['-ef'])).match(/sleep 50[12]/g)
  await expect.poll(sleeping).toEqual(expect.arrayContaining(['sleep 501', 'sleep 502']))
  for (const exec of [shell, stubborn]) exec.hangUp()
  await Promise.all([ended, other.ended])
  expect(await shell.exitCode).toBeGreaterThan(128)
  expect(await stubborn.exitCode).toBe(137)
  await expect.poll(sleeping).toBeNull()
  shell.hangUp()
})
