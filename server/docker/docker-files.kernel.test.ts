import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { archive } from '../runtime/testing/archive'
import { dockerCli } from './testing/cli'
import { setUpFace } from './testing/set-up-face'

const face = setUpFace(() => {
  rmSync(folder, { recursive: true })
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(face.bed.dataDir)
})
/** The client's side. */
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'patchbay-files-'))
})

const { docker, succeeds } = dockerCli(face, () => folder)

async function running(...args: string[]): Promise<void> {
  await succeeds('run', '-d', '--name', 'box', ...args, 'busybox', 'sleep', '3600')
}

function inside(script: string): Promise<string> {
  return succeeds('exec', 'box', 'sh', '-c', script)
}

/** Running, then stopped: what `docker cp` does is the same. */
async function either(isRunning: boolean): Promise<void> {
  await running()
  if (!isRunning) await succeeds('stop', '-t', '0', 'box')
}

async function content(path: string): Promise<string> {
  await succeeds('cp', `box:${path}`, 'look')
  const text = readFileSync(join(folder, 'look'), 'utf8')
  rmSync(join(folder, 'look'))
  return text
}

test.each([true, false])('files and directories are copied in and out (running: %s)', async (isRunning) => {
  await either(isRunning)
  mkdirSync(join(folder, 'dir/sub'), { recursive: true })
  writeFileSync(join(folder, 'dir/file'), 'text')
  writeFileSync(join(folder, 'dir/sub/run'), 'x'.repeat(3_000_000))
  chmodSync(join(folder, 'dir/sub/run'), 0o755)
  symlinkSync('sub/run', join(folder, 'dir/link'))
  await succeeds('cp', 'dir', 'box:/root/new')
  await succeeds('cp', 'dir', 'box:/root')
  await succeeds('cp', 'dir/file', 'box:/root/named')
  expect(await content('/root/named')).toBe('text')
  await succeeds('cp', 'box:/root', 'out')
  expect(readdirSync(join(folder, 'out')).sort()).toEqual(['dir', 'named', 'new'])
  expect(statSync(join(folder, 'out/new/sub/run'))).toMatchObject({ size: 3_000_000, mode: 0o100755 })
  expect(readlinkSync(join(folder, 'out/dir/link'))).toBe('sub/run')
  mkdirSync(join(folder, 'flat'))
  await succeeds('cp', 'box:/root/new/.', 'flat')
  expect(readdirSync(join(folder, 'flat')).sort()).toEqual(['file', 'link', 'sub'])
  await succeeds('cp', '-L', 'box:/root/new/link', 'followed')
  expect(lstatSync(join(folder, 'followed')).isFile()).toBe(true)
  await succeeds('cp', 'box:/root/new/link', 'kept')
  expect(readlinkSync(join(folder, 'kept'))).toBe('sub/run')
  expect((await docker('cp', 'box:/nosuch', '.')).stderr).toMatch(/No such container:path|Could not find the file/)
  expect((await docker('cp', 'dir', 'box:/root/named')).stderr).toMatch(/cannot copy directory|cannot overwrite/)
  expect((await docker('cp', 'dir/file', 'box:/nosuch/dir/')).code).toBe(1)
  expect((await docker('cp', 'dir/file', 'box:/root/named/')).stderr).toContain('no such directory')
  if (!isRunning) await succeeds('start', 'box')
  expect(await inside('cat /root/new/file; id -u; stat -c %a /root/new/sub/run')).toBe('text0\n755')
})

test('archives go over standard input and output', async () => {
  await running()
  const input = archive(
    { name: 'a/', mode: 0o700 },
    { name: 'a/b', text: 'b' },
    { name: 'a/c', type: 'link', linkName: 'a/b' },
  )
  expect(await face.run('docker', ['cp', '-', 'box:/tmp'], { input })).toMatchObject({ code: 0 })
  expect(await inside('cd /tmp; stat -c "%n %a %h" a a/b; cat a/c')).toBe('a 700 2\na/b 644 2\nb')
  const path = encodeURIComponent('/tmp/a')
  const { status, answer } = await face.ask('GET', `/v1.41/containers/box/archive?path=${path}`)
  expect(status).toBe(200)
  expect(answer).toContain('a/b')
  expect((await face.ask('HEAD', '/containers/box/archive')).status).toBe(400)
  expect((await face.ask('HEAD', '/containers/box/archive?path=/nosuch')).status).toBe(404)
  expect((await face.ask('PUT', '/containers/box/archive?path=/nosuch')).status).toBe(404)
  expect((await face.ask('PUT', '/containers/box/archive?path=/etc/passwd')).status).toBe(400)
  expect((await face.ask('PUT', '/containers/box/archive?path=/tmp', 'no tar')).status).toBe(400)
})

test('volumes, bind mounts and the files of the engine are part of it', async () => {
  mkdirSync(join(folder, 'bound'))
  writeFileSync(join(folder, 'file'), 'text')
  await running('-v', 'data:/data', '-v', `${join(folder, 'bound')}:/mnt/bound`, '-v', 'fixed:/fixed:ro')
  await succeeds('cp', 'file', 'box:/data/one')
  await succeeds('cp', 'file', 'box:/mnt/bound/two')
  expect(readFileSync(join(folder, 'bound/two'), 'utf8')).toBe('text')
  expect(await inside('cat /data/one /mnt/bound/two')).toBe('texttext')
  expect(await content('/etc/hosts')).toContain('127.0.0.1')
  expect((await docker('cp', 'file', 'box:/fixed/three')).stderr).toContain('read-only')
  await succeeds('rm', '-f', 'box')
  await succeeds('run', '-d', '--name', 'box', '--read-only', '-v', 'data:/data', 'busybox', 'sleep', '60')
  expect((await docker('cp', 'file', 'box:/root/no')).stderr).toContain('read-only')
  await succeeds('cp', 'file', 'box:/data/yes')
})

test('links inside a container never lead to the host', async () => {
  const secret = join(folder, 'secret')
  const victim = join(folder, 'victim')
  writeFileSync(secret, 'of the host')
  mkdirSync(victim)
  writeFileSync(join(folder, 'file'), 'evil')
  await running()
  const up = '../../../../../../../../../../../..'
  await inside(
    `ln -s ${secret} /one; ln -s ${up}${secret} /two; ln -s ${victim} /dir; ln -s ${up}${victim} /updir; ln -s / /root/top`,
  )
  for (const path of ['/one', '/two']) {
    expect((await docker('cp', '-L', `box:${path}`, 'look')).code, path).toBe(1)
    expect(existsSync(join(folder, 'look'))).toBe(false)
  }
  await docker('cp', 'file', 'box:/dir/file')
  await docker('cp', 'file', 'box:/updir/')
  await face.ask('PUT', '/containers/box/archive?path=/dir', 'x')
  const input = archive(
    { name: 'dir/evil', text: 'evil' },
    { name: `root/top${victim}/evil`, text: 'evil' },
    { name: 'one', text: 'evil' },
  )
  await face.run('docker', ['cp', '-', 'box:/'], { input })
  expect(readdirSync(victim)).toEqual([])
  expect(readFileSync(secret, 'utf8')).toBe('of the host')
  expect(
    (await face.run('docker', ['cp', '-', 'box:/tmp'], { input: archive({ name: '../../evil', text: 'x' }) })).stderr,
  ).toContain('leads out')
})

test('a program that swaps links while files are copied reaches nothing of the host', async () => {
  const victim = join(folder, 'victim')
  mkdirSync(victim)
  writeFileSync(join(victim, 'secret'), 'of the host')
  await running()
  await inside('mkdir -p /race/dir')
  const swap = `while :; do mv /race/dir /race/kept; ln -s ${victim} /race/dir; rm /race/dir; mv /race/kept /race/dir; done 2>/dev/null`
  await succeeds('exec', '-d', 'box', 'sh', '-c', swap)
  const input = archive({ name: 'dir/evil', text: 'evil' })
  for (let round = 0; round < 15; round++) {
    await face.run('docker', ['cp', '-', 'box:/race'], { input })
    const { answer } = await face.ask('GET', '/containers/box/archive?path=/race/dir/.')
    expect(answer).not.toContain('of the host')
  }
  expect(readdirSync(victim)).toEqual(['secret'])
})

test('diff tells what a container has changed, and not what running it brings', async () => {
  await running()
  expect(await succeeds('diff', 'box')).toBe('')
  await inside(
    'echo x > /etc/passwd; mkdir -p /opt/a/b; echo y > /opt/a/b/c; rm -r /var/www; rm /etc/group; mkdir /var/www',
  )
  const changed = ['A /opt', 'A /opt/a', 'A /opt/a/b', 'A /opt/a/b/c', 'C /etc', 'C /etc/passwd', 'D /etc/group']
  expect((await succeeds('diff', 'box')).split('\n').sort()).toEqual(changed)
  await succeeds('stop', '-t', '0', 'box')
  expect((await succeeds('diff', 'box')).split('\n').sort()).toEqual(changed)
})

test('a container is exported, and what is exported is imported', async () => {
  await running('-v', 'data:/data')
  await inside('echo kept > /root/kept; echo volume > /data/not')
  await succeeds('export', '-o', 'box.tar', 'box')
  const names = execFileSync('tar', ['-tf', join(folder, 'box.tar')])
    .toString()
    .split('\n')
  expect(names).toContain('root/kept')
  expect(names).toContain('data/')
  expect(names).not.toContain('data/not')
  await succeeds('import', 'box.tar', 'again')
  expect(await succeeds('run', '--rm', 'again', 'cat', '/root/kept')).toBe('kept')
})

test.each([true, false])('a container becomes an image with what it changed (running: %s)', async (isRunning) => {
  await running('-e', 'A=1', '-w', '/root', '--label', 'of=me')
  await inside(
    'echo new > /root/new; rm /etc/group; rm -r /var/www; mkdir /var/www; ln /root/new /root/twin; mkdir -m 700 /opt',
  )
  if (!isRunning) await succeeds('stop', '-t', '0', 'box')
  const id = await succeeds('commit', '-m', 'changed', '-a', 'me', '--change', 'CMD ["cat", "new"]', 'box', 'made:1')
  expect(await succeeds('run', '--rm', 'made:1')).toBe('new')
  const look = 'ls /etc/group /var/www/index 2>&1 | wc -l; stat -c %h /root/twin; stat -c %a /opt; echo $A'
  expect(await succeeds('run', '--rm', 'made:1', 'sh', '-c', look)).toBe('2\n2\n700\n1')
  expect(JSON.parse(await succeeds('image', 'inspect', 'made:1'))[0]).toMatchObject({
    Id: id,
    Comment: 'changed',
    Author: 'me',
    Config: { Cmd: ['cat', 'new'], WorkingDir: '/root', Labels: { of: 'me' } },
  })
  expect(await succeeds('history', '--format', '{{.CreatedBy}}|{{.Comment}}|{{.Size}}', 'made:1')).toMatch(
    /^sleep 3600\|changed\|\d+B\n/,
  )
  if (isRunning) expect(await inside('echo alive')).toBe('alive')
  await succeeds('save', '-o', 'made.tar', 'made:1')
  await succeeds('rmi', '-f', 'made:1')
  expect(await succeeds('load', '-q', '-i', 'made.tar')).toBe('Loaded image: made:1')
  expect(await succeeds('run', '--rm', 'made:1')).toBe('new')
})

test('a client that goes away while a stopped container is copied does not keep it', async () => {
  await either(false)
  const { request } = await import('node:http')
  await new Promise<void>((resolve, reject) => {
    const asking = request({ socketPath: face.socketPath, path: '/containers/box/archive?path=/' }, (response) => {
      response.once('readable', () => {
        response.destroy()
        resolve()
      })
    })
    asking.once('error', reject)
    asking.end()
  })
  await succeeds('start', 'box')
  expect(await inside('echo alive')).toBe('alive')
})
