import type { TerminalSize } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import type { OutputChunk } from '../runtime/contract'
import { type Call, flag, numberOf, type Route, sendNothing } from './call'
import { containerOf } from './container-of'
import { parseDetachKeys } from './detach-keys'
import { textOf } from './logs'
import { refuse } from './refuse'
import { converse } from './stream'

export const attachRoutes: readonly Route[] = [
  { method: 'POST', pattern: '/containers/:id/attach', isRaw: true, answer: attach },
  { method: 'GET', pattern: '/containers/:id/attach/ws', answer: () => refuse(true, 'attaching over a web socket') },
  { method: 'POST', pattern: '/containers/:id/resize', answer: resize },
]

/** The answer begins when nothing can be missed any more: the client then starts the container. */
async function attach(call: Call): Promise<void> {
  const { engine, query } = call
  const { id, options } = containerOf(call)
  const isTaken = (name: string) => flag(query, name)
  const detachKeys = options.tty ? parseDetachKeys(query.get('detachKeys') ?? '') : Buffer.alloc(0)
  // Some clients repeat the question as a body.
  await call.skipBody()
  const input = isTaken('stdin') && isTaken('stream')
  const since = new Date()
  const attachment = await engine.attach(id, { input })
  call.events.tell(id, 'attach')
  if (!isTaken('stream')) attachment.close()
  await converse(call, attachment, {
    framed: !options.tty,
    wanted: { stdout: isTaken('stdout'), stderr: isTaken('stderr') },
    ...{ input, detachKeys },
    before: isTaken('logs') ? written(call, id, since) : undefined,
  })
}

/** What it has written before. */
async function* written({ engine }: Call, id: string, until: Date): AsyncGenerator<OutputChunk> {
  for await (const line of await engine.logs(id, {})) {
    if (line.time >= until) return
    yield { stream: line.stream, bytes: textOf(line) }
  }
}

async function resize(call: Call): Promise<void> {
  await call.engine.resize(containerOf(call).id, sizeOf(call.query))
  sendNothing(call, 200)
}

/** `h` and `w`, which have to be there. */
export function sizeOf(query: URLSearchParams): TerminalSize {
  const [rows, columns] = [numberOf(query, 'h'), numberOf(query, 'w')]
  if (rows !== undefined && columns !== undefined) return { rows, columns }
  throw new PatchbayError('invalid-parameter', 'a terminal needs a height (h) and a width (w)')
}
