import { expect, test } from 'vitest'
import type { ContainerId } from '../cnm/ids'
import { buildSpec, capabilitySets, mergeEnv, type SpecInput } from './spec'
import { containerOf } from './testing/container'

const id = 'c0ffee'.padEnd(64, '0') as ContainerId
const input: SpecInput = {
  container: containerOf({
    id,
    command: ['httpd', '-f', '-h', '/var/$(www)'],
    env: ['GREETING=hello world'],
    hostname: 'web',
    domainname: 'example.test',
    workingDir: '/var/www',
    pidsLimit: 128,
    memoryBytes: 268_435_456,
    capAdd: ['NET_ADMIN'],
    capDrop: ['MKNOD'],
  }),
  netns: '/run/patchbay/netns/0123456789ab',
  imageEnv: ['PATH=/bin'],
  imageWorkingDir: '',
  user: { uid: 33, gid: 33, additionalGids: [10] },
  rootfs: '/data/containers/c0ffee/rootfs',
  hosts: '/data/containers/c0ffee/hosts',
  resolvConf: '/data/containers/c0ffee/resolv.conf',
  hostname: '/data/containers/c0ffee/hostname',
  mounts: [],
  cgroups: { version: 1, swap: true, memory: true, pids: true, cpu: true, cpuset: true },
}

test('the configuration of a container is what runc is given, to the letter', async () => {
  const text = `${JSON.stringify(buildSpec(input), null, 2)}\n`
  await expect(text).toMatchFileSnapshot('testdata/web.config.json.golden')
})

test('host networking keeps the network namespace of the daemon and its sysctls', () => {
  const { linux } = buildSpec({ ...input, netns: 'host', container: { ...input.container, domainname: '' } })
  expect(linux.namespaces.map(({ type }) => type)).toEqual(['mount', 'uts', 'pid', 'ipc'])
  expect(linux.sysctl).toEqual({})
})

test('limits that the host cannot hold are left out, and swap only counts where it is counted', () => {
  const bare = buildSpec({
    ...input,
    cgroups: { version: 2, swap: false, memory: false, pids: false, cpu: false, cpuset: false },
  })
  expect(Object.keys(bare.linux.resources)).toEqual(['devices'])
  expect(bare.linux.namespaces).toContainEqual({ type: 'cgroup' })
  const noSwap = buildSpec({ ...input, cgroups: { ...input.cgroups, swap: false } })
  expect(noSwap.linux.resources).toMatchObject({ memory: { limit: 268_435_456 } })
  expect(JSON.stringify(noSwap)).not.toContain('"swap"')
})

test('later variables win, and a bare name takes one away', () => {
  expect(mergeEnv(['A=1', 'B=2'], ['C=3', 'B=4=5'], ['A'])).toEqual(['B=4=5', 'C=3'])
})

test('only root begins with capabilities in effect', () => {
  const sets = capabilitySets({ uid: 1000, gid: 0, additionalGids: [] }, ['CAP_CHOWN'])
  expect(sets).toEqual({ bounding: ['CAP_CHOWN'], effective: [], permitted: [] })
})
