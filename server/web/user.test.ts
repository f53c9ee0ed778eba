import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { checkReachable, ensureNode, findWebUser, isReachable } from './user'

const stranger = { name: 'stranger', uid: 54_321, gid: 54_321 }

async function directory(mode = 0o755): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'patchbay-web-'))
  onTestFinished(() => rm(path, { recursive: true }))
  await chmod(path, mode)
  return path
}

async function passwd(...lines: string[]): Promise<string> {
  const path = join(await directory(), 'passwd')
  await writeFile(path, `${lines.join('\n')}\n`)
  return path
}

const root = 'root:x:0:0:root:/root:/bin/bash'
const nobody = 'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin'

test('the web runs as the user that is named', async () => {
  const both = await passwd(root, nobody, 'patchbay:x:990:991::/nonexistent:/usr/sbin/nologin')
  expect(await findWebUser('patchbay', both)).toEqual({ name: 'patchbay', uid: 990, gid: 991 })
  expect(await findWebUser('nobody', both)).toEqual({ name: 'nobody', uid: 65_534, gid: 65_534 })
})

test('the web never runs as root, whatever the user is called, nor as nobody knows whom', async () => {
  const path = await passwd(root, 'patchbay:x:0:0::/root:/bin/sh')
  await expect(findWebUser('patchbay', path)).rejects.toMatchObject({ kind: 'system' })
  await expect(findWebUser('stranger', path)).rejects.toThrow('useradd -r stranger')
})

test('a file is out of reach when any directory above it is closed', async () => {
  const outer = await directory()
  const inner = join(outer, 'inner')
  await mkdir(inner, { mode: 0o755 })
  const file = join(inner, 'node')
  await writeFile(file, '', { mode: 0o755 })
  expect(await isReachable(file, stranger)).toBe(true)
  await chmod(outer, 0o700)
  expect(await isReachable(file, stranger)).toBe(false)
  await expect(checkReachable(stranger, inner)).rejects.toThrow(`user stranger, which the web runs as, cannot enter`)
})

test('a Node that the user cannot reach is copied beside the build, once', async () => {
  const closed = await directory(0o700)
  const node = join(closed, 'node')
  await writeFile(node, 'binary', { mode: 0o700 })
  const webDir = await directory()
  const copy = await ensureNode(webDir, stranger, node)
  expect(await isReachable(copy, stranger)).toBe(true)
  const { mtimeMs } = await stat(copy)
  expect(await ensureNode(webDir, stranger, node)).toBe(copy)
  expect((await stat(copy)).mtimeMs).toBe(mtimeMs)
})
