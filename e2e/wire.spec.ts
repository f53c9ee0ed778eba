import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { fromTold, type Told } from '../server/cnm/sentence'
import { expectAccessible } from './fixtures/accessible'
import { host, pings } from './fixtures/kernel'
import { expect, test } from './fixtures/test'

/** Networks on the wire of one of the host's links: macvlan, and what this kernel lacks. */

interface DriverView {
  readonly name: string
  readonly lack: Told | null
}

const pictures = process.env.PATCHBAY_SCREENSHOTS

test.beforeAll(() => {
  host('ip', 'link', 'add', 'uplink0', 'type', 'veth', 'peer', 'name', 'wire0')
  host('ip', 'address', 'add', '198.51.100.1/24', 'dev', 'uplink0')
  for (const name of ['uplink0', 'wire0']) host('ip', 'link', 'set', name, 'up')
})
test.afterAll(() => void host('ip', 'link', 'del', 'uplink0'))

/** In the list of the control that has the focus, by keyboard: the option found by its letters takes the focus a moment later. */
async function pick(page: Page, name: string): Promise<void> {
  await page.keyboard.press('Enter')
  const option = page.getByRole('option', { name })
  await expect(option).toBeVisible()
  await page.keyboard.type(name)
  await expect(option).toBeFocused()
  await page.keyboard.press('Enter')
}

test('a macvlan network is made in the form by keyboard, and stands on its parent in the panel', async ({
  panel,
  daemon,
}) => {
  const { page } = panel
  await page.getByRole('button', { name: 'Network', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('wire')
  await dialog.getByLabel('Driver').focus()
  await pick(page, 'macvlan')
  await expect(dialog.getByText('with MAC addresses of their own')).toBeVisible()
  // What stands on a link of the host's begins with the first that is up.
  const parent = dialog.getByLabel('parent', { exact: true })
  await expect(parent).toContainText(/uplink0|wire0/)
  await parent.focus()
  await pick(page, 'uplink0')
  await expect(parent).toContainText('uplink0')
  await dialog.getByLabel('macvlan_mode').focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('option')).toHaveText(['as usual', 'bridge', 'private', 'vepa', 'passthru'])
  await page.keyboard.press('Escape')
  await dialog.getByLabel('Subnet', { exact: true }).fill('198.51.100.0/24')
  await dialog.getByLabel('Gateway').fill('198.51.100.2')
  await dialog.getByLabel('host_shim').fill('10.1.1.1')
  await expect(dialog.getByText(/address 10\.1\.1\.1 of the host lies outside subnet/)).toBeVisible()
  await dialog.getByLabel('host_shim').fill('198.51.100.10')
  await expect(dialog.getByText(/type macvlan mode bridge/)).toBeVisible()
  await expectAccessible(page)
  await take(page, 'macvlan-form')
  await dialog.getByRole('button', { name: 'Create network' }).click()
  await expect(panel.network('wire')).toContainText('on uplink0')
  for (const name of ['m1', 'm2']) {
    await daemon.call('container.create', { name, network: 'wire', command: ['sleep', '3600'], start: true })
    await expect(panel.cable(name, 'wire')).toBeVisible()
  }
  expect(await pings(daemon, 'm1', 'm2')).toBe(true)
  expect(host('ip', 'route')).toContain('198.51.100.3 dev mh-')
  await panel.network('wire').click({ position: { x: 20, y: 12 } })
  await expect(page.getByRole('complementary').getByText('parent', { exact: true })).toBeVisible()
  await takeAll(page, 'macvlan-panel')
})

test('a driver that the kernel cannot carry is there with its reason, and cannot be chosen', async ({
  panel,
  daemon,
}) => {
  const { page } = panel
  const ipvlan = (await daemon.call<DriverView[]>('driver.list')).find(({ name }) => name === 'ipvlan')
  await page.getByRole('button', { name: 'Network', exact: true }).click()
  await page.getByRole('dialog').getByLabel('Driver').click()
  const option = page.getByRole('option', { name: 'ipvlan' })
  if (ipvlan?.lack === null) await expect(option).toBeEnabled()
  else await expect(option).toHaveAttribute('aria-disabled', 'true')
  await page.keyboard.press('Escape')
  const lack = ipvlan?.lack ?? ''
  await expect(page.getByText(`ipvlan is not to be had here: ${fromTold(lack)}`)).toHaveCount(lack === '' ? 0 : 1)
})

test('a parent by another name is typed, and a parent that goes away is told at its network', async ({
  panel,
  daemon,
}) => {
  const { page } = panel
  host('ip', 'link', 'add', 'up2', 'type', 'veth', 'peer', 'name', 'far2')
  await page.getByRole('button', { name: 'Network', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Driver').click()
  await page.getByRole('option', { name: 'macvlan' }).click()
  await dialog.getByLabel('parent', { exact: true }).click()
  await page.getByRole('option', { name: 'another, by its name' }).click()
  await dialog.getByLabel('Name of the link for parent').fill('nosuchif')
  await expect(dialog.getByText(/parent nosuchif does not exist on this host; there are/)).toBeVisible()
  await dialog.getByLabel('Name of the link for parent').fill('up2')
  await dialog.getByLabel('Name', { exact: true }).fill('second')
  await dialog.getByRole('button', { name: 'Create network' }).click()
  await expect(panel.network('second')).toContainText('on up2')
  await daemon.call('container.create', { name: 'm1', network: 'second', command: ['sleep', '3600'], start: true })
  host('ip', 'link', 'del', 'up2')
  await expect(panel.network('second')).toContainText('drift', { timeout: 20_000 })
  await panel.network('second').click({ position: { x: 20, y: 12 } })
  await expect(page.getByRole('complementary').getByText(/The link .*up2.* is gone from this host/)).toBeVisible()
  await takeAll(page, 'macvlan-drift')
})

async function take(page: Page, name: string): Promise<void> {
  if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`) })
}

/** Wide and narrow, light and dark. */
async function takeAll(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return
  const size = page.viewportSize() ?? { width: 1280, height: 720 }
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.waitForTimeout(1_000)
    await take(page, `${name}-${colorScheme}`)
  }
  await page.setViewportSize({ width: 420, height: 800 })
  await page.waitForTimeout(1_000)
  await take(page, `${name}-narrow`)
  await page.setViewportSize(size)
}
