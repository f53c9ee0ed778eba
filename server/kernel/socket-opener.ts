import { Socket } from 'node:dgram'
import { Server } from 'node:net'
import type { Netns, SocketObject } from '../plan/object'
import { createDialogue, DialogueEnded } from './dialogue'
import { start } from './run'
import { socketOpenerProgram } from './socket-opener-program'
import { systemCalls } from './system-calls'

export type ListeningSocket = Socket | Server

/** None is open: one could not be had. */
export class NotOpened extends Error {
  /** Which of them, by its place. */
  readonly index: number

  constructor(index: number, reason: string) {
    super(reason)
    this.name = 'NotOpened'
    this.index = index
  }
}

/** Opens sockets inside namespaces. Its process runs from the first question until `close`, or until it dies. */
export interface SocketOpener {
  /** In the order asked for, all or none. Throws NotOpened. */
  open(netns: Netns, objects: readonly SocketObject[]): Promise<ListeningSocket[]>
  close(): Promise<void>
}

export function createSocketOpener(): SocketOpener {
  const arrivals = new Map<number, ListeningSocket[]>()
  let last = 0
  const dialogue = createDialogue(() => {
    const { setns, sendmsg } = systemCalls()
    const child = start('perl', ['-e', socketOpenerProgram, `${setns}`, `${sendmsg}`], {
      stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    })
    return child.on('message', (question, handle) => {
      if (handle instanceof Socket || handle instanceof Server) take(Number(question), handle)
    })
  }, 10_000)

  function take(question: number, socket: ListeningSocket): void {
    const sockets = arrivals.get(question)
    if (sockets) sockets.push(socket)
    else socket.close()
  }

  async function ask(netns: Netns, objects: readonly SocketObject[]): Promise<ListeningSocket[]> {
    const [question, sockets] = [++last, [] as ListeningSocket[]]
    const wanted = objects.flatMap(({ protocol, address, port }) => [protocol, address, port])
    const text = `${[question, Buffer.from(netns).toString('hex'), ...wanted].join('\t')}\n`
    arrivals.set(question, sockets)
    try {
      const said = (await dialogue.ask({ text, isLast: () => true })).lines[0] ?? ''
      if (said === 'done' && sockets.length === objects.length) return sockets
      const [, index, reason] = /^(\d+) (.*\S)/.exec(said) ?? []
      throw new NotOpened(Number(index), reason ?? said)
    } catch (error) {
      for (const socket of sockets) socket.close()
      throw error
    } finally {
      arrivals.delete(question)
    }
  }

  return {
    open: (netns, objects) =>
      ask(netns, objects).catch((error: Error) => {
        if (!(error instanceof DialogueEnded)) throw error
        // Its process had died: another one is asked.
        return ask(netns, objects)
      }),
    close: () => dialogue.close(),
  }
}
