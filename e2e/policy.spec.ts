import { execFileSync } from 'node:child_process'
import { expectAccessible } from './fixtures/accessible'
import { expect, test } from './fixtures/test'

test('a policy is set by keyboard and mouse, seen on the panel, holds in the kernel, and is undone', async ({
  panel,
  daemon,
}) => {
  const { page } = panel
  await daemon.call('network.create', { name: 'front' })
  for (const name of ['web', 'db', 'guest']) {
    const serve = 'mkdir -p /www; echo hello > /www/index.html; exec httpd -f -p 80 -h /www'
    await daemon.call('container.create', { name, network: 'front', command: ['sh', '-c', serve], start: true })
  }
  const reaches = async (from: string) =>
    (
      await daemon.call<{ exitCode: number }>('container.exec', {
        container: from,
        command: ['timeout', '1', 'wget', '-q', '-O-', 'http://web/'],
      })
    ).exitCode === 0
  await expect.poll(() => reaches('guest')).toBe(true)

  const inspector = page.getByRole('complementary')
  await panel.sandbox('web').click()
  await inspector.getByRole('tab', { name: 'Policy' }).click()
  await inspector.getByRole('button', { name: 'Edit' }).click()
  await inspector.getByLabel('Deny what comes in and no rule allows').check()
  await inspector.getByRole('button', { name: 'Add rule' }).press('Enter')
  await inspector.getByRole('button', { name: 'Add rule' }).press('Enter')
  const second = inspector.getByRole('group', { name: 'Rule 2' })
  await second.getByLabel('Peer').click()
  await page.getByRole('option', { name: 'container' }).click()
  await second.getByLabel('container').click()
  await page.getByRole('option', { name: 'db' }).click()
  await second.getByLabel('Ports').fill('80')
  await inspector.getByRole('button', { name: 'Move rule 2 up' }).press('Enter')
  await inspector.getByRole('button', { name: 'Remove rule 2' }).press('Enter')
  await expect(inspector).toContainText('Allows TCP to port 80 that comes from container db.')
  await expect(inspector).toContainText(/iptables -A PATCHBAY-IN-\S+ -p tcp/)
  await expect(inspector).toContainText(
    'connections of container web that its policy does not allow any more stand still',
  )
  await page.screenshot({ path: test.info().outputPath('editor.png') })
  await expectAccessible(page, { within: 'aside' })
  await inspector.getByRole('button', { name: 'Save' }).click()
  await expect(inspector).toContainText('Whatever else comes in is denied.')
  await expect.poll(() => reaches('guest')).toBe(false)
  expect(await reaches('db')).toBe(true)

  await panel.sandbox('guest').click()
  const denied = panel.sandbox('web').getByText('denied', { exact: true })
  await expect(denied).toHaveAttribute('title', /the policy of web denies what comes in/)
  await page.screenshot({ path: test.info().outputPath('denied.png') })
  await panel.undo('Changed web')
  await expect(denied).toBeHidden()
  await expect.poll(() => reaches('guest')).toBe(true)
  expect(execFileSync('iptables-save', { encoding: 'utf8' })).not.toMatch(/PATCHBAY-(POLICY|IN-|OUT-)/)
})

test('the administrator’s own chain is edited on the page of rules, of either family', async ({ panel, daemon }) => {
  const { page } = panel
  await daemon.call('network.create', { name: 'six', ipv6: true })
  await page.goto(`${daemon.url}/iptables`)
  await page.getByRole('button', { name: 'PATCHBAY-USER …' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Add rule' }).click()
  await dialog.getByRole('textbox', { name: 'Rule 1' }).fill('-s 203.0.113.0/24 -p tcp --dprt 22 -j DROP')
  await expect(dialog).toContainText('iptables does not take rule 1: unknown option "--dprt"')
  await dialog.getByRole('textbox', { name: 'Rule 1' }).fill('-s 203.0.113.0/24 -p tcp --dport 22 -j DROP')
  await expect(dialog).toContainText('iptables -A PATCHBAY-USER -s 203.0.113.0/24 -p tcp --dport 22 -j DROP')
  await page.screenshot({ path: test.info().outputPath('user-rules.png') })
  await expectAccessible(page, { within: '[role=dialog]' })
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('table', { name: 'iptables' })).toContainText('203.0.113.0/24')
  expect(execFileSync('iptables', ['-S', 'PATCHBAY-USER'], { encoding: 'utf8' })).toContain('--dport 22 -j DROP')
  await panel.undo('PATCHBAY-USER set')
  await expect(page.getByRole('table', { name: 'iptables' })).not.toContainText('203.0.113.0/24')
  await page.getByRole('radio', { name: 'IPv6' }).click()
  await expect(page.getByRole('table', { name: 'iptables' })).toContainText('PATCHBAY-FORWARD')
  await expect(page.getByRole('table', { name: 'iptables' })).toContainText('::1')
  await page.screenshot({ path: test.info().outputPath('ipv6.png') })
})
