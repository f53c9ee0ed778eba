import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Mount } from '../cnm/container'
import { dockerCli } from './testing/cli'
import { setUpFace } from './testing/set-up-face'

const face = setUpFace()

const { docker, succeeds } = dockerCli(face)

async function containerWith(source: string): Promise<string> {
  const mount: Mount = {
    type: 'volume',
    source,
    target: '/data',
    readOnly: false,
    options: [],
    short: true,
    anonymous: false,
  }
  const { result } = await face.bed.engine.createContainer({ options: { mounts: [mount] } }, { actor: 'test' })
  return result.id
}

test('a volume is made, listed, inspected and removed', async () => {
  expect(await succeeds('volume', 'create', '--label', 'of=me', 'data')).toBe('data')
  expect(await succeeds('volume', 'create', 'data')).toBe('data')
  const anonymous = await succeeds('volume', 'create')
  expect(anonymous).toMatch(/^[0-9a-f]{64}$/)
  expect(await succeeds('volume', 'ls', '--filter', 'name=dat', '--format', '{{.Driver}} {{.Name}}')).toBe('local data')
  expect(await succeeds('volume', 'ls', '-q', '--filter', 'label=of=you')).toBe('')
  const [volume] = JSON.parse(await succeeds('volume', 'inspect', 'data'))
  expect(volume).toEqual({
    CreatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    Driver: 'local',
    Labels: { of: 'me' },
    Mountpoint: join(face.bed.dataDir, 'volumes/data/_data'),
    Name: 'data',
    Options: null,
    Scope: 'local',
  })
  expect(existsSync(volume.Mountpoint)).toBe(true)
  expect(await succeeds('volume', 'rm', 'data', anonymous)).toBe(`data\n${anonymous}`)
  expect(existsSync(volume.Mountpoint)).toBe(false)
  expect(await docker('volume', 'inspect', 'data')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no such volume'),
  })
  expect(await docker('volume', 'rm', 'data')).toMatchObject({ code: 1 })
  expect(await docker('volume', 'rm', '-f', 'data')).toMatchObject({ code: 0 })
})

test('a volume that a container mounts is in use, whether that runs or not', async () => {
  await succeeds('volume', 'create', 'data')
  const id = await containerWith('data')
  expect((await docker('volume', 'rm', '-f', 'data')).stderr).toContain(`volume is in use - [${id}]`)
  expect(await succeeds('volume', 'ls', '-q', '--filter', 'dangling=true')).toBe('')
  expect(await succeeds('volume', 'ls', '-q', '--filter', 'dangling=false')).toBe('data')
  await succeeds('rm', id)
  expect(await succeeds('volume', 'rm', 'data')).toBe('data')
})

test('prune removes what nobody mounts, and tells what it was worth', async () => {
  for (const name of ['used', 'idle', 'kept']) await succeeds('volume', 'create', '--label', name, name)
  await containerWith('used')
  mkdirSync(join(face.bed.dataDir, 'volumes/idle/_data/deep'))
  writeFileSync(join(face.bed.dataDir, 'volumes/idle/_data/deep/file'), 'x'.repeat(1_234))
  const unlabelled = encodeURIComponent(JSON.stringify({ 'label!': ['kept'] }))
  const anonymous = await succeeds('volume', 'create')
  const newer = await face.ask('POST', `/v1.42/volumes/prune?filters=${unlabelled}`)
  expect(JSON.parse(newer.answer)).toEqual({ VolumesDeleted: [anonymous], SpaceReclaimed: 0 })
  const older = await face.ask('POST', `/v1.41/volumes/prune?filters=${unlabelled}`)
  expect(JSON.parse(older.answer)).toEqual({ VolumesDeleted: ['idle'], SpaceReclaimed: 1_234 })
  expect(await succeeds('volume', 'ls', '-q')).toBe('kept\nused')
})

test('what a local volume does not do is refused by name', async () => {
  expect((await docker('volume', 'create', '-d', 'nfs', 'data')).stderr).toContain('plugin "nfs" not found')
  expect((await docker('volume', 'create', '-o', 'type=tmpfs', 'data')).stderr).toContain('option "type"')
  expect((await docker('volume', 'create', '../data')).stderr).toContain('includes invalid characters')
  expect(await succeeds('volume', 'ls', '-q')).toBe('')
})
