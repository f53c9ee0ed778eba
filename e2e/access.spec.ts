import AxeBuilder from '@axe-core/playwright'
import { expect, test } from './fixtures/test'

const pages = ['/', '/networks', '/containers', '/iptables', '/fdb', '/settings'] as const
const looks = [
  { scheme: 'light', locale: 'en' },
  { scheme: 'dark', locale: 'en' },
  { scheme: 'light', locale: 'zh' },
] as const

for (const { scheme, locale } of looks) {
  test(`every page passes axe, ${scheme}, ${locale}`, async ({ panel, daemon }) => {
    test.setTimeout(120_000)
    const { page } = panel
    await daemon.call('network.create', { name: 'backend' })
    const more = { command: ['sleep', '3600'], start: true, ports: [{ containerPort: 80, hostPort: 8080 }] }
    await daemon.call('container.create', { name: 'web', network: 'backend', ...more })
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await page.context().addCookies([{ name: 'PATCHBAY_LOCALE', value: locale, url: daemon.url }])
    for (const path of pages) {
      await page.goto(daemon.url + path)
      await expect(page.locator('html')).toHaveAttribute('lang', new RegExp(`^${locale}`))
      await expect(page.getByText('backend').first())
        .toBeVisible()
        .catch(() => undefined)
      await page.waitForTimeout(600)
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map(({ id, nodes }) => `${path} ${id}: ${nodes[0]?.html}`)).toEqual([])
    }
  })
}

test('a cable is taken, aimed and connected with the keyboard alone, and cut with Delete', async ({
  panel,
  daemon,
}) => {
  const { page } = panel
  await daemon.call('network.create', { name: 'backend' })
  await daemon.call('network.create', { name: 'frontend' })
  await daemon.call('container.create', { name: 'web', network: 'backend', command: ['sleep', '3600'], start: true })
  await expect(panel.sandbox('web')).toBeVisible()
  const card = page.locator('.react-flow__node').filter({ has: panel.sandbox('web') })
  await card.focus()
  await page.keyboard.press('c')
  for (let presses = 0; presses < 6; presses++) {
    if (await page.getByText(/To frontend,/).count()) break
    await page.keyboard.press('ArrowRight')
    await page.waitForTimeout(100)
  }
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Connect', exact: true })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(panel.cable('web', 'frontend')).toBeVisible()
})

test('without signing in there is a sign-in page and no picture, and a wrong token is told so', async ({
  browser,
  daemon,
}) => {
  const page = await (await browser.newContext()).newPage()
  await page.goto(`${daemon.url}/`)
  await expect(page).toHaveURL(/\/sign-in/)
  expect((await page.request.get(`${daemon.url}/api/trpc/network.list`)).status()).toBe(401)
  await page.goto(`${daemon.url}/login?token=wrong`)
  await expect(page).toHaveURL(/\/sign-in\?failed=1/)
  await page.goto(daemon.link)
  await expect(page).toHaveURL(`${daemon.url}/`)
  await page.context().close()
})
