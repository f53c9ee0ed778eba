import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'

/** More than this of either stream is cut off. */
const maxOutputBytes = 1024 * 1024

/** What a stream brings until it ends, or until the command has `ended` and nothing more comes. Says how much it cut. */
export function readCapped(stream: Readable, ended: Promise<unknown>): Promise<string> {
  const chunks: Buffer[] = []
  let [kept, cut] = [0, 0]
  return new Promise((resolve) => {
    stream.on('data', (chunk: Buffer) => {
      const part = chunk.subarray(0, maxOutputBytes - kept)
      chunks.push(part)
      kept += part.length
      cut += chunk.length - part.length
    })
    stream.on('error', () => stream.destroy())
    stream.on('close', () => {
      const text = Buffer.concat(chunks).toString('utf8')
      resolve(cut === 0 ? text : `${text}\npatchbay: output cut here, ${cut} more bytes\n`)
    })
    const finish = () => destroyWhenQuiet(stream, () => kept + cut)
    ended.then(finish, finish)
  })
}

/**
 * Hands on what a stream brings until it ends, or until the command has `ended` and nothing more comes; a slow taker
 * slows the command. Gives the beginning of it, for what a command that never began has to say.
 */
export function forward(
  stream: Readable,
  ended: Promise<unknown>,
  take: (chunk: Buffer) => Promise<void>,
): Promise<string> {
  let [count, beginning, isTaking] = [0, '', false]
  let taking: Promise<void> = Promise.resolve()
  return new Promise((resolve, reject) => {
    stream.on('data', (chunk: Buffer) => {
      if (count === 0) beginning = chunk.toString()
      count += chunk.length
      stream.pause()
      isTaking = true
      taking = take(chunk).then(() => {
        isTaking = false
        stream.resume()
      })
      taking.catch(reject)
    })
    stream.on('error', () => stream.destroy())
    stream.on('close', () => void taking.then(() => resolve(beginning), reject))
    const finish = () => destroyWhenQuiet(stream, () => (isTaking ? undefined : count))
    ended.then(finish, finish)
  })
}

/**
 * What the command left in the background may hold the stream open: it is read until nothing
 * has come for a while, for two seconds at most. `count` gives undefined while what has come is being taken.
 */
function destroyWhenQuiet(stream: Readable, count: () => number | undefined, rounds = 20): void {
  const before = count()
  setTimeout(() => {
    // One turn of the event loop more, so that what waits in the pipe is read even when the daemon was busy.
    setImmediate(() => {
      if (stream.destroyed) return
      const now = count()
      if (now === undefined) destroyWhenQuiet(stream, count, rounds)
      else if (rounds === 0 || now === before) stream.destroy()
      else destroyWhenQuiet(stream, count, rounds - 1)
    })
  }, 100)
}

/**
 * The numbers that conmon writes on its sync pipe for an exec: the pid, then the exit code.
 * `onPid` hears the first; the promise gives the second, undefined where the command never began.
 */
export function readExecReports(pipe: Readable, onPid: (pid: number) => void): Promise<number | undefined> {
  const numbers: number[] = []
  let rest = ''
  return new Promise((resolve) => {
    const finish = () => {
      pipe.destroy()
      resolve(numbers[1])
    }
    pipe.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) numbers.push(Number(/"data": (-?\d+)/.exec(line)?.[1] ?? -1))
      const [first = 0] = numbers
      if (first < 0 || numbers.length > 1) finish()
      else if (first > 0) onPid(first)
    })
    pipe.on('error', finish)
    pipe.on('close', finish)
  })
}

/** Rejects when the program could not be run at all; resolves when it has been reaped. */
export function waitForExit(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', () => resolve())
  })
}
