import type { ChildProcess } from 'node:child_process'
import { closeSync, fstatSync, openSync, readlinkSync } from 'node:fs'
import type { FoundNetns } from '../cnm/netns-state'
import { createEventSource } from './event-source'
import { handleOnly, isNamespace } from './inside'
import { isNftTransaction } from './monitor-lines'
import type { NetnsTables } from './netns-contract'
import { start } from './run'

/** Programs that tell, from inside, when tables of a namespace have changed. */
export function createNetnsMonitors(): Pick<NetnsTables, 'watch' | 'isOnlyOurs'> {
  const running = new Set<ChildProcess>()

  function begin(netns: FoundNetns, argv: readonly string[]): ChildProcess {
    const child = startInside(netns, ['--pdeathsig', 'KILL', '--', ...argv])
    running.add(child)
    child.once('error', () => running.delete(child)).once('close', () => running.delete(child))
    return child
  }

  return {
    watch(netns, table, changed, lost) {
      const argv = table === 'flows' ? ['conntrack', '-E', '-o', 'extended,id'] : ['nft', 'monitor']
      const isEvent = table === 'flows' ? () => true : isNftTransaction
      const source = createEventSource(() => begin(netns, argv))
      const stops = [source.onLost(lost), source.listen((line) => isEvent(line) && changed())]
      return () => {
        for (const stop of stops) stop()
      }
    },
    isOnlyOurs({ id, isHost, mounts, elsewhere, processCount }) {
      if (isHost || mounts.length > 0 || elsewhere) return false
      const inside = [...running].filter(({ pid }) => pid !== undefined && namespaceOf(pid) === id)
      return processCount <= inside.length
    },
  }
}

/** What was opened is what is entered, though the path may lead elsewhere by now. */
function startInside(netns: FoundNetns, args: readonly string[]): ChildProcess {
  if (netns.isHost) return start('setpriv', args)
  const file = tryOpen(netns)
  const child = start('setpriv', args, { netns: file === null ? '/dev/null' : `/proc/${process.pid}/fd/${file}` })
  const close = () => file !== null && closeSync(file)
  child.once('error', close).once('close', close)
  return child
}

function tryOpen(netns: FoundNetns): number | null {
  try {
    const file = openSync(netns.path, handleOnly)
    if (isNamespace(fstatSync(file), netns)) return file
    closeSync(file)
  } catch {
    // it has gone
  }
  return null
}

function namespaceOf(pid: number): string | undefined {
  try {
    return /^net:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/ns/net`))?.[1]
  } catch {
    return undefined
  }
}
