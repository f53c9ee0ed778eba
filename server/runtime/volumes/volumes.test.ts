import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { VolumeStore } from '../contract'
import { clearVolumes, createVolumeStore } from './volumes'

let dir: string
let volumes: VolumeStore

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'patchbay-volumes-'))
  volumes = createVolumeStore(dir)
})

afterEach(() => rmSync(dir, { recursive: true }))

test('a volume is made once, keeps its labels, and is found by a new store', async () => {
  const [made, again] = await Promise.all([volumes.ensure('data', { of: 'me' }), volumes.ensure('data', { of: 'you' })])
  expect(again).toEqual(made)
  expect(made).toMatchObject({ name: 'data', labels: { of: 'me' }, mountpoint: join(dir, 'data/_data') })
  writeFileSync(join(made.mountpoint, 'file'), 'text')
  expect(await createVolumeStore(dir).list()).toEqual([made])
  expect(await volumes.sizeOf('data')).toBe(4)
  await volumes.remove('data')
  await volumes.remove('data')
  expect(readdirSync(dir)).toEqual([])
})

test('a volume without a name gets one, and is marked', async () => {
  const volume = await volumes.ensure(undefined)
  expect(volume).toMatchObject({ isAnonymous: true, labels: { 'com.docker.volume.anonymous': '' } })
  expect(volume.name).toMatch(/^[0-9a-f]{64}$/)
  expect((await volumes.ensure('named')).isAnonymous).toBe(false)
})

test('a name cannot lead out of the directory', async () => {
  for (const name of ['..', '../x', 'a/b', '.hidden', 'a', '', 'a\0b', '-rf', 'a b', 'x'.repeat(300)]) {
    await expect(volumes.ensure(name)).rejects.toMatchObject({ kind: 'invalid-parameter' })
    await expect(async () => volumes.remove(name)).rejects.toMatchObject({ kind: 'invalid-parameter' })
    expect(await volumes.find(name)).toBeUndefined()
  }
  expect(readdirSync(dir)).toEqual([])
})

test('a half-made volume is none, and a half-removed one is cleared away', async () => {
  mkdirSync(join(dir, 'half/_data'), { recursive: true })
  mkdirSync(join(dir, '.removed-1'))
  expect(await volumes.list()).toEqual([])
  await clearVolumes(dir)
  expect(readdirSync(dir)).toEqual(['half'])
  expect(await volumes.ensure('half')).toMatchObject({ name: 'half' })
})

test('the size of a volume follows no link', async () => {
  const { mountpoint } = await volumes.ensure('data')
  symlinkSync('/usr', join(mountpoint, 'usr'))
  expect(await volumes.sizeOf('data')).toBe('/usr'.length)
})
