import { createConnection, createServer } from 'node:net'
import { join } from 'node:path'
import { run } from './process.mjs'
import { Refusal } from './refusal.mjs'

const oldestNode = [20, 19]
/** How long a port may stay taken by a web that is just ending. */
const portPatienceMs = 4000

/** Linux, root, a Node.js that is new enough: what everything else stands on. */
export function checkMachine() {
  if (process.platform !== 'linux') {
    throw new Refusal(`Patchbay needs the Linux kernel, and this is ${process.platform}: run it in a Linux machine`)
  }
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    throw new Refusal(`Node.js ${process.versions.node} is too old: install version ${oldestNode.join('.')} or newer`)
  }
  if (process.getuid() !== 0) {
    throw new Refusal('Patchbay has to run as root, because it makes network namespaces and rules: use sudo')
  }
}

/** What the daemon cannot do without, each tried in a namespace that is gone right after. */
const kernelFeatures = [
  ['bridges', ['ip', 'link', 'add', 'pbcheck0', 'type', 'bridge']],
  ['veth pairs', ['ip', 'link', 'add', 'pbcheck0', 'type', 'veth', 'peer', 'name', 'pbcheck1']],
  ['iptables nat with masquerade', ['iptables', '-w', '-t', 'nat', '-A', 'POSTROUTING', '-j', 'MASQUERADE']],
  [
    'iptables nat with DNAT and addrtype',
    'iptables -w -t nat -A PREROUTING -p tcp -m addrtype --dst-type LOCAL -j DNAT --to 10.0.0.1:80'.split(' '),
  ],
  [
    'iptables with conntrack and comment',
    'iptables -w -A FORWARD -m conntrack --ctstate ESTABLISHED -m comment --comment check -j ACCEPT'.split(' '),
  ],
]

export async function checkKernel() {
  const namespace = await run('unshare', ['--net', '--', 'true'])
  if (namespace.code !== 0) {
    const reason = namespace.output.trim()
    throw new Refusal(
      `this system does not let root make a network namespace (${reason}): a container needs --privileged`,
    )
  }
  const tried = await Promise.all(kernelFeatures.map(([, argv]) => run('unshare', ['--net', '--', ...argv])))
  const missing = tried.findIndex(({ code }) => code !== 0)
  if (missing < 0) return
  const [feature, argv] = kernelFeatures[missing]
  const reason = tried[missing].output.trim().split('\n')[0] || `exit code ${tried[missing].code}`
  throw new Refusal(
    `this kernel lacks ${feature} (${argv.join(' ')}: ${reason}): load its modules, or use another kernel`,
  )
}

/** A second daemon on the same directory would take the first one's networks from it. */
export async function checkNoDaemon(runDir) {
  if (await isDaemonAlive(runDir)) {
    throw new Refusal(
      `Patchbay already runs with ${runDir}: stop it first, or set PATCHBAY_RUN_DIR for another instance`,
    )
  }
}

export function isDaemonAlive(runDir) {
  return new Promise((resolve) => {
    const socket = createConnection(join(runDir, 'patchbay.sock'))
    const end = (alive) => {
      socket.destroy()
      resolve(alive)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}

export async function checkPort(host, port) {
  const patience = Date.now() + portPatienceMs
  for (;;) {
    const code = await tryPort(host, port)
    if (!code) return
    if (code !== 'EADDRINUSE') {
      throw new Refusal(`the web cannot listen on ${host} (${code}): set PATCHBAY_HOST to an address of this host`)
    }
    if (Date.now() > patience) {
      throw new Refusal(`port ${port} on ${host} is in use: stop what listens there, or set PATCHBAY_PORT to another`)
    }
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

function tryPort(host, port) {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', ({ code }) => resolve(code))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}
