import { PatchbayError } from '../../cnm/errors'
import { type Said, sentence } from '../../cnm/sentence'
import { framed, packetsOf } from '../packets'
import { start } from '../run'
import { systemCalls } from '../system-calls'
import { agentProgram } from './agent-program'

/** The process that enters namespaces for Node. It runs from the first question until `close`, or until it dies. */
export interface Agent {
  /**
   * What it answers; datagrams go to `onDatagram` before. Throws not-found where the namespace is another or none, and
   * system for all else, its end included.
   */
  ask(letter: string, body: Buffer, onDatagram?: (datagram: Buffer) => void): Promise<Buffer>
  /** Nothing is asked of it. */
  readonly isIdle: boolean
  close(): Promise<void>
}

interface Question {
  onDatagram(datagram: Buffer): void
  resolve(answer: Buffer): void
  reject(error: Error): void
}

/** `onEvent` hears the frames that answer no question; `onEnd` that it is gone, unless it was closed. */
export function startAgent(onEvent: (letter: string, body: Buffer) => void, onEnd: () => void): Agent {
  const { setns, recvmsg } = systemCalls()
  const questions = new Map<number, Question>()
  let last = 0
  let isClosing = false
  let reason: Said = sentence`it has ended`
  const child = start('perl', ['-e', agentProgram, `${setns}`, `${recvmsg}`])
  const { stdin, stdout, stderr } = child
  if (!stdin || !stdout || !stderr) throw new PatchbayError('system', sentence`perl could not be run`)
  child.on('error', (error) => {
    reason = error.message
    stdout.destroy()
  })
  stdin.on('error', () => undefined) // what ends does not read what is still written to it
  stderr.setEncoding('utf8').on('data', (text: string) => {
    reason = text.trim()
  })

  async function listen(): Promise<void> {
    for await (const frame of packetsOf(stdout as NonNullable<typeof stdout>)) {
      const tag = frame.readUInt32LE(0)
      const letter = String.fromCharCode(frame.readUInt8(4))
      const body = frame.subarray(5)
      if (tag === 0) onEvent(letter, body)
      else take(tag, letter, body)
    }
  }

  function take(tag: number, letter: string, body: Buffer): void {
    const question = questions.get(tag)
    if (letter !== 'd') questions.delete(tag)
    if (letter === 'd') question?.onDatagram(body)
    else if (letter === 'z') question?.resolve(body)
    else question?.reject(errorFrom(body.toString()))
  }

  const ended = listen()
    .catch((error: Error) => {
      reason = error.message
    })
    .then(() => {
      child.kill('SIGKILL')
      for (const { reject } of questions.values()) reject(errorFrom(reason))
      questions.clear()
      if (!isClosing) onEnd()
    })

  return {
    get isIdle() {
      return questions.size === 0
    },
    ask(letter, body, onDatagram = () => undefined) {
      last = (last % 0xffffffff) + 1
      const tag = last
      const head = Buffer.alloc(5)
      head.writeUInt32LE(tag)
      head.write(letter, 4, 'latin1')
      return new Promise((resolve, reject) => {
        if (!stdout.readable) return reject(errorFrom(reason))
        questions.set(tag, { onDatagram, resolve, reject })
        stdin.write(framed(Buffer.concat([head, body])))
      })
    },
    async close() {
      isClosing = true
      stdin.end()
      await ended
    },
  }
}

function errorFrom(reason: Said): PatchbayError {
  if (reason === 'gone') return new PatchbayError('not-found', sentence`the network namespace has gone`)
  return new PatchbayError('system', sentence`network namespaces cannot be read: ${reason}`)
}
