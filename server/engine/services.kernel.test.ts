import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { run } from '../kernel/run'
import { diff } from '../plan/diff'
import type { ChangeOptions } from './contract'
import { type Bed, createBed, outside } from './testing/bed'

/** Services with real containers that tell their names, and real connections. */

const asked = { actor: 'test' }
let bed: Bed

const web = (name: string, more: object = {}) =>
  bed.engine.runContainer(
    {
      name,
      hostname: name,
      network: 'shop',
      command: ['sh', '-c', `mkdir /w; hostname > /w/index.html; ${serve}`],
      ...more,
    },
    asked,
  )
const serve = "exec httpd -f -p '[::]:80' -h /w"

beforeAll(async () => {
  bed = await createBed()
  await bed.engine.createNetwork({ name: 'shop', subnet: '10.44.0.0/24', ipv6: true }, asked)
  await Promise.all(['web1', 'web2', 'web3'].map((name) => web(name, { labels: { app: 'web' }, aliases: ['any'] })))
  await bed.engine.runContainer({ name: 'client', network: 'shop', command: ['sleep', '1000'] }, asked)
})
afterEach(async () => {
  for (const { id } of bed.engine.listServices()) await bed.engine.removeService(id, asked)
  for (const { id, name, state } of bed.engine.listContainers()) {
    if (/^web[123]$/.test(name) && state.status !== 'running') await bed.engine.startContainer(id, asked)
    if (/^extra/.test(name)) await bed.engine.removeContainer(id, { ...asked, force: true })
  }
  const rules = (await run('iptables-save', [])).stdout + (await run('ip6tables-save', [])).stdout
  expect(rules).not.toMatch(/PATCHBAY-[0-9a-f]{12}|10\.44\.0\.2\d\d/)
  await expectNoDrift()
})
afterAll(() => bed.end())

/**
 * What is under way (a sandbox that is made ahead) is waited for. What a container has learned of an address that was a
 * service's before goes by itself.
 */
async function expectNoDrift(): Promise<void> {
  await expect
    .poll(
      async () => {
        const wanted = bed.engine.wanted()
        const { steps } = diff(wanted, await bed.kernel.observe(wanted, 'everything'))
        return steps.filter(({ object }) => object.kind !== 'neighbour' || object.permanent)
      },
      { timeout: 3000 },
    )
    .toEqual([])
}

/** Who answers so many connections from a container, one after another. */
async function answers(url: string, count: number, from = 'client'): Promise<Record<string, number>> {
  const script = `for i in $(seq ${count}); do timeout 2 wget -q -O - ${url} || echo none; done`
  const { stdout } = await bed.engine.exec(from, ['sh', '-c', script])
  return tally(stdout)
}

function tally(text: string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of text.trim().split('\n')) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

const fromHost = (url: string) => fetch(url, { signal: AbortSignal.timeout(2000) }).then((reply) => reply.text())
const create = (more: object = {}, options: ChangeOptions = asked) => {
  const plain = { name: 'web', network: 'shop', ipv4Address: '10.44.0.200', ports: [{ port: 80 }] }
  return bed.engine.createService({ ...plain, memberLabels: { app: 'web' }, ...more }, options)
}

test('each member has its turn, from the network, from the host, and from a member itself; over both families', async () => {
  await create()
  await expectNoDrift()
  expect(await answers('http://10.44.0.200/', 30)).toEqual({ web1: 10, web2: 10, web3: 10 })
  const { ipv6Address } = bed.engine.getService('web')
  const { stdout } = await bed.engine.exec('client', ['nslookup', 'web', '127.0.0.11'])
  expect(stdout).toContain('10.44.0.200')
  expect(stdout).toContain(ipv6Address)
  expect(Object.keys(await answers(`http://[${ipv6Address}]/`, 9)).sort()).toEqual(['web1', 'web2', 'web3'])
  expect(Object.keys(await answers('http://10.44.0.200/', 6, 'web1')).sort()).toEqual(['web1', 'web2', 'web3'])
  expect(await fromHost('http://10.44.0.200/')).toMatch(/web[123]/)
  expect(await fromHost(`http://[${ipv6Address}]/`)).toMatch(/web[123]/)
  const traffic = await bed.engine.serviceTraffic('web')
  expect(traffic.map(({ connections }) => connections).reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(47)
})

test('policies mean clients and members by what they are behind it, and its own address as well', async () => {
  await create()
  const { ipv6Address = '' } = bed.engine.getService('web')
  const rule = (action: string, direction: string, peer: object) => ({ action, direction, peer }) as never
  const set = (name: string, policy: object) => bed.engine.updateContainer(name, { policy }, asked)
  const reached = async (count: number) =>
    Object.keys({
      ...(await answers('http://10.44.0.200/', count)),
      ...(await answers(`http://[${ipv6Address}]/`, count)),
    }).sort()
  const members = ['web1', 'web2', 'web3']
  const toIt = (action: string) =>
    ['10.44.0.200', `${ipv6Address}/128`].map((subnet) => rule(action, 'egress', { kind: 'subnet', subnet }))
  await set('client', { egress: 'deny', rules: toIt('allow') })
  expect(await reached(3)).toEqual(members)
  expect(await answers(`http://${addressOf('web1')}/`, 1)).toEqual({ none: 1 })
  await set('client', { rules: toIt('deny') })
  expect(await reached(1)).toEqual(['none'])
  expect(await answers(`http://${addressOf('web1')}/`, 1)).toEqual({ web1: 1 })
  await expectNoDrift()
  await set('client', {})
  for (const name of members) {
    await set(name, { ingress: 'deny', rules: [rule('allow', 'ingress', { kind: 'container', name: 'client' })] })
  }
  expect(await reached(3)).toEqual(members)
  expect(await fromHost('http://10.44.0.200/').catch(() => 'none')).toBe('none')
  for (const name of members) await set(name, {})
})

test('what is no port of it, and what finds no member, is refused at once, and reaches nothing of the host', async () => {
  await create({ ports: [{ port: 80 }, { port: 81 }], memberLabels: { app: 'nobody' } })
  const listening = run('node', [
    '-e',
    "require('http').createServer((_, r) => r.end('host')).listen(82).unref; setTimeout(() => process.exit(), 1500)",
  ])
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(await answers('http://10.44.0.200:82/', 2)).toEqual({ none: 2 })
  expect(await answers('http://10.44.0.200:80/', 2)).toEqual({ none: 2 })
  expect(await bed.tries('client', 'ping', '-c', '1', '-W', '1', '10.44.0.200')).toBe(0)
  await listening
})

test('weights are kept in proportion, and one client stays with one member where that is asked for', async () => {
  await create({ weights: { web1: 3 } })
  const counts = await answers('http://10.44.0.200/', 100)
  expect(counts.web1).toBeGreaterThan(42)
  expect(counts.web1).toBeLessThan(78)
  await bed.engine.updateService('web', { affinity: 'client' }, asked)
  await expectNoDrift()
  expect(Object.values(await answers('http://10.44.0.200/', 12))).toEqual([12])
})

test('members follow containers: one that stops gets none, one that comes takes part', async () => {
  await create({ memberAlias: 'any', memberLabels: {} })
  const counted = async () => {
    const traffic = await bed.engine.serviceTraffic('web')
    return Object.fromEntries(
      traffic.map(({ containerId, connections }) => [bed.engine.getContainer(containerId).name, connections]),
    )
  }
  expect(await answers('http://10.44.0.200/', 30)).toEqual({ web1: 10, web2: 10, web3: 10 })
  await bed.engine.stopContainer('web2', { ...asked, timeoutMs: 0 })
  expect(await answers('http://10.44.0.200/', 20)).toEqual({ web1: 10, web3: 10 })
  expect(await counted()).toMatchObject({ web1: 20, web3: 20 })
  await web('extra', { aliases: ['any'] })
  await settled()
  expect(await answers('http://10.44.0.200/', 30)).toEqual({ extra: 10, web1: 10, web3: 10 })
  await bed.engine.killContainer('extra', 'KILL')
  await expect.poll(() => outOf('extra')).toBe('stopped')
  await settled()
  expect(await answers('http://10.44.0.200/', 20)).toEqual({ web1: 10, web3: 10 })
  await bed.engine.disconnect({ network: 'shop', container: 'web3' }, asked)
  expect(await answers('http://10.44.0.200/', 10)).toEqual({ web1: 10 })
  await bed.engine.connect({ network: 'shop', container: 'web3', aliases: ['any'] }, asked)
})

test('who falls ill leaves, and comes back when well; paused ones are left out', async () => {
  const healthcheck = {
    test: ['CMD', 'test', '-e', '/tmp/well'],
    intervalMs: 200,
    timeoutMs: 1000,
    retries: 1,
    startPeriodMs: 0,
  }
  await web('extra', { labels: { app: 'web' }, options: { healthcheck } })
  await create()
  expect(outOf('extra')).toMatch(/starting|unhealthy/)
  expect(Object.keys(await answers('http://10.44.0.200/', 6)).sort()).toEqual(['web1', 'web2', 'web3'])
  await bed.engine.exec('extra', ['touch', '/tmp/well'])
  await expect.poll(() => outOf('extra'), { timeout: 5000 }).toBe(null)
  await settled()
  expect(await answers('http://10.44.0.200/', 8)).toEqual({ extra: 2, web1: 2, web2: 2, web3: 2 })
  await bed.engine.exec('extra', ['rm', '/tmp/well'])
  await expect.poll(() => outOf('extra'), { timeout: 5000 }).toBe('unhealthy')
  await bed.engine.pauseContainer('web1', asked)
  await settled()
  expect(await answers('http://10.44.0.200/', 6)).toEqual({ web2: 3, web3: 3 })
  await bed.engine.unpauseContainer('web1', asked)
})

const outOf = (name: string) => {
  const { id } = bed.engine.getContainer(name)
  return bed.engine.serviceMembers(bed.engine.getService('web')).find(({ containerId }) => containerId === id)?.out
}
/** The rules are as the members are. */
const settled = expectNoDrift

test('a host’s port leads to it, for strangers with their own addresses; and no other way does', async () => {
  await create({ ports: [{ port: 80, hostPort: 8088 }] })
  const strangers = { netns: outside.netns }
  const ask = (url: string) =>
    run('busybox', ['timeout', '2', 'busybox', 'wget', '-q', '-O', '-', url], strangers).then(({ stdout }) =>
      stdout.trim(),
    )
  expect(tally((await Promise.all([1, 2, 3].map(() => ask(`http://${outside.host}:8088/`)))).join('\n'))).toEqual({
    web1: 1,
    web2: 1,
    web3: 1,
  })
  expect(await fromHost('http://127.0.0.1:8088/')).toMatch(/web[123]/)
  await run('ip', ['route', 'add', '10.44.0.0/24', 'via', outside.host], strangers)
  await expect(ask('http://10.44.0.200:80/')).rejects.toThrow()
  await expect(
    bed.engine.runContainer({ name: 'extra2', network: 'shop', ports: [{ containerPort: 80, hostPort: 8088 }] }, asked),
  ).rejects.toThrow('already in use by service web')
})

test('connections stay with their member when others come; those of one that has gone end at once', async () => {
  await create({ containers: ['web1'], memberLabels: {}, ports: [{ port: 90 }] })
  const echo = (name: string) =>
    bed.engine.createExec(name, { command: ['sh', '-c', 'nc -l -p 90 -e cat'], terminal: false, input: false })
  await bed.engine.startExec(echo('web1').id, { detached: true })
  const script = '(echo one; sleep 1.5; echo two; sleep 1) | nc -w 3 10.44.0.200 90'
  const talking = bed.engine.exec('client', ['sh', '-c', script])
  await new Promise((resolve) => setTimeout(resolve, 500))
  await bed.engine.updateService('web', { containers: ['web2', 'web3'] }, asked)
  expect((await talking).stdout).toBe('one\ntwo\n')
  const flows = async () =>
    (await run('conntrack', ['-L', '--orig-dst', '10.44.0.200']).catch(() => ({ stdout: '' }))).stdout
  expect(await flows()).toContain('10.44.0.200')
  await bed.engine.updateService('web', { containers: ['web1'] }, asked)
  await bed.engine.stopContainer('web1', { ...asked, timeoutMs: 0 })
  await expect.poll(flows).not.toContain(`src=${addressOf('web1')}`)
})

const addressOf = (name: string) => {
  const { id } = bed.engine.getContainer(name)
  return (
    bed.engine
      .listEndpoints()
      .find(({ containerId }) => containerId === id)
      ?.assigned?.ipv4Address?.split('/')[0] ?? 'no address'
  )
}

test('it is refused where it cannot be, before anything is touched', async () => {
  const before = bed.engine.listOperations().length
  await bed.engine.createNetwork(
    { name: 'inner', internal: true, options: { 'com.docker.network.bridge.enable_icc': 'false' } },
    asked,
  )
  const refused: [object, string][] = [
    [{ network: 'host' }, 'is a host network: services are on bridge networks'],
    [{ network: 'inner' }, 'keeps its containers apart'],
    [{ name: 'no way' }, 'is not a name that DNS can carry'],
    [{ ipv4Address: '10.44.0.1' }, 'already in use on network shop by the gateway'],
    [{ ipv4Address: '10.45.0.1' }, 'lies outside subnet 10.44.0.0/24'],
    [{ ports: [] }, 'a service needs a port'],
    [{ ports: [{ port: 0 }] }, 'port 0 is not a port number'],
    [{ ports: [{ port: 80, protocol: 'sctp' }] }, 'it is to be tcp or udp'],
    [{ ports: [{ port: 80 }, { port: 80 }] }, 'is given twice'],
    [{ memberLabels: {} }, 'a service needs members'],
    [{ containers: ['ghost'] }, 'container ghost does not exist'],
    [{ weights: { web1: 0 } }, 'is to be a whole number from 1 to 100'],
    [{ affinity: 'cookie' }, 'it is to be none or client'],
    [{ affinity: 'client', weights: { web1: 31 } }, 'give smaller weights'],
    [{ ports: [{ port: 80, hostPort: 8088, hostIp: '203.0.113.9' }] }, 'this host has no such address'],
  ]
  for (const [input, sentence] of refused) await expect(create(input), JSON.stringify(input)).rejects.toThrow(sentence)
  expect(bed.engine.listOperations()).toHaveLength(before + 1)
  await create()
  await expect(create()).rejects.toThrow('service web already exists')
  await expect(
    bed.engine.connect({ network: 'shop', container: 'web1', ipv4Address: '10.44.0.200' }, asked),
  ).rejects.toThrow()
  await bed.engine.removeNetwork('inner', asked)
})

test('plans are shown first, and a killed daemon’s service is as it was', async () => {
  const planned = await create({}, { ...asked, dryRun: true })
  expect(bed.engine.listServices()).toEqual([])
  const made = await create()
  expect(made.commands).toEqual(planned.commands)
  await run('iptables', ['-t', 'nat', '-F', `PATCHBAY-${made.result.id.slice(0, 12)}-80t`])
  const again = await bed.again()
  try {
    await again.engine.recover()
    expect(again.engine.listServices().map(({ name }) => name)).toEqual(['web'])
    expect(await answers('http://10.44.0.200/', 6)).toEqual({ web1: 2, web2: 2, web3: 2 })
  } finally {
    await again.close()
  }
  await bed.engine.reconcile(asked)
})

test('ten services of ten members each', async () => {
  const names = Array.from({ length: 7 }, (_, at) => `extra${at}`)
  for (const name of names)
    await bed.engine.runContainer({ name, network: 'shop', labels: { app: 'web' }, command: ['sleep', '1000'] }, asked)
  const began = performance.now()
  for (let at = 0; at < 10; at++) await create({ name: `web${at + 10}`, ipv4Address: `10.44.0.${210 + at}` })
  const made = performance.now() - began
  await bed.engine.pauseContainer('extra0', asked)
  const paused = performance.now()
  await new Promise((resolve) => setTimeout(resolve, 1))
  // Its turn comes when the rules have followed.
  await bed.engine.updateService('web10', {}, { ...asked, dryRun: true })
  const followed = performance.now() - paused
  console.log(`10 services × 10 members: ${(made / 10).toFixed(1)} ms each; one leaves all: ${followed.toFixed(1)} ms`)
  expect(made / 10).toBeLessThan(300)
  await bed.engine.unpauseContainer('extra0', asked)
})
