import { expect, type Locator, type Page } from '@playwright/test'
import type { Daemon } from '../fixtures/daemon'

/** The page `/`: what a person sees and does there. */
export class PatchPanel {
  readonly page: Page
  private readonly daemon: Daemon

  constructor(page: Page, daemon: Daemon) {
    this.page = page
    this.daemon = daemon
  }

  async open(): Promise<void> {
    await this.page.goto(`${this.daemon.url}/login?token=${this.daemon.token}`)
    await expect(this.page).toHaveURL(`${this.daemon.url}/`)
    await expect(this.network('bridge')).toBeVisible()
  }

  network(name: string): Locator {
    return this.page.getByTestId(`network:${name}`)
  }

  sandbox(name: string): Locator {
    return this.page.getByTestId(`sandbox:${name}`)
  }

  cable(container: string, network: string): Locator {
    return this.page.getByTestId(`endpoint:${container}:${network}`)
  }

  /** What the inspector is about; not there while it is closed. */
  get inspectorTitle(): Locator {
    return this.page.getByRole('complementary').getByRole('heading', { level: 2 })
  }

  /** Takes a cable from a jack and lets it go over a strip or a card. */
  async drag(from: string, to: Locator): Promise<void> {
    const start = await centre(this.page.getByTestId(from))
    const end = await centre(to)
    await this.page.mouse.move(start.x, start.y)
    await this.page.mouse.down()
    await this.page.mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2, { steps: 8 })
    await this.page.mouse.move(end.x, end.y, { steps: 8 })
    await this.page.mouse.up()
  }

  /** Drags a cable from a sandbox to a network, and confirms the sheet. */
  async connect(container: string, network: string): Promise<void> {
    await this.drag(`handle:sandbox:${container}`, this.network(network))
    await this.page.getByRole('button', { name: 'Connect', exact: true }).click()
    await expect(this.cable(container, network)).toBeVisible()
  }

  async selectCable(container: string, network: string): Promise<void> {
    await this.cable(container, network).click()
  }

  /** Takes back what a toast with these words tells, by its button. */
  async undo(told: string): Promise<void> {
    const toast = this.page.locator('[data-sonner-toast]').filter({ hasText: told })
    await toast.getByRole('button', { name: 'Undo', exact: true }).press('Enter')
  }

  async createNetwork(name: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Network', exact: true }).click()
    const dialog = this.page.getByRole('dialog')
    await dialog.getByLabel('Name').fill(name)
    await dialog.getByRole('button', { name: 'Create network' }).click()
    await expect(this.network(name)).toBeVisible()
  }

  async createContainer(name: string, network: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Container', exact: true }).click()
    const dialog = this.page.getByRole('dialog')
    await dialog.getByLabel('Name').fill(name)
    await dialog.getByLabel('Network').click()
    await this.page.getByRole('option', { name: network }).click()
    await dialog.getByRole('button', { name: 'Create container' }).click()
    await expect(this.sandbox(name)).toContainText('running')
  }
}

async function centre(locator: Locator): Promise<{ x: number; y: number }> {
  await locator.scrollIntoViewIfNeeded()
  const box = await locator.boundingBox()
  if (!box) throw new Error(`${String(locator)} is not on the page`)
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}
