import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from './refusal.mjs'

const folders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

export function findProgram(name) {
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

const has = (program) => () => findProgram(program) !== undefined

/** Debian package, and how to tell that what it brings is there (from wherever it came). */
export const runtimePackages = [
  ['iproute2', () => has('ip')() && has('bridge')()],
  ['iptables', () => has('iptables')() && has('iptables-restore')()],
  ['runc', has('runc')],
  ['conmon', has('conmon')],
  ['perl-base', has('perl')],
  ['busybox-static', () => isStatic(findProgram('busybox'))],
  ['conntrack', has('conntrack')],
  ['nftables', has('nft')],
  ['procps', has('sysctl')],
  ['util-linux', () => ['unshare', 'nsenter', 'setpriv', 'flock'].every((program) => has(program)())],
  ['tar', has('tar')],
  ['tcpdump', has('tcpdump')],
  ['tini', () => has('tini-static')() || has('docker-init')()],
]

/** What better-sqlite3 is compiled with where no ready-made build of it can be had. */
export const compilerPackages = [
  ['python3', has('python3')],
  ['make', has('make')],
  ['g++', has('g++')],
]

/** The Docker Engine that Patchbay is compared with. */
export const peerPackages = [['docker.io', has('dockerd')]]

/** What sections of the bench need: the engines that are measured beside Patchbay, and what makes traffic. */
export const benchPackages = {
  scale: [
    ...peerPackages,
    ['netavark', () => existsSync('/usr/lib/podman/netavark')],
    ['containernetworking-plugins', () => existsSync('/usr/lib/cni/bridge')],
  ],
  paths: [['iperf3', has('iperf3')]],
}

export const testPackages = [
  ['fonts-noto-cjk', () => existsSync('/usr/share/fonts/opentype/noto')],
  ['iputils-ping', has('ping')],
  ['iperf3', has('iperf3')],
  ['netcat-openbsd', has('nc')],
  ...peerPackages,
  ['docker-compose', has('docker-compose')],
  ['python3-docker', () => existsSync('/usr/lib/python3/dist-packages/docker')],
]

export const chromiumPackage = ['chromium', has('chromium')]

export function listMissing(packages) {
  return packages.filter(([, isThere]) => !isThere()).map(([name]) => name)
}

/** Installs packages with apt; refuses where there is no apt. */
export async function installPackages(progress, title, names) {
  if (names.length === 0) return
  if (!findProgram('apt-get')) {
    throw new Refusal(
      `this system has no apt: install ${names.join(', ')} with its own package manager, then start again`,
    )
  }
  await progress.step(`${title}: ${names.join(', ')}`, async (run) => {
    await updateLists(run)
    const allowServices = forbidServices()
    try {
      await run('apt-get', [...lockTimeout, 'install', '-y', '--no-install-recommends', ...names], {
        env: aptEnvironment,
      })
    } finally {
      allowServices()
    }
  })
}

const lockTimeout = ['-o', 'DPkg::Lock::Timeout=300']
const aptEnvironment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_MODE: 'l' }

/** The lists have a lock of their own, which apt does not wait for. A mirror out of reach is no reason to stop yet. */
async function updateLists(run) {
  for (let attempt = 0; attempt < 60; attempt++) {
    const { code, output } = await run('apt-get', [...lockTimeout, 'update'], { env: aptEnvironment, mayFail: true })
    if (code === 0 || !output.includes('Could not get lock')) return
    await new Promise((resolve) => setTimeout(resolve, 5000))
  }
}

/** A Docker Engine that is installed as peer must not start on the host and change its rules: Debian's policy-rc.d. */
function forbidServices() {
  const policy = '/usr/sbin/policy-rc.d'
  if (existsSync(policy)) return () => undefined
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  return () => rmSync(policy, { force: true })
}

/** An ELF file that names no interpreter runs alone in a container. */
export function isStatic(path) {
  if (!path) return false
  const file = readFileSync(path)
  if (file.subarray(0, 6).toString('latin1') !== '\x7fELF\x02\x01') return false
  const [start, size, count] = [Number(file.readBigUInt64LE(32)), file.readUInt16LE(54), file.readUInt16LE(56)]
  const interpreter = 3
  return !Array.from({ length: count }, (_, n) => file.readUInt32LE(start + n * size)).includes(interpreter)
}
