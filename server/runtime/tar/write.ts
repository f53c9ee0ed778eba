import { blockSize, paddingOf, type TarHeader, typeFlags } from './header'

/** What ends an archive. */
export const tarEnd = Buffer.alloc(2 * blockSize)

/** The header of a member, with a pax header before it for what the old format has no room for. */
export function tarHeader(header: TarHeader): Buffer {
  const extended = Object.entries({
    path: header.name.length > 100 ? header.name : undefined,
    linkpath: header.linkName.length > 100 ? header.linkName : undefined,
    size: fits(header.size, 11) ? undefined : String(header.size),
    uid: fits(header.uid, 7) ? undefined : String(header.uid),
    gid: fits(header.gid, 7) ? undefined : String(header.gid),
  }).flatMap(([key, value]) => (value === undefined ? [] : [paxRecord(key, value)]))
  const plain = block(header, typeFlags[header.type])
  if (extended.length === 0) return plain
  const data = Buffer.from(extended.join(''), 'latin1')
  const before = { ...header, name: 'PaxHeaders/0', linkName: '', size: data.length, mode: 0o644 }
  return Buffer.concat([block(before, 'x'), data, tarPadding(data.length), plain])
}

/** What follows a content of `size` bytes. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc(paddingOf(size))
}

/** A file of the archive's own, such as a manifest. */
export function tarFile(name: string, content: Buffer): Buffer {
  const header = { name, type: 'file', linkName: '', mode: 0o644, uid: 0, gid: 0, mtimeMs: 0 } as const
  return Buffer.concat([tarHeader({ ...header, size: content.length }), content, tarPadding(content.length)])
}

function block(header: TarHeader, flag: string): Buffer {
  const bytes = Buffer.alloc(blockSize)
  bytes.write(header.name.slice(0, 100), 0, 'latin1')
  writeNumber(bytes, 100, 8, header.mode)
  writeNumber(bytes, 108, 8, header.uid)
  writeNumber(bytes, 116, 8, header.gid)
  writeNumber(bytes, 124, 12, header.size)
  writeNumber(bytes, 136, 12, Math.max(0, Math.floor(header.mtimeMs / 1000)))
  bytes.write(flag, 156, 'latin1')
  bytes.write(header.linkName.slice(0, 100), 157, 'latin1')
  bytes.write('ustar\x0000', 257, 'latin1')
  const [major, minor] = header.device ?? [0, 0]
  writeNumber(bytes, 329, 8, major)
  writeNumber(bytes, 337, 8, minor)
  bytes.fill(0x20, 148, 156)
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return bytes
}

/** What does not fit stands in the pax header; zero then keeps the old field readable. */
function writeNumber(bytes: Buffer, at: number, length: number, value: number): void {
  const written = fits(value, length - 1) ? value : 0
  bytes.write(written.toString(8).padStart(length - 1, '0'), at, 'latin1')
}

function fits(value: number, digits: number): boolean {
  return value >= 0 && value < 8 ** digits
}

/** The length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  const guess = rest.length + String(rest.length).length
  return `${rest.length + String(guess).length}${rest}`
}
