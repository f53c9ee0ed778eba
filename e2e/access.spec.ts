import { expect, type Locator } from '@playwright/test'
import { expectAccessible } from './fixtures/accessible'
import { interfaces } from './fixtures/kernel'
import { test } from './fixtures/test'

const pages = [
  '/',
  '/wiring',
  '/networks',
  '/containers',
  '/namespaces',
  '/iptables',
  '/fdb',
  '/dns',
  '/trace',
  '/reach',
  '/capture',
  '/time',
  '/settings',
] as const
const looks = [
  { scheme: 'light', locale: 'en' },
  { scheme: 'dark', locale: 'en' },
  { scheme: 'light', locale: 'zh' },
] as const

for (const { scheme, locale } of looks) {
  test(`every page passes axe, ${scheme}, ${locale}`, async ({ panel, daemon }) => {
    test.setTimeout(300_000)
    const { page } = panel
    await daemon.call('network.create', { name: 'backend' })
    const more = { command: ['sleep', '3600'], start: true, ports: [{ containerPort: 80, hostPort: 8080 }] }
    await daemon.call('container.create', { name: 'web', network: 'backend', ...more })
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await page.context().addCookies([{ name: 'PATCHBAY_LOCALE', value: locale, url: daemon.url }])
    for (const path of pages) {
      await page.goto(daemon.url + path)
      await expect(page.locator('html')).toHaveAttribute('lang', new RegExp(`^${locale}`))
      // Where it is shown; other pages have settled by then.
      await page
        .getByText('backend')
        .first()
        .waitFor({ timeout: 1_000 })
        .catch(() => undefined)
      await page.waitForTimeout(400)
      await test.step(path, () => expectAccessible(page))
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
  const card = page.getByRole('group', { name: /^Sandbox web,/ })
  await expect(card).toBeVisible()
  await tabTo(card)
  await page.keyboard.press('c')
  const aimed = page.getByText(/^To \w+,/)
  for (let presses = 0; presses < 6; presses++) {
    await expect(aimed).toBeAttached()
    const before = (await aimed.textContent()) ?? ''
    if (before.startsWith('To frontend,')) break
    await page.keyboard.press('ArrowRight')
    await expect(aimed).not.toHaveText(before)
  }
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Connect', exact: true })).toBeVisible()
  await expect(page.getByRole('dialog').getByRole('textbox').first()).toBeFocused()
  await page.keyboard.press('Enter')
  const cable = page.getByRole('button', { name: /^Cable from web to frontend/ })
  await expect(cable).toBeVisible()
  expect(await interfaces(daemon, 'web')).toEqual(['eth0', 'eth1'])

  await tabTo(cable)
  await page.keyboard.press('Enter')
  await expect(cable).toHaveAttribute('aria-pressed', 'true')
  await expect(panel.inspectorTitle).toHaveText('web · frontend')
  await page.keyboard.press('Delete')
  await expect(cable).toHaveCount(0)
  expect(await interfaces(daemon, 'web')).toEqual(['eth0'])
})

test('the sheet that a dropped cable opens passes axe, and so does a picture with a cable selected', async ({
  panel,
  daemon,
}) => {
  const { page } = panel
  await daemon.call('network.create', { name: 'backend' })
  await daemon.call('network.create', { name: 'frontend' })
  await daemon.call('container.create', { name: 'web', network: 'backend', command: ['sleep', '3600'], start: true })
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await expect(panel.sandbox('web')).toBeVisible()
  await panel.drag('handle:sandbox:web', panel.network('frontend'))
  await expect(page.getByRole('button', { name: 'Connect', exact: true })).toBeEnabled()
  await page.waitForTimeout(600)
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await panel.selectCable('web', 'backend')
  await expect(panel.inspectorTitle).toHaveText('web · backend')
  await page.waitForTimeout(600)
  await expectAccessible(page)
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

test('a page that did not get all of its scripts comes to life by itself', async ({ panel, daemon }) => {
  const { page } = panel
  const dropped: string[] = []
  await page.route('**/_next/static/chunks/*.js', (route) => {
    if (dropped.length === 2) return route.continue()
    dropped.push(route.request().url())
    return route.abort('internetdisconnected')
  })
  await page.goto(`${daemon.url}/`)
  await expect(panel.network('bridge')).toBeVisible()
  expect(dropped).toHaveLength(2)
})

test('a change that the daemon was not there for is told in the language that is read', async ({ panel, daemon }) => {
  const { page } = panel
  await page.context().addCookies([{ name: 'PATCHBAY_LOCALE', value: 'zh', url: daemon.url }])
  await page.goto(`${daemon.url}/`)
  await expect(panel.network('bridge')).toBeVisible()
  let isBroken = true
  const away = { error: { message: 'away', code: -32603, data: { code: 'SERVICE_UNAVAILABLE', httpStatus: 503 } } }
  await page.route(/user\.signOut/, (route) => (isBroken ? route.abort() : route.fulfill({ status: 503, json: away })))
  const signOut = async () => {
    await page.getByRole('button', { name: /的账户$/ }).click()
    await page.getByRole('menuitem', { name: '退出登录' }).click()
  }
  await signOut()
  await expect(page.getByText('还没有收到回答，连接就中断了')).toBeVisible()
  isBroken = false
  await signOut()
  await expect(page.getByText('守护进程不在运行')).toBeVisible()
})

/** Presses Tab until it is reached, as somebody without a pointer does. */
async function tabTo(locator: Locator): Promise<void> {
  const page = locator.page()
  for (let presses = 0; presses < 80; presses++) {
    if (await locator.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not reach ${String(locator)}`)
}
