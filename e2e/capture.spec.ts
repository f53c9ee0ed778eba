import { execFileSync, spawn } from 'node:child_process'
import { expectAccessible } from './fixtures/accessible'
import type { Daemon } from './fixtures/daemon'
import { host, inside } from './fixtures/kernel'
import { expect, test } from './fixtures/test'

const sleeper = { command: ['sleep', '3600'], start: true }
const countTcpdumps = () => execFileSync('sh', ['-c', 'pgrep -cx tcpdump || true'], { encoding: 'utf8' }).trim()

async function createLab(daemon: Daemon): Promise<void> {
  await daemon.call('network.create', { name: 'lab', subnet: '10.47.0.0/24' })
  await daemon.call('container.create', { name: 'web', network: 'lab', ipv4Address: '10.47.0.2', ...sleeper })
  await daemon.call('container.create', { name: 'box1', network: 'lab', ipv4Address: '10.47.0.3', ...sleeper })
}

test('a ping is seen hop by hop, decoded and drawn, and nothing runs when the page has gone', async ({
  panel,
  daemon,
}) => {
  const { page } = panel
  await createLab(daemon)
  await page.goto(`${daemon.url}/capture?${new URLSearchParams({ at: 'container=web&network=lab' })}`)
  await expect(page.getByRole('list', { name: 'Points in the order of hops' })).toContainText('web · lab')
  await page.getByRole('button', { name: 'Add a point' }).click()
  await page.getByPlaceholder('Search containers, networks, links').fill('box1')
  await page.getByRole('option', { name: 'box1 · lab eth0' }).click()

  const filter = page.getByRole('textbox', { name: 'Filter' })
  await filter.fill('icpm')
  await expect(page.getByRole('alert').filter({ hasText: 'This filter cannot be used' })).toContainText('syntax error')
  await filter.fill('')
  await page.getByRole('button', { name: 'ping', exact: true }).click()
  await expect(filter).toHaveValue('(icmp or icmp6)')
  await page.getByRole('button', { name: 'Start' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Capturing' })).toBeVisible()
  await inside(daemon, 'web', 'ping', '-c', '2', '-i', '0.2', '10.47.0.3')
  const table = page.getByRole('table', { name: 'Packets' })
  await expect(table.getByRole('row').filter({ hasText: 'Echo request' })).toHaveCount(4)
  await expect(filter).not.toHaveAttribute('aria-invalid')

  await table.getByRole('row').filter({ hasText: 'Echo reply' }).first().click()
  const detail = page.getByRole('region', { name: /^Packet \d+$/ })
  await expect(detail).toContainText('Time to live')
  await expect(detail.getByRole('region', { name: '98 bytes' })).toContainText('0000')
  await page.keyboard.press('ArrowUp')
  await expect(detail).toContainText('Echo request')
  await expectAccessible(page)

  await page.getByRole('tab', { name: 'Sequence' }).click()
  const drawn = page.getByRole('table', { name: 'Sequence' }).getByRole('row').filter({ hasText: 'Echo request' })
  await expect(drawn).toHaveCount(2)
  await expect(drawn.first()).toContainText(/web eth0 → box1 eth0/)
  await expect(drawn.first()).toContainText('µs')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(page.getByText('none dropped by the kernel')).toBeVisible()
  await expect.poll(countTcpdumps).toBe('0')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'pcapng' }).click(),
  ])
  expect(host('tcpdump', '-n', '-r', await download.path())).toContain('ICMP echo request')

  await page.getByRole('button', { name: 'Start' }).click()
  await expect.poll(countTcpdumps).toBe('2')
  await page.goto(`${daemon.url}/networks`)
  await expect.poll(countTcpdumps, { timeout: 7_000 }).toBe('0')
})

test('curl gets packets as they come, for another program to read, and ends what it began', async ({
  panel,
  daemon,
}) => {
  await createLab(daemon)
  // The lab as the daemon sees it, not only as it was asked for.
  await panel.sandbox('web').waitFor()
  const url = `${daemon.url}/api/capture?container=web&network=lab&filter=icmp&seconds=20`
  const curl = spawn('curl', ['-sN', '-H', `Authorization: Bearer ${daemon.token}`, url])
  const reader = spawn('tcpdump', ['-n', '-l', '-r', '-'])
  curl.stdout.pipe(reader.stdin)
  reader.stdin.on('error', () => undefined)
  let text = ''
  reader.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  try {
    await expect.poll(countTcpdumps).toBe('2')
    // A program that has begun does not capture yet.
    const pinged = async () => {
      await inside(daemon, 'web', 'ping', '-c', '1', '10.47.0.3')
      return text
    }
    await expect.poll(pinged).toContain('10.47.0.3 > 10.47.0.2: ICMP echo reply')
  } finally {
    curl.kill()
    reader.stdin.end()
  }
  await expect.poll(countTcpdumps, { timeout: 1_500 }).toBe('0')
})
