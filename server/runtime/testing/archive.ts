import type { TarHeader } from '../tar/header'
import { tarEnd, tarHeader, tarPadding } from '../tar/write'

export type Member = Partial<TarHeader> & { name: string; text?: string | Buffer }

/** An archive for tests; a name that ends with a slash is a directory, any other a file unless it says otherwise. */
export function archive(...members: Member[]): Buffer {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0]
  const parts = members.flatMap(({ text = '', ...given }) => {
    const type = given.type ?? (given.name.endsWith('/') ? 'directory' : 'file')
    const mode = type === 'directory' ? 0o755 : 0o644
    const size = given.size ?? Buffer.byteLength(text)
    const header = { linkName: '', mode, uid, gid, mtimeMs: 1e12, ...given, type, size }
    return [tarHeader(header), Buffer.from(text), tarPadding(Buffer.byteLength(text))]
  })
  return Buffer.concat([...parts, tarEnd])
}
