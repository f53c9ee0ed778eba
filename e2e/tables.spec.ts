import { host, pings } from './fixtures/kernel'
import { expect, test } from './fixtures/test'
import { median, seenAfter } from './fixtures/timing'

const sleeper = { command: ['sleep', '3600'], start: true }

test.beforeEach(async ({ panel, daemon }) => {
  await daemon.call('network.create', { name: 'backend' })
  await daemon.call('container.create', {
    ...{ name: 'web', network: 'backend', ...sleeper, ports: [{ containerPort: 80, hostPort: 8080 }] },
  })
  await daemon.call('container.create', { name: 'box1', network: 'backend', ...sleeper })
  await expect(panel.sandbox('box1')).toBeVisible()
})

test('a rule that somebody adds is in the table within 100 ms, and goes when it is deleted', { tag: '@alone' }, async ({
  panel,
  daemon,
}) => {
  const { page } = panel
  await page.goto(`${daemon.url}/iptables?q=9999`)
  const table = page.getByRole('table', { name: 'iptables' })
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.waitForTimeout(500)
  const rule = ['PATCHBAY-USER', '-p', 'tcp', '--dport', '9999', '-j', 'ACCEPT']
  const times: number[] = []
  for (let round = 0; round < 5; round++) {
    times.push(await seenAfter(page, { text: '--dport 9999' }, () => host('iptables', '-A', ...rule)))
    await expect(table).toContainText('9999')
    host('iptables', '-D', ...rule)
    await expect(table).not.toContainText('9999')
  }
  console.log(`rule to table: ${times.map((time) => time.toFixed(0)).join(', ')} ms`)
  expect(median(times)).toBeLessThan(100)
})

test('a rule of a published port is linked to its container, and its counter moves with the packets', async ({
  panel,
  daemon,
}) => {
  const { page } = panel
  await page.goto(`${daemon.url}/iptables?q=8080`)
  const row = page.getByRole('table', { name: 'iptables' }).getByRole('row').filter({ hasText: '8080' }).first()
  await expect(row).toContainText('web')
  await expect(row.getByRole('link', { name: /web/ }).first()).toHaveAttribute('href', /select=/)
})

test('the forwarding database shows whose MAC address is behind which port', { tag: '@alone' }, async ({
  panel,
  daemon,
}) => {
  const { page } = panel
  const [endpoint] = (
    await daemon.call<{ macAddress: string; hostIfname: string; containerId: string }[]>('endpoint.list')
  ).filter(({ hostIfname }) => hostIfname)
  if (!endpoint) throw new Error('no endpoint')
  await page.goto(`${daemon.url}/fdb`)
  const table = page.getByRole('table', { name: 'Forwarding database' }).first()
  await expect(table).toBeVisible()
  await pings(daemon, 'box1', 'web')
  await expect(page.getByRole('row').filter({ hasText: endpoint.macAddress }).first()).toContainText(/web|box1/)
  const mac = '02:42:00:00:99:99'
  const time = await seenAfter(page, { text: mac }, () => {
    host('bridge', 'fdb', 'add', mac, 'dev', endpoint.hostIfname, 'master', 'static')
  })
  expect(time).toBeLessThan(300)
  console.log(`fdb entry to table: ${time.toFixed(0)} ms`)
  host('bridge', 'fdb', 'del', mac, 'dev', endpoint.hostIfname, 'master')
  await expect(page.getByRole('row').filter({ hasText: mac })).toHaveCount(0)
})
