import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dockerCli } from './testing/cli'
import { setUpFace } from './testing/set-up-face'

const face = setUpFace()
let host: string

beforeAll(() => {
  host = mkdtempSync(join(tmpdir(), 'patchbay-binds-'))
})

afterAll(() => rmSync(host, { recursive: true }))

const { docker, succeeds, inspected } = dockerCli(face)

/** What one command prints in a container of its own. */
const says = (options: string[], ...command: string[]) => succeeds('run', '--rm', ...options, 'busybox', ...command)
const refused = async (...options: string[]) => {
  const said = await docker('create', ...options, 'busybox')
  expect(said.code, options.join(' ')).not.toBe(0)
  return said.stderr
}
const mounts = (...calls: string[][]) => {
  for (const call of calls) execFileSync('mount', call)
}
/** A file of a container's control group, in either version. */
const cgroupFile = (id: string, ...names: string[]) => {
  const path = names.map((name) => join('/sys/fs/cgroup', name.replace('ID', `patchbay/${id}`))).find(existsSync)
  return readFileSync(path ?? '/nonexistent', 'utf8').trim()
}

describe('mounts', () => {
  test('a directory of the host is seen inside, read-only where that is said', async () => {
    writeFileSync(join(host, 'hello'), 'from the host')
    expect(await says(['-v', `${host}:/in`], 'cat', '/in/hello')).toBe('from the host')
    const written = await docker('run', '--rm', '-v', `${host}:/in:ro`, 'busybox', 'touch', '/in/no')
    expect(written.stderr).toContain('Read-only')
    expect(existsSync(join(host, 'no'))).toBe(false)
    await says(['--mount', `type=bind,source=${host},target=/in`], 'touch', '/in/yes')
    expect(existsSync(join(host, 'yes'))).toBe(true)
  })

  test('what is missing on the host is made for -v, and refused for --mount', async () => {
    await says(['-v', `${host}/made/deep:/in`], 'true')
    expect(statSync(join(host, 'made/deep')).isDirectory()).toBe(true)
    const missing = `type=bind,source=${host}/absent,target=/in`
    expect(await refused('--mount', missing)).toContain('bind source path does not exist')
    expect(existsSync(join(host, 'absent'))).toBe(false)
    expect(await succeeds('ps', '-aq')).toBe('')
  })

  test('memory is mounted with its size, and nothing in it can be run', async () => {
    expect(await says(['--tmpfs', '/run/x:size=1m,mode=700'], 'grep', ' /run/x ', '/proc/mounts')).toMatch(
      /tmpfs rw,nosuid,nodev,noexec,.*size=1024k,mode=700/,
    )
    const [type, size, mode] = ['type=tmpfs', 'tmpfs-size=2097152', 'tmpfs-mode=1770']
    const line = await says(['--mount', `${type},target=/m,${size},${mode}`], 'grep', ' /m ', '/proc/mounts')
    expect(line).toMatch(/size=2048k,mode=1770/)
  })

  test('what is mounted later on the host is seen where the mount is to share that', async () => {
    const [place, seen] = [join(host, 'place'), 'grep -q " /in/later " /proc/mounts']
    mkdirSync(place)
    expect((await docker('run', '--rm', '-v', `${place}:/in:rslave`, 'busybox', 'true')).stderr).toContain(
      'not a shared or slave mount',
    )
    mounts(['-t', 'tmpfs', 'none', place], ['--make-shared', place])
    await succeeds('run', '-d', '--name', 'slave', '-v', `${place}:/in:rslave`, 'busybox', 'sleep', '3600')
    await succeeds('run', '-d', '--name', 'apart', '-v', `${place}:/in`, 'busybox', 'sleep', '3600')
    mkdirSync(join(place, 'later'))
    mounts(['-t', 'tmpfs', 'none', join(place, 'later')])
    expect(await docker('exec', 'slave', 'sh', '-c', seen)).toMatchObject({ code: 0 })
    expect(await docker('exec', 'apart', 'sh', '-c', seen)).toMatchObject({ code: 1 })
    await face.clear()
    execFileSync('umount', ['-R', place])
  })

  test('a named volume keeps what is written, and begins with what the image has there', async () => {
    await says(['-v', 'data:/d'], 'sh', '-c', 'echo kept > /d/file')
    expect(await says(['--mount', 'source=data,target=/d'], 'cat', '/d/file')).toBe('kept')
    expect(await says(['-v', 'etc:/bin'], 'ls', '/bin/busybox')).toBe('/bin/busybox')
    expect((await docker('run', '--rm', '-v', 'bare:/bin:nocopy', 'busybox', '/bin/busybox')).code).toBe(127)
    expect(await succeeds('volume', 'ls', '-q')).toBe('bare\ndata\netc')
  })

  test('a volume without a name goes with its container', async () => {
    await succeeds('run', '-d', '--name', 'one', '-v', '/data', 'busybox', 'sleep', '3600')
    const [mount] = (await inspected('.Mounts', 'inspect', 'one')) as Record<string, unknown>[]
    expect(mount).toMatchObject({ Type: 'volume', Destination: '/data', Driver: 'local', RW: true })
    expect(mount?.Name).toMatch(/^[0-9a-f]{64}$/)
    expect(existsSync(String(mount?.Source))).toBe(true)
    expect(await inspected('.Config.Volumes', 'inspect', 'one')).toEqual({ '/data': {} })
    await succeeds('exec', 'one', 'touch', '/data/mark')
    expect(await says(['--volumes-from', 'one:ro'], 'ls', '/data')).toBe('mark')
    expect(existsSync(String(mount?.Source))).toBe(true)
    await succeeds('rm', '-f', '-v', 'one')
    expect(existsSync(String(mount?.Source))).toBe(false)
  })

  test('inspect shows them where they were written', async () => {
    await succeeds('volume', 'create', 'data')
    const [bind, mount] = [`${host}:/a:ro`, 'type=volume,source=data,target=/b,readonly']
    await succeeds('create', '--name', 'seen', '-v', bind, '--mount', mount, '--tmpfs', '/c:size=1m', 'busybox')
    expect(await inspected('.HostConfig.Binds', 'inspect', 'seen')).toEqual([bind])
    expect(await inspected('.HostConfig.Tmpfs', 'inspect', 'seen')).toEqual({ '/c': 'size=1m' })
    expect(await inspected('.HostConfig.Mounts', 'inspect', 'seen')).toEqual([
      { Type: 'volume', Source: 'data', Target: '/b', ReadOnly: true },
    ])
    const mounts = (await inspected('.Mounts', 'inspect', 'seen')) as Record<string, unknown>[]
    expect(mounts.map(({ Type, Destination, RW, Propagation }) => ({ Type, Destination, RW, Propagation }))).toEqual([
      { Type: 'bind', Destination: '/a', RW: false, Propagation: 'rprivate' },
      { Type: 'volume', Destination: '/b', RW: false, Propagation: '' },
    ])
    expect((await docker('volume', 'rm', 'data')).stderr).toContain('in use')
  })

  test('what cannot be mounted is refused, and nothing is left', async () => {
    expect(await refused('-v', '/tmp:/')).toContain("can't be '/'")
    expect(await refused('-v', `${host}:/in:purple`)).toContain('invalid mode')
    expect(await refused('-v', `${host}:/in`, '--tmpfs', '/in')).toContain('uplicate mount point')
    expect(await refused('--tmpfs', '/in:lorem')).toContain('invalid tmpfs option')
    expect(await refused('--volumes-from', 'nobody')).toContain('nobody')
    expect(await succeeds('volume', 'ls', '-q')).toBe('')
  })
})

describe('limits', () => {
  test('hold in the control groups, are recorded, and change while it runs', async () => {
    const given = ['-m', '64m', '--cpus', '0.5', '--cpu-shares', '512', '--cpuset-cpus', '0', '--pids-limit', '50']
    const id = await succeeds('run', '-d', '--name', 'tight', ...given, 'busybox', 'sleep', '3600')
    const memory = () => cgroupFile(id, 'memory/ID/memory.limit_in_bytes', 'ID/memory.max')
    const pids = () => cgroupFile(id, 'pids/ID/pids.max', 'ID/pids.max')
    const quota = () => cgroupFile(id, 'cpu/ID/cpu.cfs_quota_us', 'ID/cpu.max').split(' ')[0]
    expect([memory(), pids(), quota()]).toEqual([String(64 * 1024 ** 2), '50', '50000'])
    expect(cgroupFile(id, 'cpuset/ID/cpuset.cpus', 'ID/cpuset.cpus')).toBe('0')
    expect(await inspected('.HostConfig', 'inspect', 'tight')).toMatchObject({
      ...{ Memory: 64 * 1024 ** 2, MemorySwap: 128 * 1024 ** 2, NanoCpus: 5e8, CpuShares: 512 },
      ...{ CpusetCpus: '0', PidsLimit: 50 },
    })
    const swap = ['--memory-swap', '200m']
    await succeeds('update', '-m', '96m', ...swap, '--pids-limit', '70', '--restart', 'always', 'tight')
    expect([memory(), pids(), quota()]).toEqual([String(96 * 1024 ** 2), '70', '50000'])
    expect(await inspected('.HostConfig.RestartPolicy.Name', 'inspect', 'tight')).toBe('always')
    await succeeds('update', '--pids-limit', '-1', 'tight')
    expect(pids()).toBe('max')
    expect((await docker('update', '-m', '300m', 'tight')).stderr).toContain('memory and swap together')
    expect(memory()).toBe(String(96 * 1024 ** 2))
    await succeeds('restart', '-t', '0', 'tight')
    expect([memory(), pids()]).toEqual([String(96 * 1024 ** 2), 'max'])
  })

  test('that cannot hold are refused', async () => {
    expect(await refused('-m', '1m')).toContain('memory limit')
    expect(await refused('--cpus', '99')).toContain(`only ${cpus().length} CPUs available`)
    expect(await refused('--cpu-period', '10')).toContain('CPU cfs period')
    expect(await refused('--cpuset-cpus', '0-99')).toContain('not available')
    expect(await refused('--cpuset-cpus', 'x')).toContain('invalid value')
    expect(await refused('-m', '64m', '--memory-reservation', '65m')).toContain('reservation')
  })
})

describe('how the process runs', () => {
  test('with limits of its own, no new privileges, groups and a score', async () => {
    expect(await says(['--ulimit', 'nofile=123:456'], 'sh', '-c', 'ulimit -n; ulimit -H -n')).toBe('123\n456')
    expect(await says(['--ulimit', 'core=-1'], 'sh', '-c', 'ulimit -c')).toBe('unlimited')
    expect(await says(['--security-opt', 'no-new-privileges'], 'grep', 'NoNewPrivs', '/proc/self/status')).toMatch(/1$/)
    expect(await says(['--user', '1000:1000', '--group-add', '77'], 'id', '-G')).toBe('1000 77')
    expect(await says(['--oom-score-adj', '500'], 'cat', '/proc/self/oom_score_adj')).toBe('500')
    expect(await says(['--shm-size', '1m'], 'df', '/dev/shm')).toMatch(/ 1024 /)
    expect(await says(['-w', '/not/there/yet'], 'pwd')).toBe('/not/there/yet')
    const none = ['--cap-drop', 'ALL', '--cap-add', 'NET_RAW']
    expect(await says(none, 'grep', 'CapEff', '/proc/self/status')).toMatch(/0000000000002000$/)
  })

  test('under an init process that reaps', async () => {
    expect(await says(['--init'], 'sh', '-c', 'tr "\\0" " " < /proc/1/cmdline')).toMatch(/^\/sbin\/docker-init -- sh/)
    expect(await docker('run', '--rm', '--init', 'busybox', 'sh', '-c', 'exit 9')).toMatchObject({ code: 9 })
  })

  test('on a root file system that cannot be written', async () => {
    const said = await docker('run', '--rm', '--read-only', '--tmpfs', '/tmp', 'busybox', 'sh', '-c', 'touch /tmp/a /b')
    expect(said.stderr).toContain('/b: Read-only file system')
    expect(said.stderr).not.toContain('/tmp/a')
  })

  test('with sysctls of its own namespaces, and of no other', async () => {
    const given = ['--sysctl', 'net.ipv4.ip_default_ttl=77', '--sysctl', 'kernel.msgmax=4096']
    const files = ['/proc/sys/net/ipv4/ip_default_ttl', '/proc/sys/kernel/msgmax']
    expect(await says(given, 'cat', ...files)).toBe('77\n4096')
    expect(await refused('--network', 'host', '--sysctl', 'net.ipv4.ip_default_ttl=77')).toContain('host')
    expect(await refused('--sysctl', 'kernel.panic=1')).toContain('kernel.panic')
  })

  test('and what is not supported is refused by its name', async () => {
    expect(await refused('--privileged')).toContain('--privileged')
    expect(await refused('--security-opt', 'apparmor=other')).toContain('--security-opt')
    expect(await refused('--device', '/dev/null')).toContain('--device')
    expect(await refused('--ulimit', 'nofile=9:3')).toContain('ulimit')
  })
})
