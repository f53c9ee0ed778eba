import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Container } from '../cnm/container'
import { type ContainerId, createId } from '../cnm/ids'
import type { Netns } from '../plan/object'
import type { ExitEvent, LogLine, Runtime } from './contract'
import { createRuntime } from './runtime'
import { containerOf } from './testing/container'

const netns: Netns = '/run/netns-of-test'
const files = { hosts: '127.0.0.1\tlocalhost\n', resolvConf: 'nameserver 127.0.0.11\n', hostname: 'box\n' }

let dirs: { dataDir: string; runDir: string }
let runtime: Runtime
let events: ExitEvent[]
let mountsBefore: number
const made: ContainerId[] = []

beforeAll(async () => {
  await writeFile(netns, '')
  execFileSync('unshare', [`--net=${netns}`, 'true'])
  execFileSync('nsenter', [`--net=${netns}`, 'ip', 'link', 'set', 'lo', 'up'])
  const base = mkdtempSync(join(tmpdir(), 'patchbay-runtime-'))
  dirs = { dataDir: join(base, 'data'), runDir: join(base, 'run') }
  mountsBefore = mountCount()
  await open()
  await runtime.ensureBusybox()
})

afterEach(async () => {
  await Promise.all(made.splice(0).map((id) => runtime.remove(id)))
})

afterAll(async () => {
  await runtime.close()
  rmSync(join(dirs.dataDir, '..'), { recursive: true, force: true })
  execFileSync('umount', [netns])
})

beforeEach(() => {
  events.length = 0
})

async function open(): Promise<void> {
  events = []
  runtime = await createRuntime(dirs)
  runtime.onExit((event) => events.push(event))
}

/** A later daemon: the one before is gone without a word. */
async function reopen(whileAway: () => Promise<void>): Promise<void> {
  await runtime.close()
  await whileAway()
  await open()
}

async function prepared(command: string[], rest: Partial<Container> = {}): Promise<Container> {
  const image = await runtime.findImage('busybox')
  const container = containerOf({ id: createId<ContainerId>(), imageId: image.id, command, ...rest })
  made.push(container.id)
  await runtime.prepare(container)
  return container
}

async function started(command: string[], rest: Partial<Container> = {}): Promise<Container & { pid: number }> {
  const container = await prepared(command, rest)
  const { pid } = await runtime.create(container, netns, files)
  await runtime.start(container.id)
  return { ...container, pid }
}

async function ended(id: ContainerId): Promise<ExitEvent> {
  await expect.poll(() => events.find((event) => event.containerId === id), { timeout: 8_000 }).toBeDefined()
  return events.find((event) => event.containerId === id) as ExitEvent
}

async function linesOf(id: ContainerId, options: { tail?: number } = {}): Promise<string[]> {
  const lines: string[] = []
  for await (const line of await runtime.logs(id, options)) lines.push(`${line.stream} ${line.bytes}`)
  return lines
}

function mountCount(): number {
  return readFileSync('/proc/self/mountinfo', 'utf8').split('\n').length
}

function childrenOfThisProcess(): string[] {
  const own = String(process.pid)
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        return readFileSync(`/proc/${name}/stat`, 'utf8')
      } catch {
        return ''
      }
    })
    .filter((stat) => stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] === own)
}

test('a container lives from prepare to remove, and leaves nothing behind', async () => {
  const container = await prepared(['sh', '-c', 'echo out; echo err >&2; exit 3'])
  const { pid } = await runtime.create(container, netns, files)
  expect(await runtime.findPid(container.id)).toBe(pid)
  expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain('runc')
  await runtime.start(container.id)

  const event = await ended(container.id)
  expect(event).toMatchObject({ exitCode: 3, oomKilled: false })
  expect(Math.abs(event.finishedAt.getTime() - Date.now())).toBeLessThan(5_000)
  expect(await runtime.findExit(container.id)).toEqual(event)
  expect(await runtime.findPid(container.id)).toBeUndefined()
  expect(await linesOf(container.id)).toEqual(['stdout out', 'stderr err'])

  expect(mountCount()).toBe(mountsBefore)
  expect(childrenOfThisProcess()).toEqual([])
  expect(() => statSync(`/sys/fs/cgroup/pids/patchbay/${container.id}`)).toThrow()
  await runtime.remove(container.id)
  await runtime.remove(container.id)
  expect(readdirSync(join(dirs.dataDir, 'containers'))).toEqual([])
  expect(readdirSync(join(dirs.dataDir, 'exits'))).toEqual([])
  expect(readdirSync(join(dirs.runDir, 'runc'))).toEqual([])
  expect(readdirSync(join(dirs.runDir, 'conmon'))).toEqual([])
})

test('files that a container writes are there after it is started again', async () => {
  const container = await started(['sh', '-c', 'cat /kept; echo kept > /kept'])
  await ended(container.id)
  events.length = 0
  await runtime.create(container, netns, files)
  await runtime.start(container.id)
  await ended(container.id)
  expect(await linesOf(container.id)).toEqual([
    "stderr cat: can't open '/kept': No such file or directory",
    'stdout kept',
  ])
})

test("a container has Docker's capabilities, name, files and limits", async () => {
  const { id } = await started(['sleep', '1000'], {
    hostname: 'box',
    domainname: 'lab',
    pidsLimit: 64,
    memoryBytes: 64 * 1024 * 1024,
  })
  const show = async (command: string) => (await runtime.exec(id, ['sh', '-c', command], {})).stdout.trim()
  expect(await show('grep CapEff /proc/self/status')).toBe('CapEff:\t00000000a80425fb')
  expect(await show('grep CapEff /proc/1/status')).toBe('CapEff:\t00000000a80425fb')
  expect(await show('hostname; cat /etc/hostname /etc/hosts; id -u; pwd')).toBe('box\nbox\n127.0.0.1\tlocalhost\n0\n/')
  expect(await show('cat /proc/sys/net/ipv4/ip_unprivileged_port_start')).toBe('0')
  expect(await show('touch /proc/sys/kernel/hostname 2>&1; echo x 2>&1 > /sys/x')).toContain('Read-only')
  expect(await show('cat /proc/kcore | wc -c')).toBe('0')
  expect(await show('ps -o pid,args | head -2 | tail -1')).toContain('1 sleep 1000')
  expect(await show('ip -o link | cut -d: -f2')).toBe('lo')
  expect(await show('cat /proc/sys/kernel/domainname; id')).toBe(
    'lab\nuid=0(root) gid=0(root) groups=0(root),10(wheel)',
  )
  expect(await show('stat -c %a /tmp')).toBe('1777')
  const limit = '/sys/fs/cgroup/memory/memory.limit_in_bytes'
  expect(await show(`cat ${limit} 2>/dev/null || cat /sys/fs/cgroup/memory.max`)).toBe(String(64 * 1024 * 1024))
})

test('capabilities can be added and dropped', async () => {
  const { id } = await started(['sleep', '1000'], { capAdd: ['net_admin'], capDrop: ['ALL'] })
  const { stdout } = await runtime.exec(id, ['grep', 'CapEff', '/proc/1/status'], {})
  expect(stdout).toBe('CapEff:\t0000000000001000\n')
})

test('a container on the network of the host sees its links', async () => {
  const container = await prepared(['ip', '-o', 'link'])
  await runtime.create(container, 'host', files)
  await runtime.start(container.id)
  await ended(container.id)
  const links = execFileSync('ip', ['-o', 'link'], { encoding: 'utf8' }).trim().split('\n')
  expect(await linesOf(container.id)).toHaveLength(links.length)
})

test('an end while no daemon is there is found by the next one', async () => {
  const { id } = await started(['sh', '-c', 'sleep 0.3; exit 7'])
  await reopen(() => new Promise((resolve) => setTimeout(resolve, 800)))
  expect(await runtime.findExit(id)).toMatchObject({ containerId: id, exitCode: 7, oomKilled: false })
  expect(mountCount()).toBe(mountsBefore)
})

test('a container goes on while no daemon is there, and the next one sees it end', async () => {
  const { id, pid } = await started(['sleep', '1000'])
  await reopen(async () => undefined)
  expect(await runtime.findPid(id)).toBe(pid)
  expect(await runtime.findExit(id)).toBeUndefined()
  await runtime.kill(id, 'KILL')
  expect(await ended(id)).toMatchObject({ exitCode: 137 })
})

/** Runs testing/daemon.ts, a daemon that makes this container and starts it, and kills it after that line and so long. */
async function killDaemonAfter(id: ContainerId, line: string, delayMs: number): Promise<void> {
  const script = fileURLToPath(new URL('./testing/daemon.ts', import.meta.url))
  const args = ['--import', 'tsx', script, dirs.dataDir, dirs.runDir, netns, id]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.on('exit', resolve))
  for await (const chunk of child.stdout) if (String(chunk).includes(line)) break
  await new Promise((resolve) => setTimeout(resolve, delayMs))
  child.kill('SIGKILL')
  await ended
}

function processesNaming(id: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(id)
    } catch {
      return false
    }
  })
}

test('a container outlives a daemon that is killed', async () => {
  const id = createId<ContainerId>()
  made.push(id)
  await reopen(() => killDaemonAfter(id, 'started', 0))
  expect(await runtime.findPid(id)).toBeGreaterThan(1)
  expect((await runtime.exec(id, ['hostname'], {})).stdout).toBe('box\n')
  expect(await runtime.stop(id, { timeoutMs: 0 })).toMatchObject({ exitCode: 137 })
})

test('a daemon that is killed at any moment of a start leaves nothing that discard does not clear', async () => {
  for (const delayMs of [0, 4, 8, 12, 16, 20, 24, 28, 34, 40]) {
    const id = createId<ContainerId>()
    await reopen(() => killDaemonAfter(id, 'preparing', delayMs))
    await runtime.discard(id)
    await runtime.remove(id)
    expect(mountCount()).toBe(mountsBefore)
    expect(readdirSync(join(dirs.runDir, 'runc'))).toEqual([])
    await expect.poll(() => processesNaming(id)).toEqual([])
    expect(readdirSync(join(dirs.dataDir, 'exits'))).toEqual([])
  }
  expect(events).toEqual([])
})

test('where the data directory cannot carry an overlay, the root file system is a copy', async () => {
  const base = '/run/nested'
  execFileSync('mkdir', ['-p', ...['lower', 'upper', 'work', 'merged'].map((name) => join(base, name))])
  const layers = `lowerdir=${base}/lower,upperdir=${base}/upper,workdir=${base}/work`
  execFileSync('mount', ['-t', 'overlay', '-o', layers, 'overlay', join(base, 'merged')])
  const copying = await createRuntime({ dataDir: join(base, 'merged/data'), runDir: join(base, 'run') })
  try {
    await copying.ensureBusybox()
    const image = await copying.findImage('busybox')
    const container = containerOf({ imageId: image.id, command: ['sh', '-c', 'echo $((6 * 7)) > /answer'] })
    await copying.prepare(container)
    await copying.prepare(container)
    await copying.create(container, netns, files)
    await copying.start(container.id)
    await expect.poll(() => copying.findExit(container.id)).toMatchObject({ exitCode: 0 })
    const rootfs = join(base, 'merged/data/containers', container.id, 'rootfs')
    expect(readFileSync(join(rootfs, 'answer'), 'utf8')).toBe('42\n')
    await copying.remove(container.id)
  } finally {
    await copying.close()
    execFileSync('umount', [join(base, 'merged')])
  }
})

test('when its monitor is killed too, the end is still noticed', async () => {
  const { id, pid } = await started(['sleep', '1000'])
  const monitor = Number(readFileSync(join(dirs.dataDir, 'containers', id, 'conmon.pid'), 'utf8'))
  process.kill(monitor, 'SIGKILL')
  await reopen(async () => {
    process.kill(pid, 'SIGKILL')
  })
  expect(await runtime.findExit(id)).toMatchObject({ exitCode: 255 })
})

test('stop asks first, and kills what does not listen', async () => {
  const polite = await started(['sh', '-c', 'trap "exit 5" TERM; while true; do sleep 0.05; done'])
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(await runtime.stop(polite.id, { timeoutMs: 5_000 })).toMatchObject({ exitCode: 5 })
  const deaf = await started(['sleep', '1000'])
  expect(await runtime.stop(deaf.id, { timeoutMs: 200 })).toMatchObject({ exitCode: 137 })
  expect(await runtime.stop(deaf.id, { timeoutMs: 200 })).toBeUndefined()
  await expect(runtime.kill(deaf.id, 'TERM')).rejects.toThrow(/is not running/)
  expect(mountCount()).toBe(mountsBefore)
})

test('the pids limit holds', async () => {
  const { id } = await started(['sh', '-c', 'for i in $(seq 20); do sleep 1000 & done; wait'], { pidsLimit: 8 })
  expect((await ended(id)).exitCode).not.toBe(0)
  expect((await linesOf(id)).join('\n')).toContain("can't fork")
})

test('a container that outgrows its memory is killed, and that is recorded', async () => {
  const { id } = await started(['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=64M', 'count=1'], {
    memoryBytes: 16 * 1024 * 1024,
  })
  expect(await ended(id)).toMatchObject({ exitCode: 137, oomKilled: true })
})

test('a program that is not in the image is named, and nothing is left', async () => {
  const container = await prepared(['no-such-program'])
  await expect(runtime.create(container, netns, files)).rejects.toMatchObject({
    kind: 'invalid-parameter',
    message: 'exec: "no-such-program": executable file not found in $PATH',
    data: { exitCode: 127 },
  })
  const unfit = { ...container, command: ['/etc/passwd'] }
  await expect(runtime.create(unfit, netns, files)).rejects.toMatchObject({
    message: 'exec: "/etc/passwd": permission denied',
    data: { exitCode: 126 },
  })
  expect(mountCount()).toBe(mountsBefore)
  expect(readdirSync(join(dirs.runDir, 'runc'))).toEqual([])
  expect(events).toEqual([])
})

test('hostile and impossible input is refused with a clear sentence', async () => {
  const container = await prepared(['sh'])
  const attempt = (change: Partial<Container>) => runtime.create({ ...container, ...change }, netns, files)
  await expect(attempt({ command: [] })).rejects.toThrow('no command given')
  await expect(attempt({ command: ['echo', 'a\0b'] })).rejects.toThrow('NUL byte')
  await expect(attempt({ env: ['A=\0'] })).rejects.toThrow('environment variable "A" has a NUL byte')
  await expect(attempt({ user: 'nobody-here' })).rejects.toThrow('user "nobody-here" cannot be found')
  await expect(attempt({ workingDir: 'relative' })).rejects.toThrow('not an absolute path')
  await expect(attempt({ workingDir: '/etc/passwd' })).rejects.toThrow(/passwd/)
  await expect(attempt({ capAdd: ['FLY'] })).rejects.toThrow('capability "FLY"')
  await expect(runtime.findImage('nginx')).rejects.toThrow(
    'image nginx:latest is not here; import one with docker load or docker import',
  )
  expect(mountCount()).toBe(mountsBefore)
})

test('a container that was made but never started can be discarded', async () => {
  const container = await prepared(['sleep', '1000'])
  const { pid } = await runtime.create(container, netns, files)
  await expect(runtime.create(container, netns, files)).rejects.toThrow('is running already')
  await runtime.discard(container.id)
  await runtime.discard(container.id)
  expect(() => statSync(`/proc/${pid}`)).toThrow()
  expect(mountCount()).toBe(mountsBefore)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(events).toEqual([])
})

test('commands in a container give their exit code and their output', async () => {
  const { id } = await started(['sleep', '1000'], { env: ['COLOUR=red'] })
  const sh = (command: string, options = {}) => runtime.exec(id, ['sh', '-c', command], options)
  expect(await sh('echo out; echo err >&2; exit 4')).toEqual({ exitCode: 4, stdout: 'out\n', stderr: 'err\n' })
  expect((await sh('kill -9 $$')).exitCode).toBe(137)
  const options = { user: 'www-data', env: ['SIZE=l'], workingDir: '/var' }
  expect((await sh('id -un; pwd; echo $COLOUR $SIZE', options)).stdout).toBe('www-data\n/var\nred l\n')
  expect((await sh('grep CapEff /proc/self/status', { user: '1000' })).stdout).toBe('CapEff:\t0000000000000000\n')
})

test('a command that cannot begin gives the exit codes of Docker', async () => {
  const { id } = await started(['sleep', '1000'])
  const missing = await runtime.exec(id, ['nope'], {})
  expect(missing.exitCode).toBe(127)
  expect(missing.stderr).toContain('exec: "nope": executable file not found in $PATH')
  expect((await runtime.exec(id, ['/etc/passwd'], {})).exitCode).toBe(126)
  expect((await runtime.exec(id, ['ls'], { workingDir: '/nowhere-here/../etc/passwd' })).exitCode).not.toBe(0)
  await expect(runtime.exec(id, [], {})).rejects.toThrow('no command given')
})

test('a command that takes too long is ended with all that it started', async () => {
  const { id } = await started(['sleep', '1000'])
  const outcome = await runtime.exec(id, ['sh', '-c', 'echo begun; sleep 500; echo over'], { timeoutMs: 300 })
  expect(outcome).toEqual({
    exitCode: 137,
    stdout: 'begun\n',
    stderr: 'patchbay: took longer than 300 ms and was ended\n',
  })
  const { stdout } = await runtime.exec(id, ['ps', '-o', 'args'], {})
  expect(stdout).not.toContain('sleep 500')
})

test('the output of a command is cut at one mebibyte, and says so', async () => {
  const { id } = await started(['sleep', '1000'])
  const { stdout, exitCode } = await runtime.exec(id, ['dd', 'if=/dev/zero', 'bs=1024', 'count=3000'], {})
  expect(exitCode).toBe(0)
  expect(stdout.length).toBeLessThan(1024 * 1024 + 100)
  expect(stdout).toContain(`patchbay: output cut here, ${3000 * 1024 - 1024 * 1024} more bytes`)
})

test('a command that leaves something in the background does not keep the caller', async () => {
  const { id } = await started(['sleep', '1000'])
  const begun = Date.now()
  expect((await runtime.exec(id, ['sh', '-c', 'sleep 400 & echo done'], { timeoutMs: 10_000 })).stdout).toBe('done\n')
  expect(Date.now() - begun).toBeLessThan(3_000)
})

test('a log is followed line by line until the container ends', async () => {
  const { id } = await started(['sh', '-c', 'for i in 1 2 3; do echo line $i; sleep 0.2; done; printf unended'])
  const lines: LogLine[] = []
  for await (const line of await runtime.logs(id, { follow: true })) lines.push(line)
  expect(lines.map((line) => line.bytes.toString())).toEqual(['line 1', 'line 2', 'line 3', 'unended'])
  expect(Number(lines[2]?.time) - Number(lines[0]?.time)).toBeGreaterThan(300)
  expect(await linesOf(id, { tail: 2 })).toEqual(['stdout line 3', 'stdout unended'])
})

test('following ends when the reader goes away', async () => {
  const { id } = await started(['sh', '-c', 'echo one; sleep 1000'])
  const gone = new AbortController()
  const lines: string[] = []
  for await (const line of await runtime.logs(id, { follow: true, signal: gone.signal })) {
    lines.push(line.bytes.toString())
    setTimeout(() => gone.abort(), 50)
  }
  expect(lines).toEqual(['one'])
})

test('hosts and resolv.conf change inside a running container', async () => {
  const { id } = await started(['sleep', '1000'])
  await runtime.writeFiles(id, { ...files, hosts: '10.0.0.1\tdb\n' })
  expect((await runtime.exec(id, ['cat', '/etc/hosts'], {})).stdout).toBe('10.0.0.1\tdb\n')
  await runtime.writeFiles(id, { ...files, hosts: '\n' })
  expect((await runtime.exec(id, ['cat', '/etc/hosts'], {})).stdout).toBe('\n')
})
