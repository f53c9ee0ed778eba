import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLayout, type Layout } from '../layout'
import { archive } from '../testing/archive'
import { importImage } from './import'
import { loadImages } from './load'
import { saveImages } from './save'
import { ImageStore } from './store'

let dir: string
let layout: Layout

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'patchbay-store-'))
  layout = createLayout(dir, join(dir, 'run'))
  mkdirSync(layout.images)
})

afterEach(() => rmSync(dir, { recursive: true }))

function imported(store: ImageStore, text: string, reference?: string): Promise<string> {
  const options = { changes: [`LABEL of=${text}`], ...(reference === undefined ? {} : { reference }) }
  return importImage(store, Readable.from([archive({ name: 'file', text })]), options)
}

function layers(): string[] {
  return readdirSync(join(layout.images, 'layers'))
}

test('images, their names and their order are there again after a restart', async () => {
  const store = await ImageStore.open(layout)
  const first = await imported(store, 'first', 'web')
  await new Promise((resolve) => setTimeout(resolve, 2))
  const second = await imported(store, 'second', 'web:2')
  await store.tag(first, 'other:latest')
  await store.tag(second, 'web:latest')
  const again = await ImageStore.open(layout)
  expect(again.list()).toEqual(store.list())
  expect(again.list().map(({ id, tags }) => [id, tags])).toEqual([
    [second, ['web:latest', 'web:2']],
    [first, ['other:latest']],
  ])
  expect(again.find('web').config.labels).toEqual({ of: 'second' })
  expect(again.taggedAt(second)).toEqual(store.taggedAt(second))
})

test('what a killed daemon left half done is cleared away at the next start', async () => {
  const store = await ImageStore.open(layout)
  const id = await imported(store, 'kept', 'kept')
  mkdirSync(join(layout.images, 'new-half/rootfs'), { recursive: true })
  mkdirSync(join(layout.images, 'f'.repeat(64), 'rootfs'), { recursive: true })
  writeFileSync(join(layout.images, 'layers', 'e'.repeat(64)), 'of nobody')
  const again = await ImageStore.open(layout)
  expect(again.list().map((image) => image.id)).toEqual([id])
  expect(readdirSync(layout.images).sort()).toEqual([id.replace('sha256:', ''), 'layers', 'tags.json'].sort())
  expect(layers()).toHaveLength(1)
})

test('a layer that two images have stays until the second goes', async () => {
  const store = await ImageStore.open(layout)
  const one = await imported(store, 'same', 'one')
  await new Promise((resolve) => setTimeout(resolve, 2))
  const two = await imported(store, 'same', 'two')
  expect(layers()).toHaveLength(1)
  expect(await store.remove(one, { keepFiles: false })).toEqual([])
  expect(await store.remove(two, { keepFiles: false })).toHaveLength(1)
  expect(layers()).toEqual([])
  expect(await store.remove(two, { keepFiles: false })).toEqual([])
})

test('files that are still needed outlive the removal and a restart, until they are swept', async () => {
  const store = await ImageStore.open(layout)
  const id = await imported(store, 'needed', 'needed')
  await store.remove(id, { keepFiles: true })
  const again = await ImageStore.open(layout)
  expect(again.list()).toEqual([])
  expect(() => again.find(id)).toThrow('is not here')
  expect(again.getImage(id)).toMatchObject({ id, tags: [] })
  await again.sweep(() => true)
  expect(existsSync(join(again.rootfsOf(id), 'file'))).toBe(true)
  await again.sweep(() => false)
  expect(existsSync(again.rootfsOf(id))).toBe(false)
})

test('an image of the older kind gets a configuration and a layer, keeps its id and name, and can be saved', async () => {
  const hex = 'a'.repeat(64)
  mkdirSync(join(layout.images, hex, 'rootfs'), { recursive: true })
  writeFileSync(join(layout.images, hex, 'rootfs/file'), 'old')
  const old = { tags: ['busybox:latest'], createdAt: '2025-01-02T03:04:05.000Z', sizeBytes: 3, workingDir: '/srv' }
  const record = { id: `sha256:${hex}`, ...old, command: ['sh'], env: ['A=b'] }
  writeFileSync(join(layout.images, hex, 'image.json'), JSON.stringify(record))
  const store = await ImageStore.open(layout)
  const again = await ImageStore.open(layout)
  for (const image of [store.find('busybox'), again.find('busybox')]) {
    expect(image).toMatchObject({ id: `sha256:${hex}`, createdAt: new Date(old.createdAt), sizeBytes: 3 })
    expect(image.config).toMatchObject({ command: ['sh'], env: ['A=b'], workingDir: '/srv' })
  }
  const [loaded] = await loadImages(again, Readable.from(saveImages(again, ['busybox'])), () => undefined)
  expect(loaded).toMatchObject({ tags: ['busybox:latest'] })
  expect(again.find('busybox').config.command).toEqual(['sh'])
})
