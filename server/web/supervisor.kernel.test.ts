import { once } from 'node:events'
import { chmod, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { start } from '../kernel/run'
import { startWeb, type Web } from './supervisor'

const user = { name: 'nobody', uid: 65_534, gid: 65_534 }
const fixture = (name: string) => fileURLToPath(new URL(`./testing/${name}`, import.meta.url))
const running: Web[] = []
let lastPort = 39_100

afterEach(async () => {
  await Promise.all(running.splice(0).map((web) => web.stop()))
})

async function webDirWith(server: string): Promise<string> {
  const webDir = await mkdtemp(join(tmpdir(), 'patchbay-web-'))
  onTestFinished(() => rm(webDir, { recursive: true }))
  await chmod(webDir, 0o755)
  await writeFile(join(webDir, 'package.json'), '{"type":"module"}')
  await copyFile(server, join(webDir, 'server.js'))
  return webDir
}

async function setUp() {
  const logged: string[] = []
  const config = { host: '127.0.0.1', port: ++lastPort }
  const webDir = await webDirWith(fixture('status-server.mjs'))
  const log = (message: string) => void logged.push(message)
  const web = await startWeb({ config, socketPath: '/run/patchbay.sock', webDir, user, log })
  running.push(web)
  const ask = async (path = '/') => (await fetch(`http://127.0.0.1:${config.port}${path}`)).json()
  return { web, ask, logged, config }
}

async function stateOf(pid: number): Promise<string> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'State:\tgone')
  return /^State:\t(\w+)/m.exec(status)?.[1] ?? ''
}

test('the web runs without any privilege, and cannot get one back', async () => {
  const { ask, config } = await setUp()
  const { status, ...environment } = (await ask()) as { status: string }
  expect(status).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m)
  expect(status).toMatch(/^Gid:\t65534\t65534\t65534\t65534$/m)
  expect(status).toMatch(/^Groups:\t\s*$/m)
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
    expect(status).toMatch(new RegExp(`^${set}:\t0+$`, 'm'))
  }
  expect(status).toMatch(/^NoNewPrivs:\t1$/m)
  expect(environment).toMatchObject({
    HOSTNAME: '127.0.0.1',
    PORT: String(config.port),
    PATCHBAY_SOCKET: '/run/patchbay.sock',
  })
})

test('a web that ends is started again', async () => {
  const { web, ask, logged } = await setUp()
  const before = web.pid
  await ask('/end').catch(() => undefined)
  await vi.waitFor(async () => expect(await ask()).toMatchObject({ pid: web.pid }), { timeout: 5_000 })
  expect(web.pid).not.toBe(before)
  expect(logged).toEqual(['web: ended with exit code 7; starting it again in 500 ms'])
})

test('a web that does not want to end is gone within two seconds, and stays gone', async () => {
  const { web } = await setUp()
  const { pid = 0 } = web
  const before = Date.now()
  await web.stop()
  expect(Date.now() - before).toBeLessThan(2_000)
  await delay(500)
  expect(web.pid).toBeUndefined()
  expect(await stateOf(pid)).toMatch(/gone|Z/)
})

test('a web that cannot start says why in one sentence', async () => {
  const webDir = await webDirWith(fixture('status-server.mjs'))
  await writeFile(join(webDir, 'server.js'), `console.error('no such build'); process.exit(1)`)
  const config = { host: '127.0.0.1', port: ++lastPort }
  const starting = startWeb({ config, socketPath: '/run/patchbay.sock', webDir, user, log: () => undefined })
  await expect(starting).rejects.toThrow('the web ended at once: no such build')
})

test('the web dies with a daemon that is killed', async () => {
  const webDir = await webDirWith(fixture('status-server.mjs'))
  const args = ['--import', 'tsx', fixture('web-holder.ts'), webDir, String(++lastPort)]
  const daemon = start('node', args, { cwd: process.cwd(), stdio: ['ignore', 'pipe', 'inherit'] })
  if (!daemon.stdout) throw new Error('no output')
  const [line] = (await once(daemon.stdout, 'data')) as [Buffer]
  const pid = Number(line.toString())
  expect(await stateOf(pid)).toMatch(/[SR]/)
  daemon.kill('SIGKILL')
  await vi.waitFor(async () => expect(await stateOf(pid)).toMatch(/gone|Z/), { timeout: 1_000 })
})
