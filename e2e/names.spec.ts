import { inside } from './fixtures/kernel'
import { expect, test } from './fixtures/test'

const sleeper = { command: ['sleep', '3600'], start: true }

test('questions of containers appear with their answers, are filtered and held still, and do no harm', async ({
  panel,
  daemon,
}) => {
  const { page } = panel
  await daemon.call('network.create', { name: 'backend', internal: true })
  await daemon.call('container.create', { name: 'web', network: 'backend', aliases: ['shop'], ...sleeper })
  await daemon.call('container.create', { name: 'box1', network: 'backend', ...sleeper })
  await page.goto(`${daemon.url}/dns`)
  const table = page.getByRole('table', { name: 'DNS queries' })
  await expect(table).toBeVisible()
  const ask = (name: string) => inside(daemon, 'box1', 'nslookup', name, '127.0.0.11')
  await ask('shop')
  const row = table.getByRole('row').filter({ hasText: 'alias on backend' }).filter({ hasText: '172.' })
  await expect(row).toContainText('box1')
  await ask('example.com')
  const refused = table.getByRole('row').filter({ hasText: 'example.com' }).first()
  await expect(refused).toContainText('SERVFAIL')
  await expect(refused).toContainText('only internal networks')

  await ask('<b>x\u001b[2J\u202e')
  await expect(table.getByText('<b>x\\027[2J\\226\\128\\174', { exact: true }).first()).toBeVisible()

  await page.getByRole('button', { name: 'failed' }).click()
  await expect(table.getByRole('row').filter({ hasText: 'shop' })).toHaveCount(0)
  await expect(page).toHaveURL(/code=failed/)
  await page.getByRole('button', { name: 'failed' }).click()
  await page.getByRole('button', { name: 'Pause' }).click()
  await ask('later.example')
  await page.waitForTimeout(400)
  await expect(table).not.toContainText('later.example')
  await page.getByRole('button', { name: 'Resume' }).click()
  await expect(table).toContainText('later.example')
})

test('records of a network are written in a form, refused in sentences, taken up at once and taken back', async ({
  panel,
  daemon,
}) => {
  const { page } = panel
  await daemon.call('network.create', { name: 'backend' })
  await daemon.call('container.create', { name: 'box1', network: 'backend', ...sleeper })
  const answers = async () => (await inside(daemon, 'box1', 'nslookup', 'printer', '127.0.0.11')).output
  await panel.network('backend').getByText('backend').first().click()
  await page.getByRole('button', { name: 'Edit names' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Record', exact: true }).click()
  await dialog.getByLabel('Record name').fill('printer')
  await dialog.getByLabel('Record value').fill('10.0.0')
  await expect(dialog.getByRole('alert')).toContainText('it must be an IPv4 address')
  await dialog.getByLabel('Record value').fill('10.99.0.7')
  await expect(dialog.getByRole('alert')).toHaveCount(0)
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toHaveCount(0)
  expect(await answers()).toContain('10.99.0.7')
  await expect(page.getByRole('list', { name: 'Records' })).toContainText('printer A 10.99.0.7')

  await panel.sandbox('box1').click({ position: { x: 20, y: 30 } })
  await page.getByRole('tab', { name: 'Names' }).click()
  await expect(page.getByRole('tabpanel')).toContainText('printer')
  await expect(page.getByRole('tabpanel')).toContainText('10.99.0.7')
  await panel.undo('Changed')
  await expect(page.getByRole('tabpanel').getByText('record', { exact: true })).toHaveCount(0)
  expect(await answers()).not.toContain('10.99.0.7')
})
