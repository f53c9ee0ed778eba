import { createConnection, createServer } from 'node:net'
import { PatchbayError } from '../cnm/errors'

/** An abstract unix socket: the kernel keeps its name once per network namespace, and frees it with the process. */
const defaultName = '\0patchbay'
const answerWithinMs = 1_000

/**
 * Takes the network namespace of this process for one Patchbay: a second one would see the marks of the first as its
 * own, and remove what it does not know. Gives what releases it again.
 *
 * Throws PatchbayError ("conflict") naming the process that holds it.
 */
export async function claimNamespace(runDir: string, name = defaultName): Promise<() => Promise<void>> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.end(`process ${process.pid}, ${runDir}`)
  })
  const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once('error', resolve)
    server.listen(name, () => resolve(undefined))
  })
  if (error?.code === 'EADDRINUSE') throw new PatchbayError('conflict', takenBy(await holderOf(name)))
  if (error) throw error
  server.unref()
  return () => new Promise((resolve) => server.close(() => resolve()))
}

function takenBy(holder: string): string {
  const hint = 'stop it first, or run this one in a network namespace of its own (ip netns exec)'
  return `another Patchbay already manages this network namespace (${holder}): ${hint}`
}

function holderOf(name: string): Promise<string> {
  return new Promise((resolve) => {
    let said = ''
    const socket = createConnection(name)
    const end = () => {
      socket.destroy()
      resolve(said || 'a process that does not say which')
    }
    socket.setTimeout(answerWithinMs, end)
    socket.on('data', (chunk) => {
      said += chunk.toString()
    })
    socket.once('close', end)
    socket.once('error', end)
  })
}
