import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { byteName, type TarHeader, textOf } from './header'
import { readTar } from './read'
import { tarEnd, tarFile, tarHeader, tarPadding } from './write'

let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'patchbay-tar-'))
})

afterEach(() => rmSync(dir, { recursive: true }))

const plain: TarHeader = { name: 'a', type: 'file', linkName: '', mode: 0o644, uid: 0, gid: 0, size: 0, mtimeMs: 0 }

/** In pieces of odd lengths, as a socket would bring them. */
async function* inPieces(bytes: Buffer, length = 97): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
}

async function read(bytes: Buffer): Promise<(TarHeader & { text: string })[]> {
  const found = []
  for await (const { body, ...header } of readTar(inPieces(bytes))) {
    const parts: Buffer[] = []
    for await (const part of body) parts.push(Buffer.from(part))
    found.push({ ...header, text: Buffer.concat(parts).toString() })
  }
  return found
}

/** A header with some bytes changed, and its checksum right again. */
function forged(header: Partial<TarHeader>, ...changes: [at: number, bytes: string][]): Buffer {
  const bytes = tarHeader({ ...plain, ...header })
  for (const [at, text] of changes) bytes.write(text, at, 'latin1')
  bytes.fill(0x20, 148, 156)
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return bytes
}

test('what GNU tar writes, in each of its formats, is read', async () => {
  const long = `${'d'.repeat(90)}/${'n'.repeat(90)}`
  writeFileSync(join(dir, 'file'), 'text')
  execFileSync('mkdir', ['-p', join(dir, 'd'.repeat(90))])
  writeFileSync(join(dir, long), 'x'.repeat(1000))
  symlinkSync('t'.repeat(150), join(dir, 'link'))
  for (const format of ['gnu', 'pax', 'ustar', 'oldgnu']) {
    const members = format === 'ustar' ? ['file', long] : ['file', long, 'link']
    const entries = await read(execFileSync('tar', ['-C', dir, '-c', `--format=${format}`, '--', ...members]))
    expect(entries.map(({ name, text }) => [name, text.length])).toEqual(
      [
        ['file', 4],
        [long, 1000],
        ['link', 0],
      ].slice(0, members.length),
    )
    if (entries[2]) expect(entries[2].linkName).toBe('t'.repeat(150))
  }
})

test('GNU tar reads what is written, byte for byte', async () => {
  const names = [
    'short',
    `${'long/'.repeat(40)}name`,
    byteName('Főtanúsítvány'),
    `${byteName('ű').repeat(60)}x`,
    '\xff\xfe',
  ]
  const parts = names.flatMap((name) => [
    tarHeader({ ...plain, name, size: 5, uid: 3_000_000, mtimeMs: 1_700_000_000_000 }),
    Buffer.from('hello'),
    tarPadding(5),
  ])
  const bytes = Buffer.concat([...parts, tarFile('own', Buffer.from('{}')), tarEnd])
  writeFileSync(join(dir, 'out.tar'), bytes)
  const listed = execFileSync('tar', [
    '-tf',
    join(dir, 'out.tar'),
    '--quoting-style=literal',
    '--show-transformed-names',
  ])
  expect(listed.toString('latin1').trimEnd().split('\n')).toEqual([...names, 'own'])
  expect(execFileSync('tar', ['--numeric-owner', '-tvf', join(dir, 'out.tar'), 'short']).toString()).toContain(
    '3000000/0',
  )
  expect((await read(bytes)).map(({ name, uid, text }) => [name, uid, text])).toEqual([
    ...names.map((name) => [name, 3_000_000, 'hello']),
    ['own', 0, '{}'],
  ])
  expect(textOf(names[2] ?? '')).toBe('Főtanúsítvány')
})

test('devices, links and attributes survive', async () => {
  const headers: TarHeader[] = [
    { ...plain, name: 'null', type: 'character', device: [1, 3], mode: 0o666 },
    { ...plain, name: 'dir/', type: 'directory', mode: 0o1777, gid: 50 },
    { ...plain, name: 'hard', type: 'link', linkName: 'dir/a' },
    { ...plain, name: 'soft', type: 'symlink', linkName: '../../etc', mode: 0o777 },
    { ...plain, name: 'pipe', type: 'fifo', mtimeMs: 5_000 },
  ]
  const entries = await read(Buffer.concat([...headers.map(tarHeader), tarEnd]))
  expect(entries).toEqual(headers.map((header) => ({ ...header, text: '' })))
})

test('a file of 8 GiB and more keeps its size', async () => {
  const bytes = tarHeader({ ...plain, size: 2 ** 40 })
  for await (const entry of readTar(inPieces(bytes))) {
    expect(entry.size).toBe(2 ** 40)
    break
  }
})

test.each<[string, Buffer, string]>([
  ['nothing', Buffer.alloc(0), 'cut off'],
  ['text', Buffer.from('hello, world\n'.repeat(100)), 'a checksum is no number'],
  ['a cut header', tarHeader(plain).subarray(0, 300), 'cut off'],
  ['a cut file', Buffer.concat([tarHeader({ ...plain, size: 2000 }), Buffer.alloc(600)]), 'in the middle of "a"'],
  ['no end mark', Buffer.concat([tarHeader({ ...plain, size: 5 }), Buffer.alloc(512)]), 'before its end mark'],
  ['a changed header', Buffer.concat([Buffer.from('b'), tarHeader(plain).subarray(1)]), 'checksum'],
  ['a negative size', forged({}, [124, `\xff${'\xff'.repeat(11)}`]), 'out of range'],
  ['an endless size', forged({}, [124, `\x80${'\xff'.repeat(11)}`]), 'out of range'],
  ['letters for a size', forged({}, [124, 'not a size']), 'no number'],
  ['a sparse file', forged({}, [156, 'S']), 'a kind that is not read (type flag "S")'],
  ['a directory with content', Buffer.concat([forged({ type: 'directory', size: 512 }), tarEnd]), 'has content'],
  ['an endless pax header', forged({ size: 2 ** 30 }, [156, 'x']), 'longer than 1048576'],
  [
    'a broken pax header',
    Buffer.concat([forged({ size: 9 }, [156, 'x']), Buffer.from('99 path=x'.padEnd(512, '\0'))]),
    'pax header is broken',
  ],
  [
    'a pax record of no length',
    Buffer.concat([forged({ size: 9 }, [156, 'x']), Buffer.from('0 path=x\n'.padEnd(512, '\0'))]),
    'pax header is broken',
  ],
  [
    'a NUL in a name',
    Buffer.concat([
      forged({ size: 12 }, [156, 'x']),
      Buffer.from('12 path=a\0b\n'.padEnd(512, '\0')),
      tarHeader(plain),
    ]),
    'NUL byte',
  ],
])('%s is refused', async (_, bytes, why) => {
  await expect(read(bytes)).rejects.toMatchObject({ kind: 'invalid-parameter', message: expect.stringContaining(why) })
})

test('a real archive is read whatever its pieces are', async () => {
  const bytes = execFileSync('tar', ['-C', '/usr/share', '-c', '--', 'base-passwd'])
  const names: string[] = []
  for await (const { name } of readTar(inPieces(bytes, 1))) names.push(name)
  expect(names).toContain('base-passwd/passwd.master')
})
