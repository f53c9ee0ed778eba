import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { inside } from './fixtures/kernel'
import { expect, test } from './fixtures/test'

/** The README's pictures: `PATCHBAY_SCREENSHOTS=e2e/screenshots npm test -- --only browser` renews them. */
const directory = process.env.PATCHBAY_SCREENSHOTS ?? 'test-results/screenshots'

test('the pictures of the README are what the pages look like', async ({ panel, daemon }) => {
  const { page } = panel
  await daemon.call('network.create', { name: 'backend' })
  await daemon.call('network.create', { name: 'frontend' })
  await daemon.call('network.create', { name: 'store', internal: true })
  const run = (name: string, network: string, more: object = {}) =>
    daemon.call('container.create', { name, network, command: ['sleep', '3600'], start: true, ...more })
  await run('container1', 'backend')
  await run('container2', 'backend')
  await run('container3', 'frontend')
  await run('web', 'frontend', { command: ['httpd', '-f', '-p', '80'], ports: [{ containerPort: 80, hostPort: 8080 }] })
  await run('db', 'store')
  await daemon.call('network.connect', { network: 'store', container: 'web' })
  const containers = await daemon.call<{ id: string; name: string }[]>('container.list')
  const idOf = (name: string) => containers.find((container) => container.name === name)?.id
  const traffic = inside(daemon, 'container1', 'sh', '-c', 'ping -s 1400 -i 0.02 -w 25 container2 >/dev/null')

  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme })
    await page.goto(`${daemon.url}/`)
    await expect(panel.sandbox('db')).toBeVisible()
    await panel.sandbox('container2').click({ position: { x: 20, y: 30 } })
    await page.getByRole('button', { name: 'Fit' }).click()
    await page.waitForTimeout(3_000)
    await take(page, `panel-${scheme}`)
  }
  await page.keyboard.press('Escape')
  await panel.drag('handle:sandbox:container2', panel.network('frontend'))
  await expect(page.getByText(/ip link add name veth/)).toBeVisible()
  await take(page, 'connect-dark')
  await page.keyboard.press('Escape')

  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto(`${daemon.url}/iptables`)
  await expect(page.getByRole('table', { name: 'iptables' })).toBeVisible()
  await page.waitForTimeout(2_000)
  await take(page, 'iptables-light')
  await page.goto(`${daemon.url}/fdb`)
  await expect(page.getByRole('table', { name: 'Forwarding database' }).first()).toBeVisible()
  await page.waitForTimeout(2_000)
  await take(page, 'fdb-light')
  await page.goto(
    `${daemon.url}/trace?from=container:${idOf('container1')}&to=container:${idOf('db')}&protocol=tcp&port=80`,
  )
  await expect(page.getByTestId('verdict')).toHaveAttribute('data-outcome', 'dropped')
  await page.waitForTimeout(1_000)
  await take(page, 'trace-light')
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.goto(`${daemon.url}/wiring`)
  await expect(page.getByText('container1').first()).toBeVisible()
  await page.waitForTimeout(2_000)
  await take(page, 'wiring-dark')
  await page.emulateMedia({ colorScheme: 'light' })
  await page.context().addCookies([{ name: 'PATCHBAY_LOCALE', value: 'zh', url: daemon.url }])
  await page.goto(`${daemon.url}/`)
  await expect(page.locator('html')).toHaveAttribute('lang', /^zh/)
  await page.waitForTimeout(1_500)
  await take(page, 'panel-zh')
  await traffic
})

async function take(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(directory, `${name}.png`) })
}
