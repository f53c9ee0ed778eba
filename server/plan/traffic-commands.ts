import type { FilterObject, QdiscObject } from './object'
import type { Command } from './plan'

/** Queues and filters by `tc`. Which filter is which is known by its place: one of each kind a hook. */
const preferences = { loss: '1', redirect: '2' } as const

export function addTraffic(object: QdiscObject | FilterObject): Command[] {
  // What somebody has put at the root gives way; two clsact cannot be.
  if (object.kind === 'qdisc') return [queue(object, object.type === 'clsact' ? 'add' : 'replace')]
  return [filter(object)]
}

export function removeTraffic(object: QdiscObject | FilterObject): Command {
  if (object.kind === 'qdisc') return tc(object, 'qdisc', 'delete', 'dev', object.link, ...placeOf(object))
  return tc(object, 'filter', 'delete', 'dev', object.link, object.hook, 'pref', preferences[object.type])
}

/** What waits in it stays. */
export function changeQueue(object: QdiscObject): Command {
  return queue(object, 'change')
}

function queue(object: QdiscObject, verb: 'add' | 'replace' | 'change'): Command {
  return tc(object, 'qdisc', verb, 'dev', object.link, ...placeOf(object), ...settingsOf(object))
}

function placeOf({ parent }: QdiscObject): string[] {
  if (parent === 'clsact') return ['clsact']
  return parent === 'root' ? ['root', 'handle', '1:'] : ['parent', '1:1', 'handle', '10:']
}

function settingsOf(object: QdiscObject): string[] {
  switch (object.type) {
    case 'clsact':
      return []
    case 'tbf':
      return [
        ...['tbf', 'rate', `${object.bytesPerSecond * 8}bit`],
        ...['burst', String(object.burstBytes), 'limit', String(object.limitBytes)],
      ]
    case 'netem': {
      const jitter = object.jitterMs === 0 ? [] : [`${object.jitterMs}ms`]
      return ['netem', 'limit', String(object.limitPackets), 'delay', `${object.delayMs}ms`, ...jitter]
    }
  }
}

function filter(object: FilterObject): Command {
  const place = ['dev', object.link, object.hook, 'protocol', 'all', 'pref', preferences[object.type]]
  const action =
    object.type === 'loss'
      ? ['bpf', 'bytecode', lossProgram(object.threshold), 'direct-action']
      : ['u32', 'match', 'u32', '0', '0', 'action', 'mirred', 'egress', 'redirect', 'dev', object.to]
  return tc(object, 'filter', 'add', ...place, ...action)
}

/**
 * Classic BPF of four instructions: load a number chosen by chance; where it is not below the threshold, drop the packet
 * (2, TC_ACT_SHOT), else go on with the next filter (-1). No module for it but the classifier, no rule of a firewall, and
 * frames between two ports of a bridge are seen, too.
 */
function lossProgram(threshold: number): string {
  return `4,32 0 0 4294963256,53 0 1 ${threshold},6 0 0 2,6 0 0 4294967295`
}

function tc(object: QdiscObject | FilterObject, ...args: string[]): Command {
  return { program: 'tc', netns: object.netns, args }
}
