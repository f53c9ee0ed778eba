import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeEach, expect, test } from 'vitest'
import { archive, type Member } from '../runtime/testing/archive'
import { dockerCli } from './testing/cli'
import { setUpFace } from './testing/set-up-face'

const face = setUpFace(() => {
  rmSync(folder, { recursive: true })
  expect(readdirSync(imagesDir()).filter((name) => name.startsWith('new-'))).toEqual([])
})
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'patchbay-images-'))
})

function imagesDir(): string {
  return join(face.bed.dataDir, 'images')
}

const { docker, succeeds } = dockerCli(face, () => folder)

function fed(input: Buffer, ...args: string[]): ReturnType<typeof docker> {
  return face.run('docker', args, { cwd: folder, input })
}

async function inspected(reference: string) {
  return JSON.parse(await succeeds('image', 'inspect', reference))[0]
}

function digestOf(bytes: Buffer | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** A program that runs in an image without anything else. */
const busybox: Member = { name: 'bin/busybox', mode: 0o755, text: readFileSync('/bin/busybox') }

interface Built {
  readonly id: string
  readonly bytes: Buffer
}

/** An archive as `docker save` writes it, with these layers. */
function saved(
  layers: readonly Buffer[],
  options: { tags?: string[]; config?: object; compress?: boolean } = {},
): Built {
  const { tags = ['built:1'], config = {}, compress = false } = options
  const text = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    created: '2024-05-06T07:08:09.123456789Z',
    config,
    rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
    history: layers.map((_, index) => ({ created: '2024-05-06T07:08:09Z', created_by: `layer ${index}` })),
  })
  const names = layers.map((_, index) => `layer${index}/layer.tar`)
  const manifest = JSON.stringify([{ Config: 'config.json', RepoTags: tags, Layers: names }])
  const bytes = archive(
    ...layers.map((layer, index) => ({ name: names[index] ?? '', text: compress ? gzipSync(layer) : layer })),
    { name: 'config.json', text },
    { name: 'manifest.json', text: manifest },
  )
  return { id: digestOf(text), bytes }
}

const base = archive(
  { name: 'bin/' },
  busybox,
  { name: 'etc/one', text: '1' },
  { name: 'etc/two', text: '2' },
  { name: 'opt/a/deep', text: '' },
)
const upper = archive(
  { name: 'etc/.wh.one', text: '' },
  { name: 'etc/two', text: 'changed' },
  { name: 'opt/.wh..wh..opq', text: '' },
  { name: 'opt/new', text: 'new' },
)

test('the archive of a root file system becomes an image that runs', async () => {
  writeFileSync(join(folder, 'rootfs.tar'), archive(busybox, { name: 'hello', text: 'hello' }))
  const changes = [
    'CMD ["/bin/busybox", "cat", "/hello"]',
    'ENV GREETING="good day" OTHER=x',
    'WORKDIR /bin',
    'LABEL of=me',
    'EXPOSE 80 53/udp',
    'VOLUME /data',
    'STOPSIGNAL SIGINT',
  ]
  const id = await succeeds(
    'import',
    '-m',
    'by hand',
    ...changes.flatMap((change) => ['-c', change]),
    'rootfs.tar',
    'mine:1',
  )
  expect(id).toMatch(/^sha256:[0-9a-f]{64}$/)
  expect(
    await succeeds('run', '--rm', '--entrypoint', '/bin/busybox', 'mine:1', 'sh', '-c', 'echo "$GREETING" $PWD'),
  ).toBe('good day /bin')
  expect(await inspected('mine:1')).toMatchObject({
    Id: id,
    RepoTags: ['mine:1'],
    Comment: 'by hand',
    Architecture: expect.stringMatching(/amd64|arm64/),
    Os: 'linux',
    Size: statSync('/bin/busybox').size + 5,
    Config: {
      Cmd: ['/bin/busybox', 'cat', '/hello'],
      Env: ['GREETING=good day', 'OTHER=x'],
      WorkingDir: '/bin',
      Labels: { of: 'me' },
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
      Volumes: { '/data': {} },
      StopSignal: 'SIGINT',
      Entrypoint: null,
    },
    RootFS: { Type: 'layers', Layers: [digestOf(readFileSync(join(folder, 'rootfs.tar')))] },
  })
  expect(await succeeds('history', '--format', '{{.Comment}}', 'mine:1')).toBe('by hand')
})

test('an archive comes over standard input too, compressed, and without a name', async () => {
  const said = await fed(gzipSync(archive(busybox)), 'import', '-')
  expect(said).toMatchObject({ code: 0, stdout: expect.stringMatching(/^sha256:/) })
  expect(await succeeds('images', '-q', '--no-trunc', '--filter', 'dangling=true')).toBe(said.stdout)
  expect((await fed(archive(busybox), 'import', '-c', 'RUN rm -rf /', '-')).stderr).toContain(
    'run is not a valid change command',
  )
  expect((await docker('import', 'http://localhost/x.tar')).stderr).toContain('importing from http://localhost/x.tar')
})

test.each([false, true])(
  'a saved image is loaded with its id, its layers laid one over the other (compressed: %s)',
  async (compress) => {
    const { id, bytes } = saved([base, upper], {
      compress,
      config: { Cmd: ['/bin/busybox', 'sh'], Labels: { a: 'b' } },
    })
    writeFileSync(join(folder, 'image.tar'), bytes)
    expect(await succeeds('load', '-q', '-i', 'image.tar')).toBe('Loaded image: built:1')
    expect(await inspected('built:1')).toMatchObject({ Id: id, Created: '2024-05-06T07:08:09.123456789Z' })
    const look = 'cd /etc; /bin/busybox ls; /bin/busybox cat two; cd /opt; /bin/busybox ls'
    expect(await succeeds('run', '--rm', 'built:1', '/bin/busybox', 'sh', '-c', look)).toMatch(
      /^[^1]*two\nchangednew$/s,
    )
    expect(await succeeds('history', '--format', '{{.CreatedBy}} {{.Size}}', 'built:1')).toBe(
      `layer 1 10B\nlayer 0 ${await sizeOf(base)}`,
    )
    expect(await succeeds('load', '-q', '-i', 'image.tar')).toBe('Loaded image: built:1')
  },
)

async function sizeOf(layer: Buffer): Promise<string> {
  const { bytes } = saved([layer], { tags: ['alone:1'] })
  await fed(bytes, 'load', '-q')
  return succeeds('history', '--format', '{{.Size}}', 'alone:1')
}

test('an OCI layout is loaded, an index inside it too, and what is compressed otherwise is named', async () => {
  const layer = gzipSync(base)
  const blobs: Member[] = []
  const blob = (mediaType: string, bytes: Buffer | string, more = {}) => {
    blobs.push({ name: `blobs/${digestOf(bytes).replace(':', '/')}`, text: bytes })
    return { mediaType, digest: digestOf(bytes), size: Buffer.byteLength(bytes), ...more }
  }
  const type = (name: string) => `application/vnd.oci.image.${name}`
  const config = blob(
    type('config.v1+json'),
    JSON.stringify({ os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [digestOf(base)] } }),
  )
  const manifest = (platform: object) =>
    blob(
      type('manifest.v1+json'),
      JSON.stringify({ schemaVersion: 2, config, layers: [blob(type('layer.v1.tar+gzip'), layer)], platform }),
      { platform },
    )
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch
  const inner = JSON.stringify({
    manifests: [manifest({ os: 'unknown', architecture: 'unknown' }), manifest({ os: 'linux', architecture })],
  })
  const annotations = { 'io.containerd.image.name': 'docker.io/library/layout:2' }
  const index = JSON.stringify({ schemaVersion: 2, manifests: [blob(type('index.v1+json'), inner, { annotations })] })
  const bytes = archive({ name: 'oci-layout', text: '{}' }, { name: 'index.json', text: index }, ...blobs)
  expect(await fed(bytes, 'load', '-q')).toMatchObject({ stdout: 'Loaded image: layout:2' })
  expect((await inspected('layout:2')).Id).toBe(config.digest)
  const { bytes: zstd } = saved([Buffer.concat([Buffer.from('28b52ffd', 'hex'), base])])
  expect((await fed(zstd, 'load', '-q')).stderr).toContain('compressed with zstd')
})

test('what is saved is loaded again, one image or several, and is the same', async () => {
  const { id, bytes } = saved([base, upper], { tags: ['built:1', 'lab.example:5000/built:2'] })
  await fed(bytes, 'load')
  await succeeds('save', '-o', 'all.tar', 'built', 'busybox', 'lab.example:5000/built:2')
  const before = await inspected('busybox')
  await succeeds('rmi', '-f', id)
  expect(await docker('image', 'inspect', 'built:1')).toMatchObject({ code: 1 })
  expect((await succeeds('load', '-q', '-i', 'all.tar')).split('\n').sort()).toEqual([
    'Loaded image: built:1',
    'Loaded image: busybox:latest',
    'Loaded image: lab.example:5000/built:2',
  ])
  expect((await inspected('built:1')).RepoTags.sort()).toEqual(['built:1', 'lab.example:5000/built:2'])
  const { Metadata: _, ...after } = await inspected('busybox')
  expect(before).toMatchObject(after)
  expect(execFileSync('tar', ['-tf', join(folder, 'all.tar')]).toString()).toContain('manifest.json')
  await succeeds('save', '-o', 'one.tar', id)
  expect(await succeeds('load', '-i', 'one.tar')).toContain(`Loaded image ID: ${id}`)
  expect((await docker('save', '-o', 'none.tar', 'busybox', 'nosuch')).stderr).toContain('nosuch')
})

test('an image has several names, and goes with the last', async () => {
  await fed(saved([base]).bytes, 'load')
  const { Id: id } = await inspected('built:1')
  await succeeds('tag', 'built:1', 'second')
  expect((await docker('tag', 'built:1', 'Not/Valid')).code).toBe(1)
  expect((await docker('tag', 'nosuch', 'third')).stderr).toContain('No such image: nosuch:latest')
  expect((await docker('rmi', id)).stderr).toContain('must be forced')
  expect(await succeeds('rmi', 'second')).toBe('Untagged: second:latest')
  expect(await succeeds('images', '--format', '{{.Repository}}:{{.Tag}}', '--filter', 'reference=b*:1')).toBe('built:1')
  expect(await succeeds('rmi', 'built:1')).toBe(`Untagged: built:1\nDeleted: ${id}\nDeleted: ${digestOf(base)}`)
  expect(existsSync(join(imagesDir(), id.replace('sha256:', '')))).toBe(false)
  expect((await docker('rmi', 'built:1')).stderr).toContain('No such image: built:1')
})

test('an image that a container uses stays, unless it is forced; what was made of it still starts', async () => {
  const { id, bytes } = saved([base], { config: { Cmd: ['/bin/busybox', 'sleep', '60'] } })
  await fed(bytes, 'load')
  await succeeds('run', '-d', '--name', 'box', 'built:1')
  expect((await docker('rmi', 'built:1')).stderr).toMatch(
    /conflict: unable to remove repository reference "built:1" \(must force\) - container [0-9a-f]{12} is using its referenced image/,
  )
  expect((await docker('rmi', '-f', id)).stderr).toContain(
    '(cannot be forced) - image is being used by running container',
  )
  expect(await succeeds('image', 'prune', '-a', '-f')).not.toContain('built:1')
  await succeeds('stop', '-t', '0', 'box')
  expect((await docker('rmi', id)).stderr).toContain('(must be forced) - image is being used by stopped container')
  expect(await succeeds('rmi', '-f', 'built:1')).toBe(`Untagged: built:1\nDeleted: ${id}`)
  expect(await succeeds('images', '-q', '--no-trunc')).not.toContain(id)
  await succeeds('start', 'box')
  expect(await succeeds('exec', 'box', '/bin/busybox', 'cat', '/etc/one')).toBe('1')
  await succeeds('rm', '-f', 'box')
  await fed(saved([upper], { tags: ['other:1'] }).bytes, 'load')
  await succeeds('rmi', 'other:1')
  expect(existsSync(join(imagesDir(), id.replace('sha256:', '')))).toBe(false)
})

test('prune removes what has no name, or no container, and tells what it was worth', async () => {
  const { id } = saved([base])
  await fed(saved([base], { config: { Labels: { keep: 'yes' } } }).bytes, 'load')
  await fed(saved([base]).bytes, 'load')
  expect(await succeeds('images', '-q', '--no-trunc', '--filter', 'label=keep')).not.toBe(id)
  expect(await succeeds('image', 'prune', '-f', '--filter', 'label!=keep')).toBe('Total reclaimed space: 0B')
  expect(await succeeds('image', 'prune', '-f')).toMatch(
    /^Deleted Images:\ndeleted: sha256:[0-9a-f]{64}\n\nTotal reclaimed space: \d/i,
  )
  await succeeds('run', '-d', '--name', 'box', 'busybox', 'sleep', '60')
  expect(await succeeds('image', 'prune', '-a', '-f')).toMatch(/untagged: built:1/i)
  expect(await succeeds('images', '--format', '{{.Repository}}')).toBe('busybox')
})

test('images are chosen by name, label and time', async () => {
  await fed(saved([base], { tags: ['lab/web:1'], config: { Labels: { a: 'b' } } }).bytes, 'load')
  const listed = (...filters: string[]) =>
    succeeds('images', '--format', '{{.Repository}}:{{.Tag}}', ...filters.flatMap((filter) => ['--filter', filter]))
  expect((await listed()).split('\n').sort()).toEqual(['busybox:latest', 'lab/web:1'])
  expect(await listed('reference=lab/*')).toBe('lab/web:1')
  expect(await listed('reference=*')).toBe('busybox:latest')
  expect(await listed('label=a=b')).toBe('lab/web:1')
  expect(await listed('label=a=c')).toBe('')
  const [older, newer] =
    (await inspected('lab/web:1')).Created < (await inspected('busybox')).Created
      ? ['lab/web:1', 'busybox:latest']
      : ['busybox:latest', 'lab/web:1']
  expect(await listed(`before=${newer}`)).toBe(older)
  expect(await listed(`since=${older}`)).toBe(newer)
  expect(await succeeds('images', '-q', 'busybox')).toMatch(/^[0-9a-f]{12}$/)
})

const outside = join(tmpdir(), 'patchbay-escape')

test.each<[string, () => Buffer, string]>([
  [
    'a name that leads out',
    () => saved([archive({ name: `../../../../../..${outside}`, text: 'x' })]).bytes,
    'leads out of the archive',
  ],
  [
    'a hard link that leads out',
    () => saved([archive({ name: 'x', type: 'link', linkName: '../../../../etc/passwd' })]).bytes,
    'leads out of the archive',
  ],
  ['a layer that is not what its digest says', () => tampered(), 'invalid diffID for layer 0'],
  [
    'a layer that is missing',
    () =>
      archive(
        { name: 'manifest.json', text: '[{"Config":"c","Layers":["x"]}]' },
        { name: 'c', text: `{"rootfs":{"type":"layers","diff_ids":["sha256:${'0'.repeat(64)}"]}}` },
      ),
    'does not hold it',
  ],
  [
    'more layers than digests',
    () =>
      archive(
        { name: 'manifest.json', text: '[{"Config":"c","Layers":["c"]}]' },
        { name: 'c', text: '{"rootfs":{"type":"layers","diff_ids":[]}}' },
      ),
    'has 1 layers',
  ],
  ['a manifest that is no JSON', () => archive({ name: 'manifest.json', text: '[{' }), 'manifest.json is not JSON'],
  ['a manifest of another shape', () => archive({ name: 'manifest.json', text: '{"Config":7}' }), 'manifest.json: '],
  [
    'a configuration that is none',
    () => archive({ name: 'manifest.json', text: '[{"Config":"manifest.json"}]' }),
    'the configuration of the image',
  ],
  ['a name that is none', () => saved([base], { tags: ['../../evil'] }).bytes, 'invalid reference format'],
  ['no image at all', () => archive({ name: 'etc/passwd', text: '' }), 'docker import takes a root file system'],
  ['nothing', () => Buffer.alloc(0), 'cut off'],
  ['half of an archive', () => saved([base]).bytes.subarray(0, 200_000), 'in the middle'],
  ['half of a gzip', () => gzipSync(saved([base]).bytes).subarray(0, 100_000), 'the archive is not whole'],
  [
    'a gzip with holes',
    () => Buffer.concat([gzipSync(saved([base]).bytes).subarray(0, 50_000), Buffer.alloc(50_000, 'x')]),
    'not whole, or no gzip',
  ],
  [
    'a manifest that links to itself',
    () => archive({ name: 'manifest.json', type: 'symlink', linkName: 'manifest.json' }),
    'neither manifest.json',
  ],
  [
    'a manifest that links out',
    () => archive({ name: 'manifest.json', type: 'symlink', linkName: '/etc/passwd' }),
    'neither manifest.json',
  ],
  ['a file of endless size', () => archive({ name: 'big', size: 2 ** 52 }), 'in the middle of "big"'],
])('%s is refused, and nothing is left', async (_, bytes, why) => {
  const tree = () => readdirSync(face.bed.dataDir, { recursive: true }).length
  const before = tree()
  const said = await fed(bytes(), 'load', '-q')
  expect(said).toMatchObject({ code: 1, stderr: expect.stringContaining(why) })
  expect(tree()).toBe(before)
  expect(existsSync(outside)).toBe(false)
})

function tampered(): Buffer {
  const { bytes } = saved([base])
  const at = bytes.indexOf('etc/two')
  bytes[at + 512] = 0x39
  return bytes
}

test('links of an image lead nowhere outside, whether later layers or people follow them', async () => {
  const evil = archive(
    busybox,
    { name: `.${tmpdir()}/` },
    { name: 'out', type: 'symlink', linkName: tmpdir() },
    { name: 'null', type: 'character', device: [1, 3] },
  )
  const { bytes } = saved([evil, archive({ name: 'out/patchbay-escape', text: 'x' })])
  const said = await fed(bytes, 'load')
  expect(said).toMatchObject({ code: 0 })
  expect(existsSync(outside)).toBe(false)
  expect(await succeeds('run', '--rm', 'built:1', '/bin/busybox', 'cat', outside)).toBe('x')
})

test('a client that goes away in the middle of a load leaves nothing', async () => {
  const before = readdirSync(imagesDir())
  const half = saved([base]).bytes.subarray(0, 1_000_000)
  const headers = { 'Content-Type': 'application/x-tar', 'Content-Length': String(half.length * 2) }
  const { request } = await import('node:http')
  const asking = request({ socketPath: face.socketPath, method: 'POST', path: '/images/load', headers })
  asking.on('error', () => undefined)
  asking.write(half)
  await expect.poll(() => readdirSync(imagesDir()).length).toBeGreaterThan(before.length)
  asking.destroy()
  await expect.poll(() => readdirSync(imagesDir())).toEqual(before)
})

test('events tell what happens to images', async () => {
  const since = String(Date.now() / 1000)
  const { id, bytes } = saved([base])
  await fed(bytes, 'load')
  await succeeds('tag', 'built:1', 'second')
  await succeeds('rmi', 'second', 'built:1')
  await succeeds('volume', 'create', 'told')
  await succeeds('volume', 'rm', 'told')
  const until = ['--since', since, '--until', String(Date.now() / 1000)]
  const told = (
    await succeeds('events', ...until, '--format', '{{.Type}} {{.Action}} {{.Actor.Attributes.name}}')
  ).split('\n')
  expect(told).toEqual([
    'image load built:1',
    'image tag second:latest',
    `image untag ${id}`,
    `image untag ${id}`,
    `image delete ${id}`,
    expect.stringMatching(/^volume create/),
    expect.stringMatching(/^volume destroy/),
  ])
  expect(await succeeds('events', ...until, '--filter', 'image=second', '--format', '{{.Action}}')).toBe('tag')
})

test('nothing is pulled, and the refusal says what to do instead', async () => {
  const said = await docker('pull', 'alpine')
  expect(said).toMatchObject({ code: 1, stderr: expect.stringContaining('docker load') })
  expect((await docker('build', '.')).code).toBe(1)
})
