import { execFileSync, spawnSync } from 'node:child_process'
import { host } from './fixtures/kernel'
import { expect, test } from './fixtures/test'
import { median, seenAfter } from './fixtures/timing'

const sleeper = { command: ['sleep', '3600'], start: true }

test.afterEach(() => {
  for (const name of ['br-else', 'veth-else']) {
    // The test may not have got that far.
    spawnSync('ip', ['link', 'del', name], { stdio: 'ignore' })
  }
})

test('a bridge that somebody makes with ip link is on the panel within 100 ms', { tag: '@alone' }, async ({
  panel,
}) => {
  const times: number[] = []
  for (let round = 0; round < 7; round++) {
    times.push(
      await seenAfter(panel.page, { selector: '[data-testid="network:br-else"]' }, () =>
        host('ip', 'link', 'add', 'br-else', 'type', 'bridge'),
      ),
    )
    host('ip', 'link', 'del', 'br-else')
    await expect(panel.network('br-else')).toHaveCount(0)
  }
  console.log(`kernel to panel: ${times.map((time) => time.toFixed(0)).join(', ')} ms`)
  expect(median(times)).toBeLessThan(100)
})

test('what another client changes through the API is on the panel without a reload', async ({ panel, daemon }) => {
  await daemon.call('network.create', { name: 'backend' })
  await daemon.call('container.create', { name: 'box1', network: 'backend', ...sleeper })
  await expect(panel.cable('box1', 'backend')).toBeVisible()
  await daemon.call('container.stop', { container: 'box1', timeoutMs: 0 })
  await expect(panel.sandbox('box1')).toContainText('exited')
  await daemon.call('container.remove', { container: 'box1' })
  await daemon.call('network.remove', { network: 'backend' })
  await expect(panel.network('backend')).toHaveCount(0)
  await expect(panel.sandbox('box1')).toHaveCount(0)
})

test("what Docker's command line changes is on the panel, and the other way round", async ({ panel, daemon }) => {
  const docker = (...args: string[]) => {
    const env = { ...process.env, DOCKER_HOST: `unix://${daemon.runDir}/docker.sock` }
    return execFileSync('docker', args, { encoding: 'utf8', env }).trim()
  }
  docker('network', 'create', 'shelf')
  await expect(panel.network('shelf')).toBeVisible()
  docker('run', '-d', '--name', 'jar', '--network', 'shelf', 'busybox', 'sleep', '3600')
  await expect(panel.sandbox('jar')).toContainText('running')
  await daemon.call('network.create', { name: 'drawer' })
  await daemon.call('network.connect', { network: 'drawer', container: 'jar' })
  expect(docker('network', 'inspect', 'drawer', '--format', '{{range .Containers}}{{.Name}}{{end}}')).toBe('jar')
  docker('network', 'disconnect', 'shelf', 'jar')
  await expect(panel.page.getByTestId('endpoint:jar:shelf')).toHaveCount(0)
  docker('rm', '-f', 'jar')
  await expect(panel.sandbox('jar')).toHaveCount(0)
})

test('a link that somebody sets down and a rule that somebody deletes are drift, and Repair mends both', async ({
  panel,
  daemon,
}) => {
  await daemon.call('network.create', { name: 'backend' })
  await daemon.call('container.create', { name: 'box1', network: 'backend', ...sleeper })
  await expect(panel.cable('box1', 'backend')).toBeVisible()
  const [endpoint] = await daemon.call<{ hostIfname: string }[]>('endpoint.list')
  const veth = endpoint?.hostIfname ?? ''
  host('ip', 'link', 'set', veth, 'down')
  host('iptables', '-t', 'nat', '-D', 'POSTROUTING', '1')
  await panel.page.getByRole('button', { name: /drift [1-9]/i }).click({ timeout: 15_000 })
  await panel.page.getByRole('button', { name: /^Repair (it|all)/ }).click()
  await expect.poll(() => host('ip', '-o', 'link', 'show', veth)).toContain(',UP')
  await expect.poll(() => daemon.call('host.reconcile', { dryRun: true })).toMatchObject({ result: { steps: 0 } })
})
