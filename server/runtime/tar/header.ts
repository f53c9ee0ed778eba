/**
 * Names in archives and on disk are bytes, not text: here each byte is one character (latin1), so
 * that a name of any encoding survives unchanged. `textOf` is for showing it to a person.
 */
export type ByteName = string

export function byteName(text: string): ByteName {
  return Buffer.from(text, 'utf8').toString('latin1')
}

export function textOf(name: ByteName): string {
  return Buffer.from(name, 'latin1').toString('utf8')
}

export type TarType = 'file' | 'link' | 'symlink' | 'character' | 'block' | 'directory' | 'fifo'

/** One member of an archive, by POSIX.1-2001 (pax). */
export interface TarHeader {
  /** As written: it may be absolute, or hold "..". */
  readonly name: ByteName
  readonly type: TarType
  /** What a link points at; empty for others. */
  readonly linkName: ByteName
  /** Permission bits with set-uid, set-gid and sticky. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Bytes of content; 0 for all but files. */
  readonly size: number
  readonly mtimeMs: number
  /** Major and minor number of a device. */
  readonly device?: readonly [number, number]
}

export const blockSize = 512

export const typeFlags: Readonly<Record<TarType, string>> = {
  file: '0',
  link: '1',
  symlink: '2',
  character: '3',
  block: '4',
  directory: '5',
  fifo: '6',
}

/** Bytes that fill up the last block. */
export function paddingOf(size: number): number {
  return (blockSize - (size % blockSize)) % blockSize
}
