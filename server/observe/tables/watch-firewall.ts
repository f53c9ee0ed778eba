import { readFile } from 'node:fs/promises'
import { isPatchbayError, toldBy } from '../../cnm/errors'
import type { FoundNetns } from '../../cnm/netns-state'
import { toTold } from '../../cnm/sentence'
import type { NetnsTables } from '../../kernel/netns-contract'
import { createFirewallWatch, type FirewallWatch } from '../firewall-watch'
import type { Snapshot } from '../snapshot'
import { createBell } from './bell'
import type { NamespaceFirewallEvent } from './contract'
import type { FirewallQuestion } from './rows'

const pollMs = 2_000
const fullReadMs = 10_000
const failureRestMs = 2_000

interface Place {
  readonly tables: Pick<NetnsTables, 'firewall' | 'watch'>
  readonly netns: FoundNetns
  readonly question: FirewallQuestion
  readonly picture: () => Snapshot
}

/** Rules of one family and variant, as the host's are followed; "gone" at last where the namespace has gone. */
export async function* watchNamespaceFirewall(
  place: Place,
  signal: AbortSignal,
): AsyncGenerator<NamespaceFirewallEvent> {
  const bell = createBell(signal)
  while (!signal.aborted) {
    const broken = new AbortController()
    const stops: (() => void)[] = []
    const watch = createWatch(place, (error) => broken.abort(error))
    try {
      stops.push(await watch.start(), await watch.startCounters())
      const either = AbortSignal.any([signal, broken.signal])
      for await (const { event } of watch.feed.follow(either)) yield event
      broken.signal.throwIfAborted()
    } catch (error) {
      if (signal.aborted) return
      if (isPatchbayError(error) && error.kind === 'not-found') {
        yield { type: 'gone' }
        return
      }
      yield { type: 'failed', message: toTold(toldBy(error)) }
    } finally {
      watch.feed.close()
      for (const stop of stops) stop()
    }
    await bell.sleep(failureRestMs)
  }
}

function createWatch({ tables, netns, question, picture }: Place, failed: (error: unknown) => void): FirewallWatch {
  const { family, variant } = question
  return createFirewallWatch({
    sources: {
      readFirewall: async () => ({ variant, text: await tables.firewall(netns, family, variant) }),
      readPackets: () => readPackets(netns),
      monitorFirewall: (notice, lost) =>
        variant === 'legacy' ? () => undefined : tables.watch(netns, 'nftables', notice, lost),
    },
    ...{ picture, pollMs, fullReadMs, failed },
    changed: () => undefined,
  })
}

/** A text that is another one when a packet has passed; where no process is in there to ask of, each time. */
async function readPackets({ isHost, processes }: FoundNetns): Promise<string> {
  const pid = isHost ? 'self' : processes[0]?.pid
  const files = ['dev', 'snmp'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8'))
  return (await Promise.all(files).catch(() => [String(performance.now())])).join('')
}
