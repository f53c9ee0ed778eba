import { execFileSync } from 'node:child_process'
import type { Page } from '@playwright/test'
import { host, inside } from './fixtures/kernel'
import { expect, test } from './fixtures/test'
import { percentile, seenAfter } from './fixtures/timing'

const sleeper = { command: ['sleep', '3600'], start: true }
const hostile = '<i>\u202ebad'

/** Many lines for one `ip`. */
function batch(lines: readonly string[], ...before: string[]): void {
  execFileSync('ip', [...before, '-batch', '-'], { input: `${lines.join('\n')}\n` })
}

const card = (page: Page, name: string) =>
  page.locator('.wire-card').filter({ has: page.locator('.wire-title, .wire-far', { hasText: name }) })
const board = (page: Page, name: string) =>
  page.locator('.wire-board').filter({ has: page.locator('.wire-title, .wire-far', { hasText: name }) })

// A trace photographs every node at every step, and would be what is measured.
test.use({ trace: 'off' })

test.afterEach(() => {
  const names = host('ip', 'netns', 'list')
    .split('\n')
    .flatMap((line) => line.split(' ')[0] || [])
  batch(names.map((name) => `netns delete ${name}`))
  for (const link of ['wbr0']) {
    try {
      host('ip', 'link', 'delete', link)
    } catch {
      // A test that did not make it has nothing to remove.
    }
  }
})

test('the wiring shows every namespace with its cables, follows the kernel, and leads to the network picture and back', {
  tag: '@alone',
}, async ({ panel, daemon }) => {
  const { page } = panel
  await daemon.call('network.create', { name: 'backend' })
  await daemon.call('container.create', { name: 'web', network: 'backend', ...sleeper })
  host('ip', 'netns', 'add', 'blue')
  batch(['link add wbr0 up type bridge', 'link add wport0 master wbr0 up type veth peer name eth0 netns blue'])
  batch(
    [
      'link set eth0 up',
      'address add 10.71.0.2/24 dev eth0',
      'link set lo up',
      `link add name ${hostile} type ifb`,
      'link add name probe0 type ifb',
    ],
    '-n',
    'blue',
  )

  await test.step('an endpoint unfolds into its cable, and is the one that is selected in the wiring', async () => {
    await page.goto(`${daemon.url}/`)
    await page
      .getByText(/^netns \d+$/)
      .first()
      .click()
    await expect(page.getByRole('button', { name: 'Terminal' })).toBeDisabled()
    await expect(page.getByRole('button', { name: 'Terminal' })).toHaveAccessibleDescription(/No engine is known/)
    await panel.cable('web', 'backend').click()
    await page.locator('.panel-cable-unfold').press('Enter')
    const jacks = page.locator('.panel-cable-jack')
    await expect(jacks).toHaveText([/^eth0/, /bridge port$/, /^br-.*bridge$/])
    await page.locator('.panel-cable-unfold').press('Enter')
    await expect(jacks).toHaveCount(0)
    await page.getByRole('button', { name: 'Unfold the cable' }).last().click()
    await expect(jacks).toHaveCount(3)
    const steps = page.getByRole('listitem')
    await expect(steps.filter({ hasText: 'in the container' })).toContainText('eth0')
    await expect(steps.filter({ hasText: 'bridge port' })).toContainText('forwarding')
    await expect(steps.filter({ hasText: '· bridge' }).last()).toContainText('br-')
    await page.getByRole('link', { name: 'Wiring', exact: true }).last().click()
    await expect(page).toHaveURL(/\/wiring\?select=/)
    await expect(page.getByRole('complementary')).toContainText('in web')
    await expect(card(page, 'web')).toBeInViewport()
    await page.getByRole('link', { name: 'Network picture', exact: true }).click()
    await expect(page.getByRole('complementary')).toContainText('web · backend')
  })

  await test.step('names with markup and marks are text', async () => {
    await page.goto(`${daemon.url}/wiring`)
    await page.getByRole('searchbox').fill('blue')
    await expect(card(page, 'blue')).toContainText('<i>⟨202E⟩bad')
    await expect(card(page, 'blue')).toContainText('10.71.0.2/24')
    await expect(board(page, 'wbr0')).toContainText('wport0')
    await card(page, 'blue').locator('.wire-title').click()
    await expect(page.getByRole('complementary')).toContainText('nsenter --net=/run/netns/blue')
    await page.keyboard.press('Escape')
  })

  await test.step('of 20 changes in a namespace 19 are on the page within 100 ms, the first one too', async () => {
    await expect(card(page, 'blue')).toContainText('probe0')
    let renamed = 0
    // On a machine that others use, too, a quiet moment has to be met.
    await expect(async () => {
      const times: number[] = []
      for (let round = 0; round < 20; round++) {
        const [name, next] = [`probe${renamed++}`, `probe${renamed}`]
        // A name is always shown, while what flows takes the place of the MTU.
        const rename = ['-n', 'blue', 'link', 'set', name, 'name', next]
        times.push(await seenAfter(page, { text: next }, () => host('ip', ...rename)))
      }
      console.log(`link event to DOM: ${times.map((time) => time.toFixed(0)).join(', ')} ms`)
      expect(percentile(times, 0.95)).toBeLessThan(100)
    }).toPass({ timeout: 60_000 })
    await page.getByRole('searchbox').fill('')
    host('ip', 'netns', 'add', 'green')
    batch(['link add wport1 master wbr0 up type veth peer name eth0 netns green'])
    await page.getByRole('searchbox').fill('green')
    await expect(card(page, 'green')).toBeVisible()
    host('ip', 'netns', 'delete', 'green')
    await expect(card(page, 'green')).toHaveCount(0)
    await page.getByRole('searchbox').fill('')
  })

  await test.step('a drag moves what is drawn, which is drawn anew when it stands still', async () => {
    const ground = page.locator('.wire-ground')
    await expect(async () => {
      const counts = await ground.evaluateHandle((canvas) => {
        const seen = { drawn: 0, moved: 0 }
        const count = (changes: MutationRecord[]) => {
          if (changes.some(({ attributeName }) => attributeName === 'width')) seen.drawn += 1
          else seen.moved += 1
        }
        new MutationObserver(count).observe(canvas, { attributeFilter: ['width', 'style'] })
        return seen
      })
      await page.mouse.move(900, 130)
      await page.mouse.down()
      await page.mouse.move(750, 200, { steps: 30 })
      await page.mouse.up()
      const { drawn, moved } = await counts.jsonValue()
      expect(moved).toBeGreaterThan(5)
      expect(drawn).toBeLessThan(3)
      await expect.poll(async () => (await counts.jsonValue()).drawn).toBeGreaterThan(drawn)
    }).toPass({ timeout: 30_000 })
  })

  await test.step('what flows moves on its cable; who wants no motion has the colours all the same', async () => {
    const pings = inside(daemon, 'web', 'ping', '-c', '15', '-i', '0.3', '-s', '4000', '172.18.0.1')
    const flow = page.locator('.wire-flows [data-level="2"] .wire-flow')
    await expect(flow).toHaveCSS('animation-name', 'wire-flow')
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await expect(page.locator('.wire-ground')).toHaveCSS('transition-property', 'none')
    await pings
    await expect(flow).toHaveCount(0)
    await page.emulateMedia({ reducedMotion: null })
  })

  await test.step('by keyboard: arrows lead from one to the next, Enter into what is in it, Escape back', async () => {
    const node = (name: string) =>
      page.locator('.react-flow__node').filter({ has: page.locator('.wire-node', { hasText: name }) })
    const inspector = page.getByRole('complementary')
    await page.getByRole('searchbox').fill('blue')
    await expect(card(page, 'blue')).toBeInViewport()
    await node('wbr0').first().focus()
    await page.keyboard.press('ArrowDown')
    await expect(node('blue').last()).toBeFocused()
    await expect(node('blue').last().locator('.wire-node')).toHaveCSS('outline-style', 'solid')
    await page.keyboard.press('Enter')
    await expect(inspector).toBeFocused()
    await expect(inspector).toContainText('10.71.0.2/24')
    await inspector.getByRole('button', { name: 'eth0' }).press('Enter')
    await expect(inspector).toContainText('Other end of the pair')
    await expect(inspector).toBeFocused()
    await page.keyboard.press('Escape')
    await expect(inspector).toHaveCount(0)
    await expect(node('blue').last()).toBeFocused()
    await page.keyboard.press('ArrowUp')
    await expect(node('wbr0').first()).toBeFocused()
  })

  await test.step('an interface is found, inspected, and listed in the table', async () => {
    await page.getByRole('searchbox').fill('10.71.0.2')
    await card(page, 'blue').getByRole('button', { name: 'eth0' }).click()
    await expect(page.getByRole('complementary')).toContainText('Other end of the pair')
    await expect(page.getByRole('complementary')).toContainText('wport0')
    await expect(page.getByRole('complementary').getByRole('img')).toBeVisible()
    await page.getByRole('button', { name: 'Table' }).click()
    const table = page.getByRole('table', { name: 'Interfaces of the host' })
    await expect(table.getByRole('row').filter({ hasText: '10.71.0.2' })).toContainText('wport0')
    await expect(table.getByRole('row')).toHaveCount(3)
  })
  if (process.env.SHOTS) await shots(page, daemon.url)
})

async function shots(page: Page, url: string): Promise<void> {
  for (const [width, scheme, locale] of [
    [1440, 'light', 'en'],
    [1024, 'dark', 'zh'],
    [1440, 'dark', 'en'],
  ] as const) {
    await page.setViewportSize({ width, height: 900 })
    await page.emulateMedia({ colorScheme: scheme })
    await page.context().addCookies([{ name: 'PATCHBAY_LOCALE', value: locale, url }])
    for (const [name, address] of [
      ['graph', '/wiring'],
      ['table', '/wiring?q=eth'],
      ['panel', '/'],
    ] as const) {
      await page.goto(`${url}${address}`)
      await page.waitForTimeout(1500)
      if (name === 'table') await page.locator('fieldset button').nth(1).click()
      if (name === 'graph') await page.locator('.wire-card .wire-link').first().click()
      await page.waitForTimeout(500)
      await page.screenshot({ path: `${process.env.SHOTS}/${name}-${width}-${scheme}-${locale}.png` })
    }
  }
}
