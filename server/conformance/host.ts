import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createFakeUpstream } from '../dns/testing/upstream'
import { mustRun } from './program'

/**
 * Both engines get the same host: an uplink with a default route, and a machine at its other end that is a name
 * server. Gives what ends that.
 */
export async function makeHost(folder: string): Promise<() => void> {
  await mustRun('ip', 'netns', 'add', 'outside')
  await mustRun(...words('ip link add uplink0 type veth peer name wire0 netns outside'))
  await mustRun(...words('ip address add 192.168.50.1/24 dev uplink0'))
  await mustRun(...words('ip link set uplink0 up'))
  await mustRun(...words('ip route add default via 192.168.50.254'))
  await mustRun(...words('ip -n outside address add 192.168.50.254/24 dev wire0'))
  await mustRun(...words('ip -n outside link set wire0 up'))
  await mustRun(...words('ip -n outside link set lo up'))
  await place(folder, '/etc/resolv.conf', 'nameserver 192.168.50.254\nsearch example.test\n')
  await place(folder, '/etc/hosts', '127.0.0.1\tlocalhost\n192.168.50.254\trouter\n')
  const nameserver = spawn(
    'ip',
    [...words('netns exec outside'), process.execPath, process.argv[1] ?? '', 'nameserver'],
    {
      stdio: 'inherit',
    },
  )
  return () => nameserver.kill('SIGKILL')
}

const outsideAddress = '192.168.50.254'

/** Knows server.example.test, and that there is nothing else. */
export async function answerNames(): Promise<void> {
  const server = await createFakeUpstream(outsideAddress, 53)
  server.answer = ({ name, type }) => {
    if (name.toLowerCase() !== 'server.example.test') return { code: nameError }
    return type === 'A' ? { answers: [{ type, name, ttl: 60, data: outsideAddress }] } : {}
  }
  await new Promise(() => undefined)
}

/** NXDOMAIN of RFC 1035. */
const nameError = 3

/** The mount namespace is this run's own: the machine keeps its file. */
async function place(folder: string, path: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const own = join(folder, path.replaceAll('/', '-'))
  await writeFile(own, text)
  await mustRun('mount', '--bind', own, path)
}

/** Below it stand the cgroups of the containers that are made here. */
export const cgroupParent = '/patchbay-conformance'

/** Empty groups stay when an engine ends; they are the machine's own, not the namespace's. */
export async function removeCgroups(): Promise<void> {
  const root = '/sys/fs/cgroup'
  const controllers = existsSync(`${root}/cgroup.controllers`) ? [''] : await readdir(root)
  for (const controller of controllers) await removeGroup(join(root, controller, cgroupParent))
}

async function removeGroup(path: string): Promise<void> {
  if (!existsSync(path)) return
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeGroup(join(path, entry.name))
  }
  await rmdir(path).catch(() => undefined)
}

function words(line: string): string[] {
  return line.split(' ')
}
