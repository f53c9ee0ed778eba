import { expectAccessible } from './fixtures/accessible'
import { host } from './fixtures/kernel'
import { expect, test } from './fixtures/test'

test('bad input in the network form is told at the field, and the kernel stays as it was', async ({ panel }) => {
  const { page } = panel
  const before = host('ip', '-o', 'link')
  await page.getByRole('button', { name: 'Network', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('bridge')
  await expect(dialog.getByText(/network name bridge is kept for a predefined network/)).toBeVisible()
  await dialog.getByLabel('Name').fill('new one')
  await dialog.getByText('Addresses and options').click()
  const subnet = dialog.getByLabel('Subnet', { exact: true })
  await subnet.fill('172.17.0.0/24')
  await expect(dialog.getByText(/overlaps 172.17.0.0\/16 of network bridge/)).toBeVisible()
  await expect(subnet).toHaveAttribute('aria-invalid', 'true')
  await dialog.getByRole('button', { name: 'Add subnet' }).press('Enter')
  await page.keyboard.type('10.46.0.0/24')
  await dialog.getByLabel('Gateway', { exact: true }).last().fill('10.47.0.1')
  await subnet.first().fill('')
  await expect(dialog.getByText(/gateway 10.47.0.1 lies outside subnet 10.46.0.0\/24/)).toBeVisible()
  await expect(dialog.getByLabel('Gateway', { exact: true }).first()).not.toHaveAttribute('aria-invalid')
  await dialog.getByLabel('Gateway', { exact: true }).last().fill('10.46.0.9')
  await dialog.getByLabel('Addresses that nobody is given').last().fill('nas=10.46.0.2')
  await expect(dialog.getByText(/address add 10.46.0.9\/24/)).toBeVisible()
  await expect(subnet.first()).toHaveAttribute('placeholder', /^172\.\d+\.0\.0\/16$/)
  await expectAccessible(page, { within: '[role=dialog]' })
  await subnet.first().fill('10.44.0.0/24')
  await dialog.getByLabel('Gateway', { exact: true }).first().fill('10.45.0.1')
  await expect(dialog.getByText(/gateway 10.45.0.1 lies outside subnet 10.44.0.0\/24/)).toBeVisible()
  expect(host('ip', '-o', 'link')).toBe(before)
  await dialog.getByLabel('Gateway', { exact: true }).first().fill('10.44.0.254')
  await dialog.getByRole('button', { name: 'Policy' }).click()
  await dialog.getByLabel('Deny what comes in and no rule allows').check()
  await dialog.getByRole('button', { name: 'Add rule' }).click()
  await dialog.getByLabel('Peer').click()
  await page.getByRole('option', { name: 'network' }).click()
  await dialog.getByLabel('network', { exact: true }).click()
  await page.getByRole('option', { name: 'new one' }).click()
  await dialog.getByRole('textbox', { name: 'Ports' }).fill('80-')
  await expect(dialog.getByText(/policy rule 1 names port "80-"; ports are/)).toBeVisible()
  await dialog.getByRole('textbox', { name: 'Ports' }).fill('80-90')
  await expect(dialog.getByText(/iptables -A PATCHBAY-IN-\S+ -i \S+ -p tcp -m tcp --dport 80:90 /)).toBeVisible()
  await page.screenshot({ path: test.info().outputPath('network-policy.png') })
  await dialog.getByRole('button', { name: 'Create network' }).click()
  await expect(panel.network('new one')).toContainText('10.44.0.0/24')
  expect(host('iptables', '-S')).toMatch(/-A PATCHBAY-IN-\S+ -i \S+ -p tcp -m tcp --dport 80:90 .* -j RETURN/)
  const made = host('ip', '-o', '-4', 'address')
  for (const gateway of ['10.44.0.254/24', '10.46.0.9/24']) expect(made).toContain(gateway)
  await page.context().addCookies([{ name: 'PATCHBAY_LOCALE', value: 'zh', url: page.url() }])
  await page.reload()
  await page.getByRole('button', { name: '网络', exact: true }).click()
  await dialog.getByLabel('名称').fill('new one')
  await expect(dialog.getByText('已有名为 new one 的网络；请换一个名称')).toBeVisible()
  await dialog.getByLabel('名称').fill('another')
  await dialog.getByText('地址与选项').click()
  await dialog.getByLabel('子网', { exact: true }).fill('10.44.0.0/24')
  await expect(
    dialog.getByText('地址池 10.44.0.0/24 与网络 new one 的 10.44.0.0/24 重叠；请选择其他子网'),
  ).toBeVisible()
})

test('the sheet shows the commands before, the strip what ran and how long it took after', async ({
  panel,
  daemon,
}) => {
  const { page } = panel
  await daemon.call('network.create', { name: 'backend' })
  await daemon.call('network.create', { name: 'frontend' })
  await daemon.call('container.create', { name: 'web', network: 'backend', command: ['sleep', '3600'], start: true })
  await expect(panel.sandbox('web')).toBeVisible()
  await panel.drag('handle:sandbox:web', panel.network('frontend'))
  await expect(page.getByText(/ip link add name veth/)).toBeVisible()
  await page.getByLabel('Address').fill('172.19.0.77')
  await expect(page.getByText(/address add 172.19.0.77\/16/)).toBeVisible()
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await expect(panel.cable('web', 'frontend')).toBeVisible()
  await expect(page.getByRole('contentinfo')).toContainText(/Connected web to frontend\s*\d+(\.\d+)?\s*ms/)
  await page.getByRole('contentinfo').getByText('show commands').click()
  await expect(page.getByText(/address add 172.19.0.77\/16/)).toBeVisible()
})

test('containers are made with ports and a policy, stopped, started and removed from the panel', async ({
  panel,
  daemon,
}) => {
  const { page } = panel
  await daemon.call('network.create', { name: 'six', ipv4: false, ipv6: true })
  await page.getByRole('button', { name: 'Container', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('web')
  await dialog.getByLabel('Network').click()
  await page.getByRole('option', { name: 'six' }).click()
  await dialog.getByRole('button', { name: 'Port', exact: true }).click()
  await dialog.getByLabel('Host port').fill('localhost:8080')
  await expect(dialog.getByText(/host address "localhost" is not an IP address/)).toBeVisible()
  await dialog.getByLabel('Host port').fill('127.0.0.1:8080-8090')
  await expect(dialog.getByText(/port 80\/tcp is handed on by Patchbay over IPv4, as web has IPv6 alone/)).toBeVisible()
  await dialog.getByRole('button', { name: 'Policy' }).click()
  await dialog.getByLabel('Deny what comes in and no rule allows').check()
  await page.screenshot({ path: test.info().outputPath('container-form.png') })
  await dialog.getByRole('button', { name: 'Create container' }).click()
  await expect(panel.sandbox('web')).toContainText('running')
  expect(host('ip6tables', '-S')).toMatch(/-A PATCHBAY-IN-\S+ .*-j DROP/)
  await panel.sandbox('web').click({ position: { x: 20, y: 30 } })
  await expect(page.getByText('127.0.0.1:8080 → 80/tcp')).toContainText('handed on')
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await expect(panel.sandbox('web')).toContainText('exited', { timeout: 20_000 })
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await expect(panel.sandbox('web')).toContainText('running')
  await page.getByRole('button', { name: 'Remove', exact: true }).click()
  await page
    .getByRole('alertdialog')
    .or(page.getByRole('dialog'))
    .getByRole('button', { name: 'Remove', exact: true })
    .click()
  await expect(panel.sandbox('web')).toHaveCount(0)
  expect(await daemon.call('container.list')).toEqual([])
})

test('an empty panel offers the example, which is made in one click', async ({ panel }) => {
  await panel.page.getByRole('button', { name: 'Run the example' }).click()
  for (const name of ['container1', 'container2', 'container3']) {
    await expect(panel.sandbox(name)).toContainText('running', { timeout: 20_000 })
  }
  await expect(panel.cable('container2', 'backend')).toBeVisible()
  await expect(panel.cable('container2', 'frontend')).toHaveCount(0)
})
