import type { ChildProcess } from 'node:child_process'
import { linesOf } from './lines'

/**
 * A program that prints one event a line. Runs while somebody listens, and is started again when it
 * dies; `onLost` tells that events may have been missed.
 */
export interface EventSource {
  /** Returns how to stop listening. */
  listen(onLine: (line: string) => void): () => void
  onLost(listener: () => void): () => void
  close(): Promise<void>
}

const shortestDelayMs = 250
const longestDelayMs = 10_000

export function createEventSource(startProcess: () => ChildProcess): EventSource {
  const listeners = new Set<(line: string) => void>()
  const lostListeners = new Set<() => void>()
  let child: ChildProcess | undefined
  let ended: Promise<void> = Promise.resolve()
  let restart: NodeJS.Timeout | undefined
  let delayMs = shortestDelayMs

  function begin(): void {
    restart = undefined
    const running = startProcess()
    child = running
    running.stdin?.end()
    running.stderr?.resume()
    linesOf(running.stdout, (line) => {
      delayMs = shortestDelayMs
      for (const listener of listeners) listener(line)
    })
    ended = new Promise((resolve) => {
      const onEnd = () => {
        resolve()
        if (child === running) lose()
      }
      running.once('error', onEnd)
      running.once('close', onEnd)
    })
  }

  function lose(): void {
    child = undefined
    if (listeners.size === 0 || restart !== undefined) return
    restart = setTimeout(() => {
      begin()
      for (const listener of lostListeners) listener()
    }, delayMs)
    delayMs = Math.min(delayMs * 2, longestDelayMs)
  }

  function end(): void {
    clearTimeout(restart)
    restart = undefined
    const leaving = child
    child = undefined
    leaving?.kill('SIGTERM')
  }

  return {
    listen: (onLine) => {
      listeners.add(onLine)
      if (child === undefined && restart === undefined) begin()
      return () => {
        if (listeners.delete(onLine) && listeners.size === 0) end()
      }
    },
    onLost: (listener) => {
      lostListeners.add(listener)
      return () => lostListeners.delete(listener)
    },
    close: async () => {
      listeners.clear()
      lostListeners.clear()
      end()
      await ended
    },
  }
}
