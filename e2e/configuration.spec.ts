import type { Page } from '@playwright/test'
import { expectAccessible } from './fixtures/accessible'
import { host, pings } from './fixtures/kernel'
import { expect, test } from './fixtures/test'

test('a configuration is made, networks are made from it, and it goes when the last of them has gone', async ({
  panel,
  daemon,
}) => {
  const { page } = panel
  const dialog = page.getByRole('dialog')
  const before = host('ip', '-o', 'link')

  await test.step('a configuration has no jack and nothing in the kernel', async () => {
    await page.getByRole('button', { name: 'Network', exact: true }).click()
    await dialog.getByLabel('Name', { exact: true }).fill('lab')
    await choose(page, 'Configuration', 'nothing else: it is kept for other networks')
    await expect(dialog.getByLabel('Internal')).toHaveCount(0)
    await expect(dialog.getByRole('button', { name: 'Policy' })).toHaveCount(0)
    await dialog.getByText('Addresses and options').click()
    await dialog.getByLabel('Subnet', { exact: true }).fill('10.48.0.0/33')
    await expect(dialog.getByText(/10\.48\.0\.0\/33/)).toBeVisible()
    await dialog.getByLabel('Subnet', { exact: true }).fill('10.48.0.0/24')
    await dialog.getByLabel('Range of automatic addresses').fill('10.48.0.128/25')
    await dialog.getByLabel('mtu', { exact: true }).fill('1400')
    await dialog.getByRole('button', { name: 'Add label' }).click()
    await dialog.getByLabel('Name of the label').fill('tier')
    await dialog.getByLabel('Value of the label').fill('lab')
    await expect(dialog.getByText('Nothing runs for it: it is only kept.')).toBeVisible()
    await expectAccessible(page, { within: '[role=dialog]' })
    await dialog.getByRole('button', { name: 'Create configuration' }).click()
    await expect(panel.network('lab')).toContainText('no network is made from it yet')
    await expect(page.getByTestId('handle:network:lab')).toHaveCount(0)
    expect(host('ip', '-o', 'link')).toBe(before)
  })

  await test.step('a cable does not fit it, and is told why', async () => {
    await daemon.call('container.create', { name: 'web', network: 'bridge', command: ['sleep', '3600'], start: true })
    await panel.drag('handle:sandbox:web', panel.network('lab'))
    await expect(panel.network('lab')).toContainText('lab is only a configuration; make a network from it')
  })

  await test.step('a network from it shows what is given, by keyboard', async () => {
    await panel.network('lab').click({ position: { x: 20, y: 12 } })
    await expect(page.getByRole('complementary')).toContainText('Only a configuration')
    await expectAccessible(page, { within: 'aside' })
    await page.getByRole('button', { name: 'Network from it' }).press('Enter')
    await expect(dialog.getByRole('group', { name: 'As configuration lab gives it' })).toContainText('10.48.0.128/25')
    await expect(dialog.getByLabel('Subnet', { exact: true })).toHaveCount(0)
    await dialog.getByLabel('Name', { exact: true }).fill('one')
    await expect(dialog.getByText(/address add 10\.48\.0\.1\/24/)).toBeVisible()
    await expectAccessible(page, { within: '[role=dialog]' })
    await dialog.getByLabel('Name', { exact: true }).press('Enter')
    await expect(panel.network('one')).toContainText('from lab')
    await expect(panel.network('lab')).toContainText('1 network made from it: one')
    expect(host('ip', '-o', '-4', 'address')).toContain('10.48.0.1/24')
    expect(host('ip', '-o', 'link')).toMatch(/br-\w+: .* mtu 1400/)
    await panel.connect('web', 'one')
    await daemon.call('container.create', { name: 'peer', network: 'one', command: ['sleep', '3600'], start: true })
    expect(await pings(daemon, 'web', '10.48.0.129')).toBe(true)
  })

  await test.step('what it gave stays, and while it is used it does not go', async () => {
    await panel.network('one').click({ position: { x: 20, y: 12 } })
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    await expect(dialog.getByRole('group', { name: 'As configuration lab gives it' })).toContainText('tier=lab')
    await expect(dialog.getByRole('button', { name: 'Add subnet' })).toHaveCount(0)
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('complementary').getByRole('button', { name: 'lab' }).click()
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await expect(dialog.getByText(/configuration-only network lab is in use by one/)).toBeVisible()
    await expect(dialog.getByRole('button', { name: 'Remove', exact: true })).toBeDisabled()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
  })

  await test.step('it is changed for those to come', async () => {
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    await dialog.getByRole('button', { name: 'Add subnet' }).click()
    await dialog.getByLabel('Subnet', { exact: true }).last().fill('fd00:48::/64')
    await dialog.getByRole('button', { name: 'More' }).click()
    await expect(dialog.getByLabel('mtu', { exact: true })).toHaveValue('1400')
    await dialog.getByLabel('mtu', { exact: true }).fill('1300')
    await dialog.getByRole('button', { name: 'Remove subnet 10.48.0.0/24' }).click()
    await dialog.getByRole('button', { name: 'Add subnet' }).click()
    await dialog.getByLabel('Subnet', { exact: true }).last().fill('10.49.0.0/24')
    await expectAccessible(page, { within: '[role=dialog]' })
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    await expect(dialog).toHaveCount(0)
    await expect(page.getByRole('complementary')).toContainText('IPv4 and IPv6')
    expect(host('ip', '-o', '-4', 'address')).toContain('10.48.0.1/24')
    await daemon.call('network.create', { name: 'two', configFrom: 'lab' })
    expect(host('ip', '-o', 'address')).toContain('10.49.0.1/24')
    expect(host('ip', '-o', 'address')).toContain('fd00:48::1/64')
    await expect(panel.network('lab')).toContainText('2 networks made from it: one, two')
  })

  await test.step('it goes when nobody uses it', async () => {
    for (const name of ['web', 'peer']) await daemon.call('container.remove', { container: name, force: true })
    for (const name of ['one', 'two']) await daemon.call('network.remove', { network: name })
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click()
    await expect(panel.network('lab')).toHaveCount(0)
  })
})

test('the options of a configuration choose the driver, and lists tell it from networks', async ({ panel, daemon }) => {
  const { page } = panel
  const dialog = page.getByRole('dialog')
  host('ip', 'link', 'add', 'up0', 'type', 'veth', 'peer', 'name', 'up1')
  try {
    host('ip', 'link', 'set', 'up0', 'up')
    await daemon.call('network.create', {
      ...{ name: 'wire', configOnly: true, subnet: '10.47.0.0/24' },
      options: { parent: 'up0', macvlan_mode: 'bridge' },
    })
    await page.goto(`${daemon.url}/networks`)
    await expect(page.getByRole('row', { name: /wire/ })).toContainText('configuration')
    await page.getByRole('button', { name: 'Network', exact: true }).click()
    await choose(page, 'Configuration', 'from wire')
    await expect(dialog.getByLabel('Driver', { exact: true })).toContainText('macvlan')
    await choose(page, 'Driver', 'bridge')
    await expect(dialog.getByRole('group', { name: 'As configuration wire gives it' }).getByRole('alert')).toBeVisible()
    await choose(page, 'Driver', 'macvlan')
    await dialog.getByLabel('Name', { exact: true }).fill('cloud')
    await dialog.getByRole('button', { name: 'Create network' }).click()
    await expect(page.getByRole('row', { name: /cloud/ })).toContainText('from wire')
    await page.goto(`${daemon.url}/`)
    await page.getByRole('button', { name: 'Container', exact: true }).click()
    await dialog.getByLabel('Network').click()
    await expect(page.getByRole('option', { name: 'cloud' })).toBeVisible()
    await expect(page.getByRole('option', { name: 'wire' })).toHaveCount(0)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.context().addCookies([{ name: 'PATCHBAY_LOCALE', value: 'zh', url: page.url() }])
    await page.reload()
    await expect(panel.network('wire')).toContainText('1 个网络取自它：cloud')
    await panel.network('wire').click({ position: { x: 20, y: 12 } })
    await page.getByRole('button', { name: '删除', exact: true }).click()
    await expect(dialog.getByText('有 1 个网络取自它：')).toBeVisible()
    await expect(dialog.getByRole('alert')).toContainText('wire')
  } finally {
    for (const { name } of await daemon.call<{ name: string }[]>('network.list')) {
      if (name === 'cloud') await daemon.call('network.remove', { network: name })
    }
    host('ip', 'link', 'del', 'up0')
  }
})

async function choose(page: Page, field: string, option: string): Promise<void> {
  await page.getByRole('dialog').getByLabel(field, { exact: true }).click()
  await page.getByRole('option', { name: option, exact: true }).click()
}
