import { expectAccessible } from './fixtures/accessible'
import { host, inside } from './fixtures/kernel'
import { expect, test } from './fixtures/test'

test('a network, an endpoint and ports are changed in place, with what that interrupts, and put back', async ({
  panel,
  daemon,
}) => {
  const { page } = panel
  await daemon.call('network.create', { name: 'backend', subnet: '10.70.0.0/24' })
  await daemon.call('container.create', {
    ...{ name: 'web', network: 'backend', command: ['sleep', '3600'], start: true },
    ports: [{ containerPort: 80, hostPort: 8080 }],
  })
  const sheet = page.getByRole('dialog')
  const save = () => sheet.getByRole('button', { name: 'Save', exact: true }).click()
  const addresses = async () => (await inside(daemon, 'web', 'ip', '-4', 'address')).output

  await test.step('the network', async () => {
    await panel.network('backend').click({ position: { x: 20, y: 12 } })
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    await sheet.getByLabel('Internal').check()
    await expect(sheet.getByText('container web has no way out any more')).toBeVisible()
    await sheet.getByLabel('Internal').uncheck()
    await sheet.getByRole('button', { name: 'Add subnet' }).click()
    await sheet.getByLabel('Subnet', { exact: true }).last().fill('10.70.0.0/25')
    await expect(sheet.getByText(/10.70.0.0\/25 overlaps 10.70.0.0\/24 of the same network/)).toBeVisible()
    await sheet.getByLabel('Subnet', { exact: true }).last().fill('10.71.0.0/24')
    await expect(sheet.getByText(/address add 10.71.0.1\/24/)).toBeVisible()
    await expectAccessible(page, { within: '[role=dialog]' })
    await save()
    await expect.poll(() => host('ip', '-o', '-4', 'address')).toContain('10.71.0.1/24')
    await panel.undo('Changed backend')
    await expect.poll(() => host('ip', '-o', '-4', 'address')).not.toContain('10.71.0.1/24')
  })

  await test.step('the endpoint', async () => {
    await panel.selectCable('web', 'backend')
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    await sheet.getByLabel('IPv4 address').fill('10.70.0.99')
    await expect(sheet.getByText('has address 10.70.0.99 in place of 10.70.0.2')).toBeVisible()
    await save()
    await expect.poll(() => addresses()).toContain('10.70.0.99/24')
    await panel.undo('Changed web')
    await expect.poll(() => addresses()).toContain('10.70.0.2/24')
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    await sheet.getByRole('button', { name: 'More', exact: true }).click()
    await sheet.getByLabel('Link-local addresses').fill('169.254.7.7')
    await save()
    await expect.poll(() => addresses()).toContain('169.254.7.7/16')
    await panel.selectCable('web', 'backend')
    await page.keyboard.press('Delete')
    await expect.poll(() => addresses()).not.toContain('10.70.0.2/24')
    await panel.undo('Disconnected web from backend')
    await expect.poll(() => addresses()).toMatch(/169\.254\.7\.7\/16.*10\.70\.0\.2\/24/s)
  })

  await test.step('the ports', async () => {
    await panel.sandbox('web').click({ position: { x: 20, y: 30 } })
    await page.getByRole('button', { name: 'Change', exact: true }).click()
    await sheet.getByRole('button', { name: 'Port', exact: true }).click()
    await sheet.getByLabel('Host port').last().fill('8443')
    await sheet.getByLabel('container port').last().fill('443')
    await save()
    await expect.poll(() => host('iptables', '-t', 'nat', '-S', 'PATCHBAY')).toContain('--dport 8443')
    await page.getByRole('button', { name: 'Close port 8080' }).click()
    await expect.poll(() => host('iptables', '-t', 'nat', '-S', 'PATCHBAY')).not.toContain('--dport 8080')
    await panel.undo('Changed port 8080 of web')
    await expect.poll(() => host('iptables', '-t', 'nat', '-S', 'PATCHBAY')).toContain('--dport 8080')
  })
})
