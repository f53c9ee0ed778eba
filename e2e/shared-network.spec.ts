import { expect, test } from './fixtures/test'

test('a card says whose network it shares, and when it is cut off from it', async ({ panel, daemon }) => {
  const { page } = panel
  const sleeper = { command: ['sleep', '3600'], start: true }
  await daemon.call('network.create', { name: 'backend' })
  await daemon.call('container.create', { name: 'web', network: 'backend', ...sleeper })
  await daemon.call('container.create', { name: 'side', network: 'container:web', ...sleeper })
  await expect(panel.sandbox('side')).toContainText('network of web')
  await panel.sandbox('side').click()
  await expect(page.getByText('It shares the network of web')).toBeVisible()
  await panel.sandbox('web').click()
  await expect(page.getByRole('heading', { name: 'Shared with' })).toBeVisible()
  await daemon.call('container.restart', { container: 'web', timeoutMs: 0 })
  await expect(panel.sandbox('side')).toContainText('cut off from web')
  await daemon.call('container.restart', { container: 'side', timeoutMs: 0 })
  await expect(panel.sandbox('side')).toContainText('network of web')
})
