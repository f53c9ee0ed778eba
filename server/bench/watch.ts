import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { chromium, type Page } from '@playwright/test'
import { Daemon } from '../../e2e/fixtures/daemon'
import { run } from '../kernel/run'
import { formatTable, percentile } from './table'

const bridges = 10
const namespaces = 500
const rules = 5_000
const ticksPerSecond = 100
const debian = '/usr/bin/chromium'

/**
 * What it costs to watch, and how soon one sees: a daemon with its web and a headless Chromium, beside 500 namespaces with
 * a pair to a bridge each, which are 1,000 interfaces beside the loopbacks, and 5,000 rules of iptables.
 */
export async function benchWatch(): Promise<void> {
  const daemon = new Daemon(3190)
  const rows: string[][] = []
  await daemon.start()
  try {
    await makeHost()
    rows.push(['daemon, nobody looking', await busy(daemon), '≤ 1 %'])
    rows.push(['whole picture of 500 namespaces, at its start', `${await firstPicture(daemon)} ms`, '≤ 3,000 ms'])
    const browser = await chromium.launch(existsSync(debian) ? { executablePath: debian } : {})
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
      await page.goto(daemon.link)
      rows.push(...(await onPage(daemon, page)))
    } finally {
      await browser.close()
    }
  } finally {
    await daemon.stop()
    daemon.teardown()
    await removeHost()
  }
  console.log(`\nWatching ${namespaces} namespaces with ${2 * namespaces} interfaces, and ${rules} rules.\n`)
  console.log(formatTable(['', 'measured', 'wanted'], rows))
}

const each = (line: (index: number) => string) => Array.from({ length: namespaces }, (_, index) => line(index))

async function makeHost(): Promise<void> {
  await batch(Array.from({ length: bridges }, (_, index) => `link add wb${index} up type bridge`))
  await batch(each((index) => `netns add w${index}`))
  await batch(
    each((index) => `link add wp${index} master wb${index % bridges} up type veth peer name eth0 netns w${index}`),
  )
  const lines = Array.from({ length: rules }, (_, index) => `-A WATCHED -s 10.${index >> 8}.${index & 255}.1 -j ACCEPT`)
  await run('iptables-restore', ['--noflush'], { input: `*filter\n:WATCHED - [0:0]\n${lines.join('\n')}\nCOMMIT\n` })
}

async function removeHost(): Promise<void> {
  await batch(each((index) => `netns delete w${index}`))
  await batch(Array.from({ length: bridges }, (_, index) => `link delete wb${index}`))
  await run('iptables', ['-F', 'WATCHED'])
  await run('iptables', ['-X', 'WATCHED'])
}

function batch(lines: readonly string[]) {
  return run('ip', ['-batch', '-'], { input: `${lines.join('\n')}\n`, timeoutMs: 120_000 })
}

/** From the call of a script to its answer, while nothing was being watched. */
async function firstPicture(daemon: Daemon): Promise<number> {
  const began = performance.now()
  const { namespaces: found } = await daemon.call<{ namespaces: object }>('wiring.list')
  const took = Math.round(performance.now() - began)
  if (Object.keys(found).length <= namespaces) throw new Error('namespaces are missing in the picture')
  return took
}

async function onPage(daemon: Daemon, page: Page): Promise<string[][]> {
  const rows: string[][] = []
  await page.goto(`${daemon.url}/`)
  await page.waitForFunction(() => document.querySelectorAll('[data-testid^="sandbox:"]').length > 400)
  rows.push(['daemon, the network picture open', await busy(daemon), '≤ 5 %'])
  const began = Date.now()
  await page.goto(`${daemon.url}/wiring`, { waitUntil: 'commit' })
  await page.waitForFunction((count) => document.querySelectorAll('.wire-card').length >= count, namespaces)
  rows.push(['request of /wiring to 500 cards in Chromium', `${Date.now() - began} ms`, '≤ 3,000 ms'])
  rows.push(['daemon, the wiring open', await busy(daemon), '≤ 5 %'])
  rows.push(['moving the wiring, all of it in sight', await framesWhileMoving(page), '≥ 50 a second'])
  await comeNear(page)
  rows.push(['moving the wiring, near enough to read', await framesWhileMoving(page), '≥ 50 a second'])
  const times = await eventTimes(page)
  rows.push(['event to the page, median', `${percentile(times, 0.5).toFixed(0)} ms`, ''])
  rows.push(['event to the page, 95 %', `${percentile(times, 0.95).toFixed(0)} ms`, '≤ 100 ms'])
  await batch(each((index) => `link set wp${index} master wb0`))
  await page.goto(`${daemon.url}/wiring`)
  await page.waitForFunction((count) => document.querySelectorAll('.wire-card').length >= count, namespaces)
  await page.waitForTimeout(5_000)
  rows.push(['moving the wiring, all 500 on one bridge', await framesWhileMoving(page), '≥ 50 a second'])
  await comeNear(page)
  rows.push(['… near enough to read', await framesWhileMoving(page), '≥ 50 a second'])
  return rows
}

/** Turns the wheel over a card in the middle, so that there is something to move. */
async function comeNear(page: Page): Promise<void> {
  const at = await page.evaluate(() => {
    const boxes = [...document.querySelectorAll('.wire-card')].map((card) => card.getBoundingClientRect())
    const farOff = ({ x, y }: DOMRect) => Math.hypot(x - 700, y - 400)
    const box = boxes.sort((one, other) => farOff(one) - farOff(other))[0]
    return { x: (box?.x ?? 700) + 4, y: (box?.y ?? 400) + 4 }
  })
  await page.mouse.move(at.x, at.y)
  await page.keyboard.down('Control')
  for (let turn = 0; turn < 12; turn++) await page.mouse.wheel(0, -120)
  await page.keyboard.up('Control')
  await page.waitForTimeout(500)
}

/** Frames a second while the pointer drags the ground about for three seconds. */
async function framesWhileMoving(page: Page): Promise<string> {
  const counting = page.evaluate(
    () =>
      new Promise<number[]>((resolve) => {
        const at: number[] = []
        const frame = (now: number) => {
          at.push(now)
          if (now - (at[0] ?? now) < 3_000) requestAnimationFrame(frame)
          else resolve(at.map((one, index) => one - (at[index - 1] ?? one)).slice(1))
        }
        requestAnimationFrame(frame)
      }),
  )
  await page.mouse.move(40, 60)
  await page.mouse.move(1200, 800)
  await page.mouse.down()
  const ends = Date.now() + 3_000
  for (let step = 0; Date.now() < ends; step++) {
    await page.mouse.move(1000 + 300 * Math.sin(step / 20), 640 + 180 * Math.cos(step / 20))
    await page.waitForTimeout(8)
  }
  await page.mouse.up()
  const frames = await counting
  const slowest = percentile(frames, 0.95)
  const average = frames.reduce((sum, one) => sum + one, 0) / frames.length
  return `${(1000 / average).toFixed(0)} a second (95 % within ${slowest.toFixed(0)} ms)`
}

/** A namespace's link gets another MTU: from the return of `ip` to the page's text. */
async function eventTimes(page: Page): Promise<number[]> {
  const name = await page.evaluate(() => {
    const cards = [...document.querySelectorAll('.wire-card')]
    const seen = cards.find(
      (card) => card.getBoundingClientRect().top > 80 && card.getBoundingClientRect().bottom < 700,
    )
    return seen?.querySelector('.wire-title')?.textContent ?? ''
  })
  const times: number[] = []
  for (let round = 0; round < 20; round++) {
    const mtu = String(1300 + round)
    const seen = page.evaluate(
      (text) =>
        new Promise<number>((resolve) => {
          const observer = new MutationObserver(() => {
            if (!document.querySelector('main')?.textContent?.includes(text)) return
            observer.disconnect()
            resolve(Date.now())
          })
          observer.observe(document.body, { childList: true, subtree: true, characterData: true })
        }),
      mtu,
    )
    await page.waitForTimeout(200)
    await run('ip', ['-n', name, 'link', 'set', 'eth0', 'mtu', mtu])
    const changed = Date.now()
    times.push(Math.max(0, (await seen) - changed))
  }
  return times
}

/** Of the daemon and the programs that it runs, the web aside: the middle of three times eight seconds, after it has settled. */
async function busy(daemon: Daemon): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 15_000))
  const shares: number[] = []
  for (let round = 0; round < 3; round++) {
    const before = cpuSeconds(daemon.pid())
    await new Promise((resolve) => setTimeout(resolve, 8_000))
    shares.push(((cpuSeconds(daemon.pid()) - before) / 8) * 100)
  }
  return `${percentile(shares, 0.5).toFixed(1)} % of a core (${shares.map((share) => share.toFixed(1)).join(', ')})`
}

function cpuSeconds(daemonPid: number): number {
  let ticks = 0
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const fields = statOf(pid)
    const isOwn = Number(pid) === daemonPid
    const isHelper = fields?.[1] === String(daemonPid) && !isWeb(pid)
    if (fields && (isOwn || isHelper))
      ticks += fields.slice(11, isOwn ? 15 : 13).reduce((sum, part) => sum + Number(part), 0)
  }
  return ticks / ticksPerSecond
}

function isWeb(pid: string): boolean {
  return /next|node/.test(textOf(`/proc/${pid}/cmdline`))
}

/** What /proc/PID/stat has behind the name. */
function statOf(pid: string): string[] | undefined {
  return textOf(`/proc/${pid}/stat`).split(') ')[1]?.split(' ')
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // it has ended meanwhile
  }
}
