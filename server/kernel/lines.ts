import type { Readable } from 'node:stream'

/** Tells every whole line that a program prints; what it ends with half-way is left out. */
export function linesOf(stream: Readable | null, told: (line: string) => void): void {
  let text = ''
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (text + chunk).split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) told(line)
  })
}
