import type { Page } from '@playwright/test'
import { expectAccessible } from './fixtures/accessible'
import type { Daemon } from './fixtures/daemon'
import { host } from './fixtures/kernel'
import { expect, test } from './fixtures/test'

/** Two on one network, one of them a web server, and one on an internal network of its own. */
async function setUp(daemon: Daemon): Promise<Readonly<Record<string, string>>> {
  await daemon.call('network.create', { name: 'front' })
  await daemon.call('network.create', { name: 'store', internal: true })
  const run = (name: string, network: string, ...command: string[]) =>
    daemon.call('container.create', { name, network, command, start: true })
  await run('web', 'front', 'httpd', '-f', '-p', '80')
  await run('box', 'front', 'sleep', '3600')
  await run('db', 'store', 'httpd', '-f', '-p', '80')
  const all = await daemon.call<{ id: string; name: string }[]>('container.list')
  return Object.fromEntries(all.map(({ id, name }) => [name, id]))
}

async function expectAccessibleInBoth(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await expectAccessible(page, { except: '.react-flow' })
  }
}

test('a way is explained as one asks, sent and held against it, and mended where it ends', async ({
  panel,
  daemon,
}) => {
  const { page } = panel
  const { box } = await setUp(daemon)
  const verdict = page.getByTestId('verdict')
  const agreement = page.getByTestId('agreement')
  const lit = page.locator('.react-flow__node.trace-lit')
  host('ip', 'netns', 'add', 'lab-<b>1')

  await panel.sandbox('box').click({ position: { x: 20, y: 30 } })
  await page.getByRole('link', { name: 'Trace from here' }).click()
  await page.waitForURL(/\/trace\?from=container/)
  await page.getByRole('combobox', { name: 'To', exact: true }).click()
  await page.getByRole('option', { name: 'web', exact: true }).click()
  await expect(verdict).toHaveAttribute('data-outcome', 'answered')
  await expect(page).toHaveURL(new RegExp(`from=container%3A${box}&to=container`))
  await expect(lit).toHaveCount(4)

  await page.getByRole('button', { name: 'Send' }).click()
  await expect(agreement).toHaveAttribute('data-agreement', 'agrees')
  await expect(agreement).toContainText('The probe was answered')
  await expect(page.locator('[data-testid=step][data-mark=seen]').filter({ hasText: 'SYN' }).first()).toBeVisible()
  await expect(page.locator('[data-mark=contradicted]')).toHaveCount(0)
  await expect(page.getByText(/Sent a probe from box to web 80\/tcp/).first()).toBeVisible()

  await page.getByRole('combobox', { name: 'To', exact: true }).click()
  await page.getByRole('option', { name: 'lab-<b>1 (namespace)' }).click()
  await expect(verdict).toContainText('has no IPv4 address')
  host('ip', 'netns', 'del', 'lab-<b>1')
  await page.getByRole('combobox', { name: 'To', exact: true }).click()
  await page.getByRole('option', { name: 'db', exact: true }).click()
  await expect(verdict).toHaveAttribute('data-outcome', 'dropped')
  await expect(verdict).toContainText('because network')
  await expect(page.locator('.react-flow__node.trace-end')).toHaveCount(1)
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(agreement).toContainText(/dropped by ip filter PATCHBAY-INTERNAL rule \d/)
  await expect(agreement).toHaveAttribute('data-agreement', 'agrees')
  await expectAccessibleInBoth(page)
  expect(host('nft', 'list', 'tables')).not.toContain('patchbay_probe')

  await page.getByRole('radio', { name: 'Existing' }).click()
  await expect(page.getByText('No such connection is remembered')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Send' })).toBeDisabled()
  await page.getByRole('radio', { name: 'New' }).click()
  await expect(verdict).toHaveAttribute('data-outcome', 'dropped')

  await page.getByRole('button', { name: 'What if a cable or policy were another?' }).click()
  await page.getByRole('combobox', { name: 'Change', exact: true }).click()
  await page.getByRole('option', { name: 'store no longer internal' }).click()
  const tried = page.getByTestId('try-change').getByTestId('what-if').locator('[data-outcome]')
  await expect(tried.last()).toContainText('are isolated from each other')

  await page.getByRole('button', { name: 'Connect …' }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByRole('button', { name: 'What would become of a packet?' }).click()
  const told = sheet.getByTestId('what-if').locator('[data-outcome]')
  await expect(told.first()).toHaveAttribute('data-outcome', 'dropped')
  await expect(told.last()).toHaveAttribute('data-outcome', 'answered')
  await page.screenshot({ path: 'test-results/screenshots/what-if.png' })
  await sheet.getByRole('button', { name: 'Connect', exact: true }).click()
  await expect(verdict).toHaveAttribute('data-outcome', 'answered')
  await expect(page.locator('.react-flow__node.trace-end')).toHaveCount(0)
})

test('who reaches whom is a table that probes verify, and that tells what has changed', async ({ panel, daemon }) => {
  const { page } = panel
  await setUp(daemon)
  // One port of everybody: what the browser itself binds on this host comes and goes.
  await page.goto(`${daemon.url}/reach?what=tcp&port=80`)
  const table = page.getByRole('table', { name: 'Reachability' })
  const cell = (from: string, to: string) => table.getByRole('link', { name: new RegExp(`^${from} to ${to} `) })
  await expect(cell('box', 'web')).toHaveAccessibleName(/80\/tcp: reachable/)
  await expect(cell('box', 'db')).toHaveAccessibleName(/80\/tcp: dropped/)
  await expect(table.getByRole('rowheader')).toHaveText([/box/, /db/, /web/, 'Host'].map((name) => new RegExp(name)))
  await expect(page.getByTestId('reach-took')).toContainText('16 ways')

  await page.getByRole('button', { name: 'Verify' }).click()
  await expect(page.getByTestId('verified')).toContainText('12 of 12 verified')
  await expect(page.getByTestId('verified')).toContainText('none differs')
  await expect(cell('box', 'db')).toHaveAccessibleName(/verified/)
  await expectAccessibleInBoth(page)

  await page.getByRole('button', { name: 'Remember' }).click()
  await expect(page.getByTestId('changes')).toContainText('Nothing has changed')
  await daemon.call('network.connect', { network: 'store', container: 'box' })
  await expect(cell('box', 'db')).toHaveAccessibleName(/reachable.*before: dropped/)
  await expect(page.getByTestId('changes')).toContainText(/box.*→.*db.*80\/tcp: dropped → reachable/)

  await cell('box', 'db').focus()
  await page.keyboard.press('ArrowRight')
  await expect(cell('box', 'web')).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/trace\?/)
  await expect(page.getByTestId('verdict')).toBeVisible()
})
