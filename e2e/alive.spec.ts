import { spawn } from 'node:child_process'
import { Daemon } from './fixtures/daemon'
import { inside, kernelTraces, pings } from './fixtures/kernel'
import { test as base, expect } from './fixtures/test'
import { PatchPanel } from './pages/patch-panel'

/**
 * These tests kill their daemon, so that each has one of its own. A host has one Patchbay: `alone` makes this file's
 * worker another one than that of the files before, whose daemon ends with it.
 */
const test = base.extend<{ own: Daemon }, { alone: boolean }>({
  alone: [true, { scope: 'worker' }],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that a function needs from this pattern
  own: async ({}, use) => {
    const daemon = new Daemon(3200)
    await daemon.start()
    await use(daemon)
    await daemon.stop()
    daemon.teardown()
  },
})

const sleeper = { command: ['sleep', '3600'], start: true }

test('after kill -9 containers keep talking, and the next start picks everything up', async ({ own, page }) => {
  await own.call('network.create', { name: 'backend' })
  await own.call('container.create', { name: 'box1', network: 'backend', ...sleeper })
  await own.call('container.create', {
    ...{ name: 'box2', network: 'backend', command: ['sh', '-c', 'sleep 4; exit 7'], start: true },
  })
  const panel = new PatchPanel(page, own)
  await panel.open()
  const { pid } = await own.call<{ pid: number }>('container.inspect', { container: 'box1' })

  await own.kill()
  await expect(page.getByText(/lost/i).first()).toBeVisible({ timeout: 15_000 })
  const entered = ['--target', String(pid), '--net', '--', 'ping', '-c', '10', '-i', '0.2', '-q', '172.18.0.1']
  const loss = await outputOf('nsenter', entered)
  expect(loss).toContain(' 0% packet loss')
  await new Promise((resolve) => setTimeout(resolve, 3_000))

  await own.start()
  expect(await own.call('container.inspect', { container: 'box1' })).toMatchObject({ status: 'running', pid })
  expect(await own.call('container.inspect', { container: 'box2' })).toMatchObject({ status: 'exited', exitCode: 7 })
  await own.call('container.start', { container: 'box2' })
  expect(await pings(own, 'box1', 'box2')).toBe(true)
  await expect(panel.sandbox('box2')).toContainText('running', { timeout: 20_000 })
  expect(await own.call('host.reconcile', { dryRun: true })).toMatchObject({ result: { steps: 0 } })
})

test('a daemon killed in the midst of many changes leaves nothing half done', async ({ own }) => {
  for (let round = 0; round < 4; round++) {
    const changes = Array.from({ length: 12 }, async (_, index) => {
      const name = `net${round}-${index}`
      await own.call('network.create', { name })
      await own.call('container.create', { name: `box${round}-${index}`, network: name, ...sleeper })
      if (index % 2 === 0) await own.call('container.remove', { container: `box${round}-${index}`, force: true })
    }).map((change) => change.catch(() => undefined))
    await new Promise((resolve) => setTimeout(resolve, 150 + round * 300))
    await own.kill()
    await Promise.all(changes)
    await own.start()
    expect(await own.call('host.reconcile', { dryRun: true }), `round ${round}`).toMatchObject({ result: { steps: 0 } })
    const operations = await own.call<{ status: string }[]>('audit.list', { limit: 200 })
    expect(operations.filter(({ status }) => status === 'running')).toEqual([])
    for (const { name, status } of await own.call<{ name: string; status: string }[]>('container.list')) {
      if (status === 'running') expect((await inside(own, name, 'true')).code).toBe(0)
    }
  }
})

test('Ctrl-C ends daemon and web within 5 s, containers stay, the second start is ready within 5 s, and teardown leaves no trace', {
  tag: '@alone',
}, async () => {
  const before = kernelTraces()
  const daemon = new Daemon(3210)
  await daemon.start()
  await daemon.call('network.create', { name: 'backend' })
  await daemon.call('container.create', {
    name: 'box1',
    network: 'backend',
    ...sleeper,
    ports: [{ containerPort: 80, hostPort: 8088 }],
  })
  const { pid } = await daemon.call<{ pid: number }>('container.inspect', { container: 'box1' })
  expect(await daemon.stop()).toBeLessThan(5_000)
  await expect(fetch(daemon.url)).rejects.toThrow()
  expect(process.kill(pid, 0)).toBe(true)

  await daemon.start()
  expect(daemon.readyMs).toBeLessThan(5_000)
  expect(await daemon.call('container.inspect', { container: 'box1' })).toMatchObject({ status: 'running', pid })
  await daemon.stop()
  daemon.teardown()
  expect(() => process.kill(pid, 0)).toThrow()
  expect(kernelTraces()).toEqual(before)
})

function outputOf(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    let output = ''
    const child = spawn(program, args)
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
    child.on('close', () => resolve(output))
  })
}
