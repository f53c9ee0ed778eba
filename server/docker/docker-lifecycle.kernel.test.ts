import { request } from 'node:http'
import { expect, test, vi } from 'vitest'
import { dockerCli } from './testing/cli'
import { setUpFace } from './testing/set-up-face'

const face = setUpFace()

const { docker, succeeds, inspected } = dockerCli(face)

/** What happened to a container so far, oldest first; commands in it are left out. */
async function eventsSince(since: number, container: string): Promise<string[]> {
  const until = String(Date.now() / 1000 + 0.1)
  const filters = ['--filter', `container=${container}`, '--format', '{{.Action}}']
  const lines = (await succeeds('events', '--since', String(since), '--until', until, ...filters)).split('\n')
  return lines.filter((line) => !line.startsWith('exec_'))
}

test('a paused container stands still, says so, and goes on', async () => {
  const since = Date.now() / 1000
  await succeeds(
    'run',
    '-d',
    '--name',
    'clock',
    'busybox',
    'sh',
    '-c',
    'while :; do echo x >> /ticks; sleep 0.05; done',
  )
  const ticks = async () => Number((await succeeds('exec', 'clock', 'wc', '-l', '/ticks')).split(' ')[0])
  await expect.poll(ticks).toBeGreaterThan(2)
  expect(await succeeds('pause', 'clock')).toBe('clock')
  expect(await inspected('.State', 'inspect', 'clock')).toMatchObject({
    ...{ Status: 'paused', Running: true, Paused: true },
  })
  expect(await succeeds('ps', '--format', '{{.Status}}')).toMatch(/^Up .* \(Paused\)$/)
  expect(await succeeds('ps', '--filter', 'status=paused', '--format', '{{.Names}}')).toBe('clock')
  expect(await succeeds('ps', '--filter', 'status=running', '-q')).toBe('')
  expect((await docker('exec', 'clock', 'true')).stderr).toContain('is paused')
  expect((await docker('pause', 'clock')).stderr).toContain('already paused')
  expect((await docker('rm', 'clock')).stderr).toContain('paused')
  await succeeds('unpause', 'clock')
  const before = await ticks()
  await expect.poll(ticks).toBeGreaterThan(before)
  expect((await docker('unpause', 'clock')).stderr).toContain('not paused')
  expect(await eventsSince(since, 'clock')).toEqual(['create', 'start', 'pause', 'unpause'])
})

test('a paused container does not stand still while it is counted', async () => {
  await succeeds('run', '-d', '--name', 'clock', 'busybox', 'sh', '-c', 'while :; do echo x; sleep 0.05; done')
  await succeeds('pause', 'clock')
  const before = await succeeds('logs', 'clock')
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(await succeeds('logs', 'clock')).toBe(before)
  const began = Date.now()
  await succeeds('stop', '-t', '1', 'clock')
  expect(Date.now() - began).toBeLessThan(5_000)
  expect(await inspected('.State', 'inspect', 'clock')).toMatchObject({ Status: 'exited', Paused: false })
  await succeeds('start', 'clock')
  await succeeds('pause', 'clock')
  await succeeds('kill', 'clock')
  expect(await inspected('.State', 'inspect', 'clock')).toMatchObject({ Status: 'exited', ExitCode: 137 })
  await succeeds('start', 'clock')
  await succeeds('pause', 'clock')
  await succeeds('rm', '-f', 'clock')
  expect(await succeeds('ps', '-aq')).toBe('')
})

test('a container is stopped with the signal and in the time that it names', async () => {
  const script = 'trap "exit 42" USR1; while :; do sleep 0.05; done'
  await succeeds('run', '-d', '--name', 'own', '--stop-signal', 'SIGUSR1', 'busybox', 'sh', '-c', script)
  await succeeds('stop', 'own')
  expect(await inspected('.State.ExitCode', 'inspect', 'own')).toBe(42)
  expect(await inspected('.Config.StopSignal', 'inspect', 'own')).toBe('SIGUSR1')
  const deaf = 'trap "" TERM; while :; do sleep 0.05; done'
  await succeeds('run', '-d', '--name', 'deaf', '--stop-timeout', '1', 'busybox', 'sh', '-c', deaf)
  const began = Date.now()
  await succeeds('stop', 'deaf')
  expect(Date.now() - began).toBeGreaterThan(900)
  expect(Date.now() - began).toBeLessThan(6_000)
  expect(await inspected('.Config.StopTimeout', 'inspect', 'deaf')).toBe(1)
})

test('a container starts again as its policy says, with a network of its own each time', async () => {
  const since = Date.now() / 1000
  await succeeds(
    'run',
    '-d',
    '--name',
    'flaky',
    '--restart',
    'on-failure:2',
    'busybox',
    'sh',
    '-c',
    'hostname -i; exit 3',
  )
  await expect.poll(() => inspected('.RestartCount', 'inspect', 'flaky'), { timeout: 15_000 }).toBe(2)
  await expect.poll(() => inspected('.State.Status', 'inspect', 'flaky'), { timeout: 15_000 }).toBe('exited')
  expect(await inspected('.State.ExitCode', 'inspect', 'flaky')).toBe(3)
  expect((await succeeds('logs', 'flaky')).split('\n')).toHaveLength(3)
  expect(await inspected('.HostConfig.RestartPolicy', 'inspect', 'flaky')).toEqual({
    ...{ Name: 'on-failure', MaximumRetryCount: 2 },
  })
  const starts = face.bed.engine.listOperations().filter(({ verb, startedAt }) => {
    return verb === 'container.start' && startedAt.getTime() / 1000 >= since
  })
  expect(starts.map(({ actor }) => actor)).toEqual(['patchbay', 'docker'])
})

test('a stop ends the cycle, and what waits to be started says so', async () => {
  await succeeds('run', '-d', '--name', 'loop', '--restart', 'always', 'busybox', 'false')
  await expect.poll(() => inspected('.State.Restarting', 'inspect', 'loop'), { timeout: 15_000 }).toBe(true)
  await expect.poll(() => inspected('.RestartCount', 'inspect', 'loop'), { timeout: 15_000 }).toBeGreaterThan(3)
  const seen = async () => succeeds('ps', '--filter', 'status=restarting', '--format', '{{.Status}}')
  await expect.poll(seen, { timeout: 15_000 }).toMatch(/^Restarting \(1\) .* ago$/)
  await succeeds('stop', 'loop')
  const count = await inspected('.RestartCount', 'inspect', 'loop')
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  expect(await inspected('.RestartCount', 'inspect', 'loop')).toBe(count)
  expect(await inspected('.State', 'inspect', 'loop')).toMatchObject({ Status: 'exited', Restarting: false })
  expect((await docker('run', '--rm', '--restart', 'always', 'busybox')).code).not.toBe(0)
})

test('a health check is run inside, told, and filtered by', async () => {
  const until = String(Date.now() / 1000 + 4)
  const told = succeeds('events', '--until', until, '--filter', 'event=health_status', '--format', '{{.Action}}')
  const check = ['--health-cmd', 'test -e /well || { echo not well; false; }', '--health-interval', '200ms']
  await succeeds('run', '-d', '--name', 'ill', ...check, '--health-retries', '2', 'busybox', 'sleep', '3600')
  const health = () => inspected('.State.Health', 'inspect', 'ill') as Promise<Record<string, unknown>>
  expect(await health()).toMatchObject({ Status: 'starting', FailingStreak: 0 })
  await expect.poll(async () => (await health()).Status, { timeout: 10_000 }).toBe('unhealthy')
  expect((await health()).Log).toContainEqual(expect.objectContaining({ ExitCode: 1, Output: 'not well\n' }))
  expect(await succeeds('ps', '--filter', 'health=unhealthy', '--format', '{{.Status}}')).toMatch(
    /^Up .* \(unhealthy\)$/,
  )
  await succeeds('exec', 'ill', 'touch', '/well')
  await expect.poll(async () => (await health()).Status, { timeout: 10_000 }).toBe('healthy')
  expect(await succeeds('ps', '--filter', 'health=unhealthy', '-q')).toBe('')
  expect(await inspected('.Config.Healthcheck.Retries', 'inspect', 'ill')).toBe(2)
  expect(await told).toBe('health_status: unhealthy\nhealth_status: healthy')
})

test('what runs in a container is listed, and counted while somebody looks', async () => {
  await succeeds('run', '-d', '--name', 'busy', '-m', '64m', 'busybox', 'sh', '-c', 'sleep 3600 & while :; do :; done')
  await succeeds('exec', '-d', 'busy', 'sleep', '1234')
  expect(await succeeds('top', 'busy')).toMatch(/^UID\s+PID\s+PPID[\s\S]*sleep 3600[\s\S]*sleep 1234/)
  expect((await succeeds('top', 'busy', '-o', 'pid,args')).split('\n')[0]).toMatch(/^PID +COMMAND/)
  expect((await docker('top', 'busy', '--nonsense')).stderr).toContain('ps:')
  const format = '{{.Name}} {{.CPUPerc}} {{.MemUsage}} {{.NetIO}} {{.PIDs}}'
  const [name, cpu, , , limit] = (await succeeds('stats', '--no-stream', '--format', format, 'busy')).split(' ')
  expect([name, limit]).toEqual(['busy', '64MiB'])
  expect(Number.parseFloat(cpu ?? '')).toBeGreaterThan(5)
  await succeeds('pause', 'busy')
  expect(await succeeds('stats', '--no-stream', '--format', '{{.CPUPerc}}', 'busy')).toBe('0.00%')
  await succeeds('unpause', 'busy')
  await succeeds('stop', '-t', '0', 'busy')
  expect((await docker('top', 'busy')).stderr).toContain('is not running')
  expect(await succeeds('stats', '--no-stream', '--format', '{{.PIDs}}', 'busy')).toMatch(/^(0|--)$/)
})

test('samples come once a second while somebody looks, and no longer', async () => {
  await succeeds('run', '-d', '--name', 'busy', 'busybox', 'sh', '-c', 'while :; do :; done')
  const sample = vi.spyOn(face.bed.runtime, 'stats')
  const samples: { cpu_stats: { cpu_usage: { total_usage: number } }; precpu_stats: unknown; preread: string }[] = []
  await new Promise<void>((resolve) => {
    const asking = request({ socketPath: face.socketPath, path: '/containers/busy/stats' }, (response) => {
      response.on('data', (chunk: Buffer) => {
        samples.push(JSON.parse(chunk.toString()))
        if (samples.length < 3) return
        asking.destroy()
        resolve()
      })
    })
    asking.end()
  })
  expect(samples[0]?.preread).toBe('0001-01-01T00:00:00Z')
  expect(samples[2]?.precpu_stats).toEqual(samples[1]?.cpu_stats)
  const usage = samples.map(({ cpu_stats }) => cpu_stats.cpu_usage.total_usage)
  expect(usage[2]).toBeGreaterThan(usage[1] ?? Number.POSITIVE_INFINITY)
  const asked = sample.mock.calls.length
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(sample.mock.calls.length).toBe(asked)
  sample.mockRestore()
})
