import { type Cursor, visible } from './cursor'
import { type Draft, readLayer } from './draft'

const beginnings = ['GET ', 'HEAD ', 'POST ', 'PUT ', 'DELETE ', 'PATCH ', 'OPTIONS ', 'CONNECT ', 'TRACE ', 'HTTP/1.']
const longest = Math.max(...beginnings.map((word) => word.length))
const mostHeaders = 40

export function isHttp(cursor: Cursor): boolean {
  const begin = cursor.bytes.toString('latin1', cursor.at, Math.min(cursor.end, cursor.at + longest))
  return beginnings.some((word) => begin.startsWith(word))
}

/** The first line, and the headers as far as they are in this packet. */
export function readHttp(draft: Draft, cursor: Cursor): void {
  draft.protocol = 'HTTP'
  readLayer(draft, 'HTTP', cursor, () => {
    const first = readLine(cursor)
    cursor.note('Line', visible(first.text), first.from)
    draft.info = visible(first.text, 200)
    for (let seen = 0; seen < mostHeaders && cursor.left > 0; seen++) {
      const { text, from } = readLine(cursor)
      if (text.length === 0) break
      cursor.note('Header', visible(text), from)
    }
    return draft.info
  })
}

/** Up to the end of the line, or of the packet. */
function readLine(cursor: Cursor): { text: Buffer; from: number } {
  const from = cursor.at
  const found = cursor.bytes.subarray(from, cursor.end).indexOf('\n')
  const end = found < 0 ? cursor.end : from + found
  cursor.skip((found < 0 ? end : end + 1) - from)
  const text = cursor.bytes.subarray(from, end)
  return { text: text.at(-1) === 0x0d ? text.subarray(0, -1) : text, from }
}
