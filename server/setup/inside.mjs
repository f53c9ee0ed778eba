import { spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const self = fileURLToPath(import.meta.url)

/** Of processes that were left behind: a thousand containers of an engine are alike. */
const mostNamed = 20

/**
 * The argument list that runs a command in a network and a mount namespace of its own, with an empty /run
 * and loopback up: whatever it makes is out of the host's sight, and gone with it.
 */
export function argvInside(argv) {
  return [
    'unshare',
    '--net',
    '--mount',
    '--propagation',
    'private',
    '--',
    process.execPath,
    self,
    ...ownNamespaces(),
    ...argv,
  ]
}

if (process.argv[1] === self) {
  const [net, mnt, file, ...args] = process.argv.slice(2)
  refuseOutside([net, mnt])
  prepare('mount', ['-t', 'tmpfs', '-o', 'mode=0755', 'tmpfs', '/run'])
  prepare('ip', ['link', 'set', 'lo', 'up'])
  const child = spawn(file, args, { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(error.message)
    process.exit(127)
  })
  child.on('exit', (code) => {
    endLeftovers()
    process.exit(code ?? 1)
  })
}

/** What follows mounts over /run and ends whatever else is in the namespace: never in the one that it was called from. */
function refuseOutside(callers) {
  const own = ownNamespaces()
  if (own.every((name, index) => callers[index]?.includes(':[') && callers[index] !== name)) return
  console.error('inside.mjs is not inside: it is only run by unshare, with the arguments that argvInside gives')
  process.exit(1)
}

function ownNamespaces() {
  return ['net', 'mnt'].map((kind) => readlinkSync(`/proc/self/ns/${kind}`))
}

function prepare(program, args) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' })
  if (status === 0) return
  console.error(`${program} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`)
  process.exit(1)
}

/**
 * A process that was left behind would keep the namespaces: it is named, so that its test can be mended, and ended; so are
 * those that it began in namespaces of their own, as engines do containers.
 */
function endLeftovers() {
  const here = readlinkSync('/proc/self/ns/net')
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
  const left = new Set(all.filter((pid) => isIn(here, pid)))
  const parents = new Map(all.map((pid) => [pid, parentOf(pid)]))
  for (const pid of left) for (const [child, parent] of parents) if (parent === pid) left.add(child)
  const shown = [...left].slice(0, mostNamed)
  for (const pid of shown) console.error(`left behind and ended: process ${pid}, ${commandOf(pid)}`)
  if (left.size > shown.length) console.error(`and ${left.size - shown.length} more`)
  for (const pid of left) end(pid)
}

function end(pid) {
  try {
    process.kill(Number(pid), 'SIGKILL')
  } catch {
    // It ended with another.
  }
}

/** The fourth word of /proc/PID/stat, behind a name that may have spaces. */
function parentOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[1]
  } catch {
    return undefined
  }
}

function isIn(namespace, pid) {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`) === namespace
  } catch {
    return false
  }
}

function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim().slice(0, 120)
  } catch {
    return 'already gone'
  }
}
