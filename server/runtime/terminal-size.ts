import { constants, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { TerminalSize } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'

const mostCells = 65_535
const resizeMessage = 1
const againMs = 150

const latest = new Map<string, TerminalSize>()

/**
 * Tells the conmon whose files are in `dir` its terminal's size. Said again a moment later, for of several messages
 * that wait conmon takes the first for all. False where there is no conmon any more. Only for a conmon with a
 * terminal: another one would collect what it never reads.
 */
export async function resizeTerminal(dir: string, size: TerminalSize): Promise<boolean> {
  for (const count of [size.rows, size.columns]) checkCells(count)
  const isRepeated = latest.has(dir)
  latest.set(dir, size)
  if (!isRepeated) setTimeout(() => void sayAgain(dir), againMs).unref()
  return say(dir, size)
}

async function sayAgain(dir: string): Promise<void> {
  const size = latest.get(dir)
  latest.delete(dir)
  if (size) await say(dir, size).catch(() => undefined)
}

/** Without a reader the fifo cannot be opened for writing. */
async function say(dir: string, { rows, columns }: TerminalSize): Promise<boolean> {
  try {
    const fifo = await open(join(dir, 'ctl'), constants.O_WRONLY | constants.O_NONBLOCK)
    await fifo.write(`${resizeMessage} ${rows} ${columns}\n`).finally(() => fifo.close())
    return true
  } catch (error) {
    if (['ENXIO', 'ENOENT', 'EPIPE', 'EAGAIN'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
}

function checkCells(count: number): void {
  if (Number.isInteger(count) && count >= 0 && count <= mostCells) return
  throw new PatchbayError('invalid-parameter', `a terminal has 0 to ${mostCells} rows and columns, not ${count}`)
}
