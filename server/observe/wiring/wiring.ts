import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { NetnsReader } from '../../kernel/netns-contract'
import { createActivity, during, startAll } from '../activity'
import { diffEntities } from '../changes'
import type { Observer } from '../contract'
import { createFeed } from '../feed'
import { coalesce } from '../timing'
import { followContainers } from './containers'
import type { Wiring } from './contract'
import { joinWiring } from './join'
import { describeNamespaces } from './names'
import { createRates } from './rates'
import { createReadings } from './readings'
import { type WiringChange, type WiringEvent, type WiringPicture, wiringCollections } from './view'

export interface WiringOptions {
  readonly reader: NetnsReader
  readonly observer: Pick<Observer, 'watch'>
  /** Where Patchbay mounts sandboxes. */
  readonly sandboxDir: string
  /** A source failed; the picture goes on with what it has and tries again. */
  readonly failed: (error: unknown) => void
  readonly intervals?: { readonly lookAroundMs?: number; readonly lingerMs?: number }
}

const gatherMs = 5
const lookAroundMs = 3_000
const lingerMs = 10_000
const keptChanges = 1_000

type PictureEvent =
  | { readonly type: 'wiring'; readonly wiring: WiringPicture }
  | { readonly type: 'change'; readonly change: WiringChange }

export function createWiring(options: WiringOptions): Wiring {
  const { reader, failed } = options
  const epoch = randomUUID()
  let picture: WiringPicture = { namespaces: {}, links: {}, cables: {} }
  const feed = createFeed<PictureEvent>({ limit: keptChanges, whole: () => ({ type: 'wiring', wiring: picture }) })
  const drawing = coalesce({ delayMs: gatherMs, work: draw, failed })
  const containers = followContainers(options.observer, failed)
  const readings = createReadings({
    reader,
    lookAroundMs: options.intervals?.lookAroundMs ?? lookAroundMs,
    changed: drawing.soon,
    failed,
  })
  const rates = createRates({ reader, picture: () => picture, namespaces: () => readings.all, failed })

  function draw(): void {
    const before = picture
    const read = [...readings.all].filter(({ state, failure }) => state !== null || failure !== null)
    picture = joinWiring(
      read,
      describeNamespaces({ containers: containers.all, sandboxDir: options.sandboxDir, hostName: hostname() }),
    )
    const change = diffEntities(wiringCollections, before, picture)
    if (change) feed.append({ type: 'change', change: change as WiringChange })
  }

  /** What things are called comes from the network picture, and may come later than they themselves. */
  async function start(): Promise<() => void> {
    const stop = await startAll([() => containers.start(drawing.soon), readings.start])
    draw()
    return stop
  }

  const live = createActivity(start, options.intervals?.lingerMs ?? lingerMs)
  const counting = createActivity(rates.start, options.intervals?.lingerMs ?? lingerMs)

  return {
    async *watch(signal, resume) {
      const seen = resume?.epoch === epoch ? resume.version : undefined
      yield* during(live, async function* (): AsyncGenerator<WiringEvent> {
        await drawing.flush()
        for await (const { version, event } of feed.follow(signal, seen)) yield { ...event, epoch, version }
      })
    },
    async *watchRates(signal) {
      yield* during(live, () =>
        during(counting, async function* () {
          for await (const { event } of rates.feed.follow(signal)) yield event
        }),
      )
    },
    async read() {
      const release = await live.hold()
      try {
        await drawing.flush()
        return picture
      } finally {
        release()
      }
    },
    async close() {
      feed.close()
      rates.feed.close()
      counting.close()
      live.close()
      drawing.close()
    },
  }
}
