import type { Page } from '@playwright/test'
import { expectAccessible } from './fixtures/accessible'
import type { Daemon } from './fixtures/daemon'
import { expect, test } from './fixtures/test'

const sleeper = { command: ['sleep', '3600'], start: true }
const screen = (page: Page, number: number) => page.getByTestId(`terminal:${number}`)
const rows = (page: Page, number: number) => screen(page, number).locator('.xterm-rows')

/** Programs of terminals in a container, besides its own. */
async function shells(daemon: Daemon, container: string): Promise<number> {
  const { stdout } = await daemon.call<{ stdout: string }>('container.exec', {
    container,
    command: ['ps', '-o', 'args'],
  })
  return stdout.split('\n').filter((line) => line === 'sh').length
}

test('two terminals at once: typed in, coloured, resized, kept over pages, and ended with the page', async ({
  panel,
  daemon,
}) => {
  const { page } = panel
  await daemon.call('network.create', { name: 'lab' })
  for (const name of ['web', 'box1']) await daemon.call('container.create', { name, network: 'lab', ...sleeper })
  await daemon.call('container.create', { name: 'still', network: 'lab', command: ['true'] })
  await panel.sandbox('still').click({ position: { x: 20, y: 30 } })
  await expect(page.getByRole('button', { name: 'Terminal' })).toBeDisabled()
  await panel.sandbox('web').click({ position: { x: 20, y: 30 } })
  await page.getByRole('button', { name: 'Terminal' }).click()
  const dock = page.getByRole('region', { name: 'Terminals' })
  await expect(rows(page, 1)).toContainText('/ #')
  await expect(page.getByLabel('Terminal in web').getByRole('textbox')).toHaveAccessibleDescription(
    /leaves the terminal/,
  )
  await page.keyboard.type("printf '\\033[31mred\\033[0m %s\\n' $((6*7)); hostname; stty size\n")
  await expect(rows(page, 1)).toContainText('red 42')
  await expect(rows(page, 1).locator('.xterm-fg-1').filter({ hasText: 'red' })).toBeVisible()

  const before = await rows(page, 1).locator('> div').count()
  const grip = dock.getByRole('separator')
  await grip.focus()
  for (let presses = 0; presses < 4; presses++) await page.keyboard.press('ArrowUp')
  await expect.poll(() => rows(page, 1).locator('> div').count()).toBeGreaterThan(before)
  await screen(page, 1).click()
  // The height follows for a moment.
  const sizes = async () => {
    await page.keyboard.type('clear; stty size\n')
    const [, told] = /(\d+) \d+/.exec((await rows(page, 1).textContent()) ?? '') ?? []
    return Number(told) - (await rows(page, 1).locator('> div').count())
  }
  await expect.poll(sizes).toBe(0)

  await page.keyboard.press('Control+k')
  await page.keyboard.press('Control+Shift+ArrowUp')
  await expect(dock.getByRole('tab', { name: 'web' })).toBeFocused()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('terminal in box1')
  await page.keyboard.press('Enter')
  await expect(rows(page, 2)).toContainText('/ #')
  await page.keyboard.type('hostname\n')
  await expect(dock.getByRole('tab')).toHaveCount(2)

  await page.getByRole('navigation').getByRole('link', { name: 'Networks' }).click()
  await expect(page.getByRole('heading', { name: 'Networks' })).toBeVisible()
  await dock.getByRole('tab', { name: 'web' }).click()
  await page.keyboard.type('echo still-$((1+1))\n')
  await expect(rows(page, 1)).toContainText('still-2')
  await expectAccessible(page)
  expect(await shells(daemon, 'web')).toBe(1)
  const log = await daemon.call<{ verb: string; subjects: string[]; actor: string }[]>('audit.list')
  expect(log.filter(({ verb }) => verb === 'container.terminal').map(({ subjects }) => subjects[0])).toEqual([
    'box1',
    'web',
  ])

  await page.keyboard.type('exit 3\n')
  await expect(dock.getByRole('status')).toContainText('Ended with code 3')
  await dock.getByRole('button', { name: 'Open again' }).click()
  await expect(rows(page, 1)).toContainText('/ #')
  await page.goto('about:blank')
  await expect.poll(() => shells(daemon, 'web'), { timeout: 10_000 }).toBe(0)
  await expect.poll(() => shells(daemon, 'box1')).toBe(0)
})
