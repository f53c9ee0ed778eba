import { interfaces, pings } from './fixtures/kernel'
import { expect, test } from './fixtures/test'

test('container2, dragged from backend to frontend too, talks to both sides; the sides do not talk to each other', async ({
  panel,
  daemon,
}) => {
  await panel.createNetwork('backend')
  await panel.createNetwork('frontend')
  await panel.createContainer('container1', 'backend')
  await panel.createContainer('container2', 'backend')
  await panel.createContainer('container3', 'frontend')
  expect(await interfaces(daemon, 'container2')).toEqual(['eth0'])
  expect(await pings(daemon, 'container2', 'container3')).toBe(false)

  await panel.connect('container2', 'frontend')

  expect(await interfaces(daemon, 'container2')).toEqual(['eth0', 'eth1'])
  for (const [from, to] of [
    ['container1', 'container2'],
    ['container2', 'container1'],
    ['container2', 'container3'],
    ['container3', 'container2'],
  ] as const) {
    expect(await pings(daemon, from, to), `${from} → ${to}`).toBe(true)
  }
  expect(await pings(daemon, 'container1', 'container3')).toBe(false)
  expect(await pings(daemon, 'container3', 'container1')).toBe(false)

  await panel.selectCable('container2', 'frontend')
  await panel.page.keyboard.press('Delete')
  await expect(panel.cable('container2', 'frontend')).toHaveCount(0)
  expect(await interfaces(daemon, 'container2')).toEqual(['eth0'])
  expect(await pings(daemon, 'container3', 'container2')).toBe(false)
  expect(await pings(daemon, 'container1', 'container2')).toBe(true)
})

test('a cable can be dragged the other way round, from a network to a sandbox, and cut with the button', async ({
  panel,
  daemon,
}) => {
  await daemon.call('network.create', { name: 'backend' })
  await daemon.call('network.create', { name: 'frontend' })
  await daemon.call('container.create', { name: 'web', network: 'backend', command: ['sleep', '3600'], start: true })
  await expect(panel.sandbox('web')).toBeVisible()
  await panel.drag('handle:network:frontend', panel.sandbox('web'))
  await panel.page.getByRole('button', { name: 'Connect', exact: true }).click()
  await expect(panel.cable('web', 'frontend')).toBeVisible()
  expect(await interfaces(daemon, 'web')).toEqual(['eth0', 'eth1'])

  await panel.selectCable('web', 'frontend')
  await panel.page.getByRole('button', { name: 'Disconnect', exact: true }).click()
  await expect(panel.cable('web', 'frontend')).toHaveCount(0)
  expect(await interfaces(daemon, 'web')).toEqual(['eth0'])
})
