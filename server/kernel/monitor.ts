import type { ChildProcess } from 'node:child_process'
import { createEventSource, type EventSource } from './event-source'
import {
  type AddressEvent,
  type FdbEvent,
  isNftTransaction,
  type LinkEvent,
  type NeighbourEvent,
  parseFdbLine,
  parseNetlinkLine,
  type RouteEvent,
} from './monitor-lines'
import { start } from './run'

export type { AddressEvent, FdbEvent, LinkEvent, RouteEvent } from './monitor-lines'

type Stop = () => void

/**
 * What the kernel tells by itself. Every method returns how to stop listening; the program behind it
 * runs from the first listener to the last. Events of other namespaces come where the kernel has a
 * number for them (a veth leads there).
 */
export interface Monitor {
  onLink(listener: (event: LinkEvent) => void): Stop
  onAddress(listener: (event: AddressEvent) => void): Stop
  onRoute(listener: (event: RouteEvent) => void): Stop
  onNeighbour(listener: (event: NeighbourEvent) => void): Stop
  onFdb(listener: (event: FdbEvent) => void): Stop
  /** Once for every transaction of iptables-nft; iptables-legacy tells nothing, poll that. */
  onFirewall(listener: () => void): Stop
  /** A program died and runs again: events may have been missed, so read anew. */
  onLost(listener: () => void): Stop
  close(): Promise<void>
}

export function createMonitor(): Monitor {
  const netlink = createEventSource(() =>
    watch('ip', '-o', 'monitor', 'all-nsid', 'link', 'address', 'route', 'rule', 'neigh'),
  )
  const fdb = createEventSource(() => watch('bridge', 'monitor', 'fdb'))
  const nft = createEventSource(() => watch('nft', 'monitor'))
  const sources = [netlink, fdb, nft]

  return {
    onLink: (listener) => listenParsed(netlink, parseNetlinkLine, (event) => event.type === 'link' && listener(event)),
    onAddress: (listener) =>
      listenParsed(netlink, parseNetlinkLine, (event) => event.type === 'address' && listener(event)),
    onRoute: (listener) =>
      listenParsed(netlink, parseNetlinkLine, (event) => event.type === 'route' && listener(event)),
    onNeighbour: (listener) =>
      listenParsed(netlink, parseNetlinkLine, (event) => event.type === 'neighbour' && listener(event)),
    onFdb: (listener) => listenParsed(fdb, parseFdbLine, listener),
    onFirewall: (listener) => nft.listen((line) => isNftTransaction(line) && listener()),
    onLost: (listener) => {
      const stops = sources.map((source) => source.onLost(listener))
      return () => {
        for (const stop of stops) stop()
      }
    },
    close: async () => {
      await Promise.all(sources.map((source) => source.close()))
    },
  }
}

/** A monitor reads no input: unless told, it would not notice the daemon's death before the next event. */
function watch(...argv: string[]): ChildProcess {
  return start('setpriv', ['--pdeathsig', 'KILL', '--', ...argv])
}

function listenParsed<Event>(
  source: EventSource,
  parse: (line: string) => Event | undefined,
  listener: (event: Event) => unknown,
): Stop {
  return source.listen((line) => {
    const event = parse(line)
    if (event !== undefined) listener(event)
  })
}
