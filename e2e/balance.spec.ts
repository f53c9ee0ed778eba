import { expectAccessible } from './fixtures/accessible'
import { host, inside } from './fixtures/kernel'
import { expect, test } from './fixtures/test'

test('a cable is shaped where it is drawn, says so, and is let go again', async ({ panel, daemon }) => {
  const { page } = panel
  await daemon.call('network.create', { name: 'lab' })
  await daemon.call('container.create', { name: 'web', network: 'lab', command: ['sleep', '3600'], start: true })
  await panel.selectCable('web', 'lab')
  const inspector = page.getByRole('complementary')
  await inspector.getByRole('button', { name: 'Edit shaping' }).click()
  const form = page.getByRole('form', { name: 'Shaping' })
  await form.getByRole('button', { name: 'DSL' }).click()
  await expect(form.getByLabel('Rate, bit/s From it')).toHaveValue('1 Mbit')
  await expect(form.getByLabel('MTU')).toHaveValue('1492')
  await form.getByLabel('Rate, bit/s To the container').fill('very fast')
  await expect(form.getByText(/rate "very fast" cannot be held/)).toBeVisible()
  await form.getByLabel('Rate, bit/s To the container').fill('10 Mbit')
  await expect(form.getByText(/tbf rate 10000000bit/)).toBeVisible()
  await expectAccessible(page, { within: 'aside' })
  await form.getByRole('button', { name: 'Shape', exact: true }).click()
  await expect.poll(() => host('tc', 'qdisc', 'show')).toContain('rate 10Mbit')
  await expect(panel.cable('web', 'lab')).toContainText('1 Mbit/s')
  await panel.undo('Changed web on lab')
  await expect.poll(() => host('tc', 'qdisc', 'show')).not.toContain('tbf')
})

test('a service is made on a strip, shows who answers and how much each gets, and goes with a way back', async ({
  panel,
  daemon,
}) => {
  const { page } = panel
  await daemon.call('network.create', { name: 'shop', subnet: '10.80.0.0/24' })
  const command = ['sh', '-c', 'mkdir /w; hostname > /w/index.html; exec httpd -f -p 80 -h /w']
  for (const name of ['web1', 'web2']) {
    await daemon.call('container.create', { name, hostname: name, network: 'shop', command, start: true })
  }
  await panel.network('shop').click({ position: { x: 20, y: 12 } })
  const inspector = page.getByRole('complementary')
  await inspector.getByRole('tab', { name: 'Services' }).click()
  await inspector.getByRole('button', { name: 'New service' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('web')
  await expect(dialog.getByText(/a service needs members/)).toBeVisible()
  await dialog.getByLabel('web1', { exact: true }).check()
  await dialog.getByLabel('web2', { exact: true }).check()
  await dialog.getByLabel('IPv4 address').fill('10.80.0.100')
  await expect(dialog.getByText(/--to-destination 10.80.0.2:80/)).toBeVisible()
  await expectAccessible(page, { within: '[role=dialog]' })
  await dialog.getByRole('button', { name: 'Create', exact: true }).click()
  await expect(panel.network('shop')).toContainText('web 2/2')
  for (let at = 0; at < 4; at++) await inside(daemon, 'web1', 'wget', '-q', '-O', '-', 'http://10.80.0.100/')
  await expect(inspector.getByText('50 % · 2')).toHaveCount(2)
  await daemon.call('container.stop', { container: 'web2', timeoutMs: 0 })
  await expect(panel.network('shop')).toContainText('web 1/2')
  await expect(inspector.getByRole('list', { name: 'Members' })).toContainText('stopped')
  await inspector.getByRole('button', { name: 'Remove service web' }).click()
  await expect.poll(() => host('iptables-save')).not.toContain('10.80.0.100')
  await panel.undo('Removed service web')
  await expect.poll(() => host('iptables-save')).toContain('10.80.0.100')
})
