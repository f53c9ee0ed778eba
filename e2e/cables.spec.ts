import { expect, test } from './fixtures/test'

const cables = [
  ['container1', 'backend'],
  ['container2', 'backend'],
  ['container3', 'frontend'],
  ['web', 'frontend'],
  ['web', 'store'],
  ['db', 'store'],
  ['idle', 'bridge'],
] as const

test('every cable is selected by a click in the middle of its place, running or stopped, near or far', async ({
  panel,
  daemon,
}) => {
  const { page } = panel
  await daemon.call('network.create', { name: 'backend' })
  await daemon.call('network.create', { name: 'frontend' })
  await daemon.call('network.create', { name: 'store', internal: true })
  const joined = new Set<string>()
  for (const [name, network] of cables) {
    if (joined.has(name)) await daemon.call('network.connect', { network, container: name })
    else await daemon.call('container.create', { name, network, command: ['sleep', '3600'], start: name !== 'idle' })
    joined.add(name)
  }
  for (const [container, network] of cables) await expect(panel.cable(container, network)).toBeVisible()

  const clickEvery = async () => {
    for (const [container, network] of cables) {
      await panel.cable(container, network).click()
      await expect(panel.inspectorTitle).toHaveText(`${container} · ${network}`)
      await expect(panel.cable(container, network)).toHaveAttribute('aria-pressed', 'true')
      // The inspector takes place from the graph, and in a narrow window hides some of it.
      await page.keyboard.press('Escape')
      await expect(panel.inspectorTitle).toHaveCount(0)
    }
  }
  await clickEvery()
  for (const size of [
    { width: 1280, height: 800 },
    { width: 900, height: 700 },
  ]) {
    await page.setViewportSize(size)
    await page.reload()
    await expect(panel.cable('db', 'store')).toBeVisible()
    await clickEvery()
  }
})

test('a cable is also selected by a click on its way', async ({ panel, daemon }) => {
  const { page } = panel
  await daemon.call('network.create', { name: 'backend' })
  await daemon.call('container.create', { name: 'web', network: 'backend', command: ['sleep', '3600'], start: true })
  await expect(panel.cable('web', 'backend')).toBeVisible()
  const way = page.locator('.panel-cable-line')
  await expect(way).toHaveCount(1)
  const at = await way.evaluate((path) => {
    if (!(path instanceof SVGPathElement)) throw new Error('a cable is a path')
    const { x, y } = path
      .getPointAtLength(path.getTotalLength() * 0.25)
      .matrixTransform(path.getScreenCTM() ?? undefined)
    return { x, y }
  })
  await page.mouse.click(at.x, at.y)
  await expect(panel.inspectorTitle).toHaveText('web · backend')
})
