import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expectAccessible } from './fixtures/accessible'
import { host, inside } from './fixtures/kernel'
import { expect, test } from './fixtures/test'

const sleeper = { command: ['sleep', '3600'], start: true }
const pictures = process.env.PATCHBAY_PICTURES

test('drift is shown and repaired one by one, the last hour is scrolled back, and the graph is exported', async ({
  panel,
  daemon,
}) => {
  const { page } = panel
  await daemon.call('network.create', { name: 'backend' })
  for (const container of ['box1', 'box2']) {
    await daemon.call('container.create', { name: container, network: 'backend', ...sleeper })
    await expect(panel.cable(container, 'backend')).toBeVisible()
  }
  await page.waitForTimeout(1_000)
  const quiet = Date.now()
  const [endpoint] = await daemon.call<{ hostIfname: string }[]>('endpoint.list')
  const veth = endpoint?.hostIfname ?? ''
  host('ip', 'link', 'set', veth, 'name', 'stolen0')
  host('iptables', '-t', 'nat', '-D', 'POSTROUTING', '1')
  host('iptables', '-I', 'FORWARD', '-i', 'br+', '-p', 'tcp', '--dport', '25', '-j', 'DROP')
  try {
    await page.getByRole('button', { name: /drift 2/i }).click({ timeout: 15_000 })
    const list = page.getByRole('dialog', { name: 'Drift' })
    const renamed = list.locator('[data-drift="changed.name"]')
    await expect(renamed).toContainText('was renamed to')
    await expect(renamed).toContainText('Nothing passes on this cable.')
    await expect(list.locator('[data-drift="obstacle.rule"]')).toContainText('Patchbay never touches it')
    await renamed.getByText('Commands').click()
    await expect(renamed).toContainText(`ip link set dev stolen0 name ${veth}`)
    await check(page, 'drift')
    await renamed.getByRole('button', { name: 'Repair this' }).click()
    await expect(renamed).toHaveCount(0)
    expect(host('ip', '-o', 'link', 'show', veth)).toContain(',UP')
    await expect(list.locator('[data-drift="missing.rule"]')).toHaveCount(1)
    await list.getByRole('button', { name: 'Repair it' }).click()
    await expect(page.getByRole('button', { name: /drift 0/i })).toBeVisible()

    await page.getByRole('link', { name: 'Time' }).click()
    await expect(page.getByRole('heading', { name: 'Time' })).toBeVisible()
    const events = page.getByRole('region', { name: 'What happened' })
    await expect(events.locator('[data-event="drift"]').first()).toBeVisible()
    await events.getByText('Brought the kernel to').nth(1).click()
    await expect(events).toContainText('ip link set dev stolen0')
    await expect(page.getByText('2 containers, 2 cables')).toBeVisible()
    await check(page, 'time-now')
    await daemon.call('container.remove', { container: 'box2', force: true })
    await expect(page.getByText('1 container, 1 cable,')).toBeVisible()
    await page.goto(`${daemon.url}/time?at=${quiet}`)
    await expect(page.getByText('to look at, not to change')).toBeVisible()
    await expect(page.getByText('2 containers, 2 cables')).toBeVisible()
    await check(page, 'time-past')
    const past = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export' }).press('Enter')
    await page.getByRole('menuitem', { name: 'JSON' }).press('Enter')
    const then = JSON.parse(readFileSync(await (await past).path()).toString()) as { at: string; cables: unknown[] }
    expect([then.at, then.cables.length]).toEqual([new Date(quiet).toISOString(), 2])
    await page.getByRole('slider').press('Home')
    await expect(page.getByRole('status').filter({ hasText: 'Not observed' })).toBeVisible()
    await page.getByRole('button', { name: 'Back to now' }).click()
    await expect(page.getByText('1 container, 1 cable,')).toBeVisible()
    await page.getByRole('slider').press('ArrowLeft')
    await expect(page.getByText('to look at, not to change')).toBeVisible()
    await page.getByRole('button', { name: 'Look at the event before' }).click()
    await page.getByRole('button', { name: 'Look at the event after' }).click()
  } finally {
    host('iptables', '-D', 'FORWARD', '-i', 'br+', '-p', 'tcp', '--dport', '25', '-j', 'DROP')
  }

  await panel.open()
  await expect(panel.cable('box1', 'backend')).toBeVisible()
  void inside(daemon, 'box1', 'ping', '-c', '3', '-i', '0.2', '-s', '4000', '127.0.0.11')
  const gateway = '172.18.0.1'
  await inside(daemon, 'box1', 'ping', '-c', '5', '-i', '0.3', '-s', '8000', gateway)
  await page.getByRole('button', { name: 'Top talkers' }).click()
  await expect(page.getByRole('button', { name: /Select the cable of .*box1/ })).toBeVisible()
  await check(page, 'talkers')
  await page.keyboard.press('Escape')
  const files: Record<string, Buffer> = {}
  for (const format of ['Picture (PNG)', 'Picture (SVG)', 'Mermaid text', 'JSON']) {
    await page.getByRole('button', { name: 'Export' }).press('Enter')
    const download = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: format }).press('Enter')
    files[format] = readFileSync(await (await download).path())
    if (pictures !== undefined) await (await download).saveAs(join(pictures, (await download).suggestedFilename()))
  }
  expect(files['Picture (PNG)']?.subarray(1, 4).toString()).toBe('PNG')
  expect(files['Picture (PNG)']?.length).toBeGreaterThan(10_000)
  expect(files['Picture (SVG)']?.toString()).toMatch(/^<svg .*box1.*<\/svg>$/s)
  expect(files['Mermaid text']?.toString()).toContain('c0["box1<br/>busybox')
  const graph = JSON.parse(files.JSON?.toString() ?? '') as { cables: { hostInterface: string }[] }
  expect(graph.cables.map(({ hostInterface }) => hostInterface)).toEqual([veth])
})

/** Passes axe; with PATCHBAY_PICTURES also looked at by people: light and dark, wide and narrow. */
async function check(page: Page, name: string): Promise<void> {
  await expectAccessible(page, { except: 'nextjs-portal' })
  if (pictures === undefined) return
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`) })
  }
  await page.emulateMedia({ colorScheme: 'light' })
}
