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

test('a cable that is pulled to another network says beforehand what ends with the old one', async ({
  panel,
  daemon,
}) => {
  const { page } = panel
  for (const name of ['near', 'yard', 'zone']) await daemon.call('network.create', { name })
  await daemon.call('container.create', { name: 'web', network: 'near', command: ['sleep', '3600'], start: true })
  await daemon.call('network.connect', { network: 'yard', container: 'web' })
  await page.getByRole('button', { name: 'Fit' }).click()
  await page.waitForTimeout(1_000)
  const plug = panel
    .network('near')
    .locator('.react-flow__handle:not([data-handleid="uplink"], [data-handleid="free"])')
  const from = await plug.boundingBox()
  const to = await panel.network('zone').boundingBox()
  if (!from || !to) throw new Error('the jack or the network is not on the page')
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2)
  await page.mouse.down()
  await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 12 })
  await page.mouse.up()
  const told = page.getByRole('region', { name: 'This interrupts' })
  await expect(told).toContainText(/container web leaves network near: connections to and from \S+ end/)
  await expect(told).toContainText('container web leaves by network yard instead of near')
  await expect(page.getByRole('dialog')).toContainText(/ip link delete dev veth/)
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await expect(panel.cable('web', 'zone')).toBeVisible()
  await expect(panel.cable('web', 'near')).toHaveCount(0)
})
