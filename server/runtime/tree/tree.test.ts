import { execFileSync, spawn } from 'node:child_process'
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readTar } from '../tar/read'
import { tarEnd } from '../tar/write'
import { archive, type Member } from '../testing/archive'
import { pack } from './pack'
import { Tree, type TreeOptions } from './tree'
import { type UnpackOptions, unpack } from './unpack'

let dir: string
let root: string
let outside: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'patchbay-tree-'))
  root = join(dir, 'root')
  outside = join(dir, 'outside')
  for (const path of [root, outside]) mkdirSync(path)
  writeFileSync(join(outside, 'secret'), 'secret')
})

afterEach(() => rmSync(dir, { recursive: true }))

const uid = process.getuid?.() ?? 0
const gid = process.getgid?.() ?? 0

async function lay(bytes: Buffer, options: UnpackOptions = {}, path = '/', mounts?: TreeOptions) {
  const tree = await Tree.open(root, mounts)
  const base = await tree.find(path, { follow: true })
  try {
    return await unpack(readTar(Readable.from([bytes])), tree, base, options)
  } finally {
    await base.handle.close()
    await tree.close()
  }
}

async function packed(path: string, name?: string, mounts?: TreeOptions): Promise<Buffer> {
  const tree = await Tree.open(root, mounts)
  try {
    const node = await tree.find(path, { follow: false })
    const parts: Buffer[] = []
    try {
      for await (const part of pack(tree, node, name === undefined ? {} : { name })) parts.push(Buffer.from(part))
    } finally {
      await node.handle.close()
    }
    return Buffer.concat([...parts, tarEnd])
  } finally {
    await tree.close()
  }
}

async function found(path: string, follow = true): Promise<string> {
  const tree = await Tree.open(root)
  try {
    const node = await tree.find(path, { follow })
    await node.handle.close()
    return node.path
  } finally {
    await tree.close()
  }
}

/** Handles on what the test made. */
function openFiles(): number {
  return readdirSync('/proc/self/fd').filter((fd) => targetOf(fd).startsWith(dir)).length
}

function targetOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return ''
  }
}

test('links lead through the tree as they would inside a container, and never out of it', async () => {
  mkdirSync(join(root, 'usr/lib'), { recursive: true })
  mkdirSync(join(root, dir.slice(1)), { recursive: true })
  symlinkSync('usr/lib', join(root, 'lib'))
  symlinkSync('/usr', join(root, 'usr/lib/back'))
  symlinkSync('../../../../../..', join(root, 'up'))
  symlinkSync(outside, join(root, 'out'))
  symlinkSync('loop', join(root, 'loop'))
  const before = openFiles()
  expect(await found('lib/back/lib/')).toBe('/usr/lib')
  expect(await found('/lib', false)).toBe('/lib')
  expect(await found('up')).toBe('/')
  expect(await found('up/usr/../lib')).toBe('/usr/lib')
  expect(await found('../../..')).toBe('/')
  await expect(found('out')).rejects.toMatchObject({ kind: 'not-found' })
  await expect(found('out/secret')).rejects.toMatchObject({ kind: 'not-found' })
  await expect(found('loop')).rejects.toThrow('too many links')
  await expect(found('usr/none')).rejects.toMatchObject({ kind: 'not-found' })
  await expect(found('a/'.repeat(1000))).rejects.toMatchObject({ kind: 'not-found' })
  expect(openFiles()).toBe(before)
})

test('an archive is laid out with its owners, modes, times and links', async () => {
  const result = await lay(
    archive(
      { name: './' },
      { name: 'dir/', mode: 0o1777, mtimeMs: 5e11 },
      { name: 'dir/file', text: 'hello', mode: 0o4750 },
      { name: 'dir/twin', type: 'link', linkName: 'dir/file' },
      { name: 'soft', type: 'symlink', linkName: '/nowhere' },
      { name: 'not/named/file', text: 'x' },
      { name: 'null', type: 'character', device: [1, 3] },
      { name: 'pipe', type: 'fifo' },
    ),
  )
  expect(result).toEqual({ sizeBytes: 6, leftOut: ['null', 'pipe'] })
  expect(statSync(join(root, 'dir/file'))).toMatchObject({ uid, gid, mode: 0o104750, nlink: 2, mtimeMs: 1e12 })
  expect(statSync(join(root, 'dir'))).toMatchObject({ mode: 0o41777, mtimeMs: 5e11 })
  expect(readlinkSync(join(root, 'soft'))).toBe('/nowhere')
  expect(readdirSync(root).sort()).toEqual(['dir', 'not', 'soft'])
})

test('what is there is replaced, and directories are merged', async () => {
  await lay(
    archive(
      { name: 'a/' },
      { name: 'a/one', text: '1' },
      { name: 'b', text: 'b' },
      { name: 'c', type: 'symlink', linkName: 'b' },
    ),
  )
  await lay(archive({ name: 'a/two', text: '2' }, { name: 'b/' }, { name: 'c', text: 'own' }))
  expect(readdirSync(join(root, 'a'))).toEqual(['one', 'two'])
  expect(lstatSync(join(root, 'b')).isDirectory()).toBe(true)
  expect(readFileSync(join(root, 'c'), 'utf8')).toBe('own')
  await lay(archive({ name: 'a', text: 'file' }))
  expect(readFileSync(join(root, 'a'), 'utf8')).toBe('file')
  await expect(lay(archive({ name: 'b', text: '' }), { keepKinds: true })).rejects.toThrow(
    'cannot overwrite directory "/b" with non-directory "b"',
  )
  await expect(lay(archive({ name: 'a/' }), { keepKinds: true })).rejects.toThrow('non-directory "/a" with directory')
})

test('whiteouts of a layer remove what lies below it, and only that', async () => {
  await lay(
    archive(
      { name: 'a/old', text: '' },
      { name: 'a/sub/deep', text: '' },
      { name: 'b', text: '' },
      { name: 'c/x', text: '' },
    ),
  )
  const layer = archive(
    { name: 'a/new', text: '' },
    { name: 'a/.wh..wh..opq', text: '' },
    { name: 'a/newer', text: '' },
    { name: '.wh.b', text: '' },
    { name: '.wh.missing', text: '' },
    { name: '.wh..wh.plnk', text: '' },
    { name: 'c/', mode: 0o700 },
  )
  await lay(layer, { whiteouts: true })
  expect(readdirSync(root).sort()).toEqual(['a', 'c'])
  expect(readdirSync(join(root, 'a')).sort()).toEqual(['new', 'newer'])
  expect(readdirSync(join(root, 'c'))).toEqual(['x'])
  await lay(archive({ name: '.wh.plain', text: '' }))
  expect(existsSync(join(root, '.wh.plain'))).toBe(true)
})

test('a whiteout removes a link, not what it points at', async () => {
  symlinkSync(outside, join(root, 'out'))
  mkdirSync(join(root, 'in'))
  symlinkSync(outside, join(root, 'in/out'))
  await lay(archive({ name: '.wh.out', text: '' }, { name: '.wh.in', text: '' }), { whiteouts: true })
  expect(readdirSync(root)).toEqual([])
  expect(readdirSync(outside)).toEqual(['secret'])
})

test.each<[string, Member[]]>([
  ['a name above', [{ name: '../outside/evil', text: 'evil' }]],
  ['a name above, further in', [{ name: 'a/../../outside/evil', text: 'evil' }]],
  ['a hard link above', [{ name: 'evil', type: 'link', linkName: '../outside/secret' }]],
  [
    'a hard link through a link',
    [
      { name: 'out', type: 'symlink', linkName: '/tmp/../..' },
      { name: 'evil', type: 'link', linkName: 'out/outside/secret' },
    ],
  ],
  ['a whiteout of the directory above', [{ name: '.wh...', text: '' }]],
  ['a whiteout of the directory itself', [{ name: '.wh..', text: '' }]],
  ['a hard link to nothing', [{ name: 'evil', type: 'link', linkName: '' }]],
  [
    'a member below a file',
    [
      { name: 'a', text: '' },
      { name: 'a/b', text: '' },
    ],
  ],
  ['a member that lies too deep', [{ name: `${'d/'.repeat(300)}f`, text: '' }]],
])('%s is refused, and nothing outside is touched', async (_, members) => {
  const before = openFiles()
  await expect(lay(archive(...members), { whiteouts: true })).rejects.toThrow()
  expect(readdirSync(outside)).toEqual(['secret'])
  expect(statSync(join(outside, 'secret')).nlink).toBe(1)
  expect(openFiles()).toBe(before)
})

test('an absolute name, and a member behind a link that points outside, stay inside', async () => {
  await lay(
    archive(
      { name: `${outside}/evil`, text: 'evil' },
      { name: 'link', type: 'symlink', linkName: outside },
      { name: 'link/evil2', text: 'evil' },
      { name: 'up', type: 'symlink', linkName: '../../../../../..' },
      { name: `up${outside}/evil3`, text: 'evil' },
    ),
  )
  expect(readdirSync(outside)).toEqual(['secret'])
  expect(readdirSync(join(root, outside)).sort()).toEqual(['evil', 'evil2', 'evil3'])
})

test('a layer lays its members through the links of the layer below', async () => {
  await lay(archive({ name: 'usr/lib/' }, { name: 'lib', type: 'symlink', linkName: 'usr/lib' }))
  await lay(archive({ name: 'lib/libc.so', text: 'c' }), { whiteouts: true })
  expect(lstatSync(join(root, 'lib')).isSymbolicLink()).toBe(true)
  expect(readFileSync(join(root, 'usr/lib/libc.so'), 'utf8')).toBe('c')
})

test('what stands in the way is told by name', async () => {
  symlinkSync('/nowhere', join(root, 'dangling'))
  await expect(lay(archive({ name: 'dangling/x', text: '' }))).rejects.toMatchObject({
    kind: 'conflict',
    message: expect.stringContaining('"dangling/x" cannot be written'),
  })
})

test('links that change while files are written lead nowhere', async () => {
  mkdirSync(join(root, 'a/dir'), { recursive: true })
  const flip = `
    const fs = require('node:fs')
    const [a, outside] = process.argv.slice(1)
    console.log('on')
    for (;;) {
      try { fs.renameSync(a + '/dir', a + '/kept'); fs.symlinkSync(outside, a + '/dir') } catch {}
      try { fs.rmSync(a + '/dir', { recursive: true }); fs.renameSync(a + '/kept', a + '/dir') } catch {}
    }`
  const attacker = spawn(process.execPath, ['-e', flip, join(root, 'a'), outside], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    await new Promise((resolve) => attacker.stdout.once('data', resolve))
    for (let round = 0; round < 100; round++) {
      await lay(
        archive({ name: `dir/file${round % 5}`, text: 'x' }, { name: 'dir/sub/', mode: 0o700 }),
        {},
        '/a',
      ).catch(() => undefined)
      const bytes = await packed('/a').catch(() => Buffer.alloc(0))
      expect(bytes.includes('secret')).toBe(false)
    }
  } finally {
    attacker.kill('SIGKILL')
  }
  expect(readdirSync(outside)).toEqual(['secret'])
})

test('what is packed is what is there, hard links and times included', async () => {
  mkdirSync(join(root, 'dir/empty'), { recursive: true })
  writeFileSync(join(root, 'dir/file'), 'x'.repeat(300_000), { mode: 0o640 })
  linkSync(join(root, 'dir/file'), join(root, 'dir/twin'))
  symlinkSync('/etc/shadow', join(root, 'dir/soft'))
  execFileSync('mkfifo', [join(root, 'dir/pipe')])
  utimesSync(join(root, 'dir/file'), 1e9, 1e9)
  const before = openFiles()
  const listed = execFileSync('tar', ['-tv', '--numeric-owner', '--full-time', '--utc'], {
    input: await packed('/dir', 'new'),
  }).toString()
  expect(listed.split('\n').map((line) => line.replace(/ \d{4}-\d\d-\d\d \S+ new/, ' new'))).toEqual([
    expect.stringMatching(/^drwx.* new\/$/),
    expect.stringMatching(/^drwx.* new\/empty\/$/),
    expect.stringMatching(/^-rw-r----- .* 300000 new\/file$/),
    expect.stringMatching(/^prw.* new\/pipe$/),
    expect.stringMatching(/ new\/soft -> \/etc\/shadow$/),
    expect.stringMatching(/^hrw.* new\/twin link to new\/file$/),
    '',
  ])
  expect(listed).toContain('2001-09-09 01:46:40 new/file')
  expect(openFiles()).toBe(before)
  const bytes = await packed('/')
  rmSync(root, { recursive: true })
  mkdirSync(root)
  await lay(bytes)
  expect(statSync(join(root, 'dir/twin'))).toMatchObject({ nlink: 2, size: 300_000 })
})

test('what is mounted is seen, written into, and not removed', async () => {
  const mounts = {
    mounts: new Map([
      ['/data', { source: outside, readOnly: false }],
      ['/etc/hosts', { source: join(dir, 'hosts'), readOnly: false }],
    ]),
  }
  writeFileSync(join(dir, 'hosts'), 'localhost')
  mkdirSync(join(root, 'etc'))
  writeFileSync(join(root, 'etc/hosts'), '')
  mkdirSync(join(root, 'data'))
  expect((await packed('/', undefined, mounts)).includes('secret')).toBe(true)
  expect((await packed('/etc', undefined, mounts)).includes('localhost')).toBe(true)
  await lay(archive({ name: 'data/new', text: 'n' }, { name: 'etc/hosts', text: 'mine' }), {}, '/', mounts)
  expect(readdirSync(outside).sort()).toEqual(['new', 'secret'])
  expect(readFileSync(join(dir, 'hosts'), 'utf8')).toBe('mine')
  await expect(lay(archive({ name: 'data', text: '' }), {}, '/', mounts)).rejects.toThrow('"/data" is a mount')
  await expect(lay(archive({ name: 'etc', text: '' }), {}, '/', mounts)).rejects.toThrow('"/etc/hosts" is a mount')
})

test('what is read-only is not written, below a mount as at the root', async () => {
  mkdirSync(join(root, 'data'))
  mkdirSync(join(root, 'etc'))
  const at = (readOnly: boolean, ...rootOnly: boolean[]) => ({
    mounts: new Map([['/data', { source: outside, readOnly }]]),
    readOnly: rootOnly.includes(true),
  })
  const [file, other] = [archive({ name: 'data/new', text: 'n' }), archive({ name: 'etc/new', text: 'n' })]
  await expect(lay(file, {}, '/', at(true))).rejects.toThrow('mounted volume is marked read-only')
  await expect(lay(other, {}, '/', at(true, true))).rejects.toThrow('container rootfs is marked read-only')
  await lay(other, {}, '/', at(true))
  await lay(file, {}, '/', at(false, true))
  expect(readdirSync(outside).sort()).toEqual(['new', 'secret'])
})
