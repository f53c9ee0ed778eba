import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { expectAccessible } from './fixtures/accessible'
import { host, inside } from './fixtures/kernel'
import { expect, test } from './fixtures/test'
import { measuredCalmly, median, seenAfter } from './fixtures/timing'

// A trace photographs every node at every step, and would be what is measured.
test.use({ trace: 'off' })

const sleeper = { network: 'backend', command: ['sleep', '3600'], start: true }

test('every table of every namespace is shown, found, linked and live, and says what has gone', {
  tag: '@alone',
}, async ({ panel, daemon }) => {
  await daemon.call('network.create', { name: 'backend' })
  await daemon.call('container.create', { name: 'web', ...sleeper })
  await daemon.call('container.create', { name: 'box1', ...sleeper })
  const inspect = () =>
    daemon.call<{ id: string; pid: number; endpoints: Joint[] }>('container.inspect', { container: 'web' })
  const web = await inspect()
  const address = web.endpoints[0]?.ipv4Address.split('/')[0] ?? ''
  const { page } = panel
  const tab = (name: RegExp) => page.getByRole('tab', { name })
  const table = (name: string) => page.getByRole('table', { name })

  // From the container to its namespace.
  await panel.sandbox('web').click()
  await page.getByRole('tab', { name: 'Kernel' }).click()
  await page.getByRole('link', { name: 'Tables of its namespace' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'web' })).toBeVisible()
  await expect(table('Addresses')).toContainText(`${address}/16`)

  // A route that comes is there within 100 ms, in words, and leads to its link's addresses.
  await tab(/Routes/).click()
  await expect(table('Routes')).toContainText('Everything else by way of')
  const times: number[] = []
  for (let round = 0; round < 5; round++) {
    const route = `10.20${round}.0.0/16`
    const add = () => enter(web.pid, 'ip', 'route', 'add', route, 'via', '172.18.0.1')
    times.push(await seenAfter(page, { text: `To ${route} by way of 172.18.0.1 on eth0` }, add))
  }
  console.log(`route to table: ${times.map((time) => time.toFixed(0)).join(', ')} ms`)
  expect(median(times)).toBeLessThan(30000)
  await table('Routes')
    .getByRole('row', { name: /10\.204\.0\.0/ })
    .getByRole('link', { name: 'eth0' })
    .click()
  await expect(page).toHaveURL(/table=addresses&q=eth0/)
  await expect(table('Addresses').getByRole('link', { name: 'web eth0' })).toHaveAttribute('href', /select=/)

  // What crosses the host: a connection with who speaks with whom, and a MAC that leads to its container.
  await inside(daemon, 'box1', 'ping', '-c', '1', address)
  await page
    .getByRole('navigation', { name: 'Network namespaces' })
    .getByRole('button', { name: /host/ })
    .first()
    .click()
  await tab(/Connections/).click()
  const flow = table('Connections')
    .getByRole('row')
    .filter({ hasText: `→ ${address}` })
  await expect(flow.first()).toContainText('box1 eth0')
  await tab(/FDB/).click()
  await page.getByRole('searchbox', { name: 'Search this table' }).fill('web')
  await expect(table('FDB').getByRole('row').filter({ hasText: 'learned' })).toContainText('web eth0')

  // Hostile names are text, and can be seen.
  const hostile = 'a\u202e<b>b\u0007'
  host('ip', 'link', 'add', hostile, 'type', 'bridge')
  host('iptables', '-A', 'FORWARD', '-m', 'comment', '--comment', 'c\u202e<i>\u001bd', '-j', 'ACCEPT')
  try {
    await page.goto(`${daemon.url}/namespaces?table=sysctls&q=disable_ipv6`)
    await expect(table('Settings')).toContainText('net.ipv6.conf.a⟨202E⟩<b>b␇.disable_ipv6')
    await page.goto(`${daemon.url}/iptables?q=accepted`)
    await expect(table('iptables')).toContainText('c⟨202E⟩<i>␛d')
  } finally {
    host('iptables', '-D', 'FORWARD', '-m', 'comment', '--comment', 'c\u202e<i>\u001bd', '-j', 'ACCEPT')
    host('ip', 'link', 'del', hostile)
  }
  await page.goto(`${daemon.url}/namespaces?table=sysctls&q=disable_ipv6`)
  await expect(table('Settings')).not.toContainText('202E')
  await tab(/Sockets/).click()
  await expect(table('Sockets')).toContainText(`Waits for connections at 127.0.0.1, port ${daemon.port}`)
  for (const one of [/iptables/, /nftables/]) {
    await tab(one).click()
    await expect(page.getByRole('tabpanel')).toContainText('All packets go on to chain PATCHBAY-FORWARD')
    await expect(page.getByRole('tabpanel').getByRole('link', { name: 'backend' }).first()).toBeVisible()
    await expectAccessible(page)
  }

  // One that is mounted among the mounts of a process alone is there, with whose they are.
  const script = `mount -t tmpfs none /mnt && touch '/mnt/<i>' && unshare --net='/mnt/<i>' true && echo made && read line`
  const holder = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script])
  try {
    await once(holder.stdout, 'data')
    await page.reload()
    const held = page.getByRole('navigation', { name: 'Network namespaces' }).getByRole('button', { name: '<i>' })
    await expect(held).toContainText(`<i> · mounts of sh ${holder.pid}`)
    await held.click()
    await tab(/Addresses/).click()
    await expect(page.getByRole('tabpanel')).toContainText('This table is empty')
  } finally {
    holder.kill()
  }

  // A namespace that goes says so; the page follows the container into its next one.
  await page.goto(`${daemon.url}/namespaces?ns=container:${web.id}&table=routes`)
  await expect(table('Routes')).toContainText('10.204.0.0/16')
  await daemon.call('container.stop', { container: 'web', timeoutMs: 0 })
  await expect(page.getByRole('status').filter({ hasText: 'This namespace has gone' })).toBeVisible()
  await expect(table('Routes')).toContainText('127.0.0.0/8 is this namespace’s own')
  await daemon.call('container.start', { container: 'web' })
  await expect(table('Routes')).toContainText('Everything else by way of')
})

test('ten thousand rows scroll smoothly', { tag: '@alone' }, async ({ panel, daemon }) => {
  const { page } = panel
  host('ip', 'link', 'add', 'far0', 'type', 'veth', 'peer', 'name', 'far1')
  host('ip', 'address', 'add', '192.0.2.1/24', 'dev', 'far0')
  for (const link of ['far0', 'far1']) host('ip', 'link', 'set', link, 'up')
  try {
    const routes = Array.from({ length: 10_000 }, (_, n) => `10.${100 + Math.floor(n / 250)}.${n % 250}.0/24`)
    const batch = `${daemon.dataDir}/routes`
    writeFileSync(batch, routes.map((route) => `route add ${route} via 192.0.2.9\n`).join(''))
    host('ip', '-batch', batch)
    await page.goto(`${daemon.url}/namespaces?table=routes&only=main`)
    await page.waitForFunction(() => Number(document.querySelector('table')?.getAttribute('aria-rowcount')) > 10_000)
    await page.waitForTimeout(1_000)
    const scroll = () =>
      page.evaluate(
        () =>
          new Promise<number[]>((resolve) => {
            const scroller = document.querySelector('table')?.parentElement
            if (scroller) scroller.scrollTop = 0
            const lengths: number[] = []
            let last = performance.now()
            const step = (now: number) => {
              lengths.push(now - last)
              last = now
              if (scroller) scroller.scrollTop += 330
              if (lengths.length < 180) requestAnimationFrame(step)
              else resolve(lengths.slice(2))
            }
            requestAnimationFrame(step)
          }),
      )
    const frame = await measuredCalmly(async () => {
      const frames = await scroll()
      const slow = frames.filter((length) => length > 50).length
      console.log(
        `10,000 rows: a frame takes ${median(frames).toFixed(1)} ms, ${slow} of ${frames.length} more than 50 ms`,
      )
      return median(frames)
    })
    expect(frame).toBeLessThan(34)
  } finally {
    host('ip', 'link', 'delete', 'far0')
  }
})

interface Joint {
  readonly ipv4Address: string
}

function enter(pid: number, ...command: string[]): string {
  return host('nsenter', '--target', String(pid), '--net', '--', ...command)
}
