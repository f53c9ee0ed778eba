import { expectAccessible } from './fixtures/accessible'
import { host } from './fixtures/kernel'
import { expect, test } from './fixtures/test'

test('the map of a network says who holds which address, by pointer and by keyboard, and leads to the holder', async ({
  panel,
  daemon,
}) => {
  const { page } = panel
  await daemon.call('network.create', {
    ...{ name: 'lan', subnet: '10.60.0.0/24', ipRange: '10.60.0.64/26', auxAddresses: { nas: '10.60.0.9' } },
  })
  await daemon.call('network.create', { name: 'wide', ipv6: true, pools: [{ subnet: '10.61.0.0/16' }] })
  const run = (name: string, network: string, more: object = {}) =>
    daemon.call('container.create', { name, network, command: ['sleep', '3600'], start: true, ...more })
  await run('web', 'lan')
  await run('db', 'lan', { ipv4Address: '10.60.0.200' })
  await run('far', 'wide', { ipv4Address: '10.61.7.9' })
  await page.goto(`${daemon.url}/networks`)
  await page.getByRole('button', { name: 'Address map of lan' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('4 of 254 addresses held')
  await expect(dialog).toContainText('1 of 64 in range 10.60.0.64/26')
  await expect(dialog.getByRole('gridcell')).toHaveCount(256)
  await dialog.getByRole('gridcell', { name: '10.60.0.9 · auxiliary address nas' }).hover()
  await expect(dialog.getByText('10.60.0.9 · auxiliary address nas')).toBeVisible()
  await dialog.getByRole('gridcell', { name: '10.60.0.63 · free, only where it is asked for' }).focus()
  await page.keyboard.press('ArrowRight')
  await expect(dialog.getByText('10.60.0.64 · web')).toBeVisible()
  await expectAccessible(page, { within: '[role=dialog]' })
  await page.keyboard.press('Enter')
  await expect(page.getByText('10.60.0.64/24').first()).toBeVisible()
  await page.goto(`${daemon.url}/networks`)
  await page.getByRole('button', { name: 'Address map of wide' }).click()
  await dialog.getByRole('gridcell', { name: '10.61.7.0/24 · 1 of 256 held' }).click()
  await dialog.getByRole('gridcell', { name: '10.61.7.9 · far' }).hover()
  await expect(dialog.getByRole('button', { name: 'far', exact: true })).toBeVisible()
  await dialog.getByRole('button', { name: '10.61.0.0/16' }).click()
  await expect(dialog.getByRole('gridcell', { name: '10.61.0.0/24 · 1 of 256 held' })).toBeVisible()
  await page.goto(`${daemon.url}/`)
  await panel.network('lan').click({ position: { x: 30, y: 12 } })
  await page.getByRole('tab', { name: 'Map' }).click()
  await page.getByRole('gridcell', { name: '10.60.0.200 · db' }).click()
  await expect(page.getByText('10.60.0.200/24').first()).toBeVisible()
})

test('what lies in the way is told while one types, later on the panel; pools of one’s own come from the settings', async ({
  panel,
  daemon,
}) => {
  const { page } = panel
  host('ip', 'link', 'add', 'vpn0', 'type', 'veth', 'peer', 'name', 'vpn1')
  try {
    host('ip', 'link', 'set', 'vpn0', 'up')
    host('ip', 'route', 'add', '10.8.0.0/16', 'dev', 'vpn0')
    await page.getByRole('button', { name: 'Network', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Addresses and options').click()
    await dialog.getByLabel('Subnet', { exact: true }).fill('10.8.3.0/24')
    await expect(dialog.getByText(/overlaps 10.8.0.0\/16 of a route of this host over vpn0/)).toBeVisible()
    await page.keyboard.press('Escape')
    await daemon.call('network.create', { name: 'late', subnet: '10.9.3.0/24' })
    host('ip', 'route', 'add', '10.9.0.0/16', 'dev', 'vpn0')
    await expect(panel.network('late').getByText('overlaps')).toBeVisible({ timeout: 10_000 })
    await panel.network('late').click({ position: { x: 30, y: 12 } })
    await expect(page.getByText(/10.9.0.0\/16 is reached over vpn0 and overlaps subnet 10.9.3.0\/24/)).toBeVisible()
  } finally {
    host('ip', 'link', 'del', 'vpn0')
  }
  await page.goto(`${daemon.url}/settings`)
  await page.getByLabel('Range 1', { exact: true }).fill('10.70.0.0/16')
  await page.getByLabel('Size of a subnet 1').fill('15')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText(/pool 10.70.0.0\/16 cannot be cut into \/15/)).toBeVisible()
  await page.getByLabel('Size of a subnet 1').fill('24')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Set here')).toBeVisible()
  const { result } = await daemon.call<{ result: { pools: { subnet: string }[] } }>('network.create', { name: 'cut' })
  expect(result.pools[0]?.subnet).toBe('10.70.0.0/24')
  await page.getByRole('button', { name: 'Back to the usual ones' }).click()
  await expect(page.getByText(/Docker’s ranges/)).toBeVisible()
})
