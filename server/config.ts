import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { messageOf, PatchbayError } from './cnm/errors'
import { type DefaultPoolInput, parseDefaultPools } from './ipam/pools'

/** What the environment says, parsed once. README.md lists the variables. */
export interface Config {
  /** Where the web listens: an address or a host name. */
  readonly host: string
  readonly port: number
  /** Database, images, logs, the web's build. Absolute. */
  readonly dataDir: string
  /** Sockets, namespaces. Absolute; nothing in it outlives a reboot. */
  readonly runDir: string
  /** Presets the administrator's sign-in token; absent: made at first start. */
  readonly token: string | undefined
  /** Further Host names under which the dashboard may be reached, lower case. */
  readonly allowedHosts: readonly string[]
  /** The Docker Engine to watch; null: none. */
  readonly dockerHost: string | null
  /** What automatic subnets are cut from; empty: Docker's ranges. */
  readonly defaultPools: readonly DefaultPoolInput[]
  /** Endpoints of etcd; empty: no cluster. */
  readonly etcd: readonly string[]
  /** This host's name in the cluster. */
  readonly node: string
  /** The address that other hosts' tunnels reach; absent: that of the default route. */
  readonly advertise: string | undefined
  /** The web's build, readable by `webUser`: set by `npm start`, which lays it there. Holds server.js. */
  readonly webDir: string
  /** The unprivileged user that the web runs as: set by `npm start`, which makes it. */
  readonly webUser: string
}

/** Throws PatchbayError ("invalid-parameter") with one sentence naming the variable, its value and what it may be. */
export function parseConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const result = variables.safeParse(withoutEmpty(environment))
  if (!result.success) throw toConfigError(result.error, environment)
  const values = result.data
  return {
    host: values.PATCHBAY_HOST,
    port: values.PATCHBAY_PORT,
    dataDir: values.PATCHBAY_DATA_DIR,
    runDir: values.PATCHBAY_RUN_DIR,
    token: values.PATCHBAY_TOKEN,
    allowedHosts: values.PATCHBAY_ALLOWED_HOSTS,
    dockerHost: values.PATCHBAY_DOCKER_HOST,
    defaultPools: values.PATCHBAY_DEFAULT_POOLS,
    etcd: values.PATCHBAY_ETCD,
    node: values.PATCHBAY_NODE ?? hostname(),
    advertise: values.PATCHBAY_ADVERTISE,
    webDir: values.PATCHBAY_WEB_DIR ?? join(values.PATCHBAY_DATA_DIR, 'web', 'current'),
    webUser: values.PATCHBAY_WEB_USER,
  }
}

const hostName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\.?$/i
const isHost = (value: string) => isIP(value) !== 0 || hostName.test(value)

const host = (message: string) => z.string().refine(isHost, message)

const directory = z
  .string()
  .refine((path) => path.startsWith('/') && !path.includes('\0'), 'give an absolute path')
  .transform((path) => resolve(path))

const list = (message: string, accepts: (entry: string) => boolean) =>
  z
    .string()
    .default('')
    .transform((text) => text.split(',').map((entry) => entry.trim().toLowerCase()))
    .transform((entries) => entries.filter((entry) => entry !== ''))
    .refine((entries) => entries.every(accepts), message)

/** dockerd's way to write them, several apart by spaces or semicolons: "base=10.10.0.0/16,size=24". */
function parsePools(text: string, context: z.RefinementCtx): DefaultPoolInput[] {
  try {
    const pools = text
      .split(/[\s;]+/)
      .filter((entry) => entry !== '')
      .map((entry) => {
        const [, base = '', size = ''] = /^base=([^,]+),size=(\d{1,3})$/.exec(entry) ?? []
        if (base === '') throw new Error('give pools such as base=10.10.0.0/16,size=24, separated by spaces')
        return { base, size: Number(size) }
      })
    parseDefaultPools(pools)
    return pools
  } catch (error) {
    context.addIssue(messageOf(error))
    return z.NEVER
  }
}

const variables = z.object({
  PATCHBAY_HOST: host('give an address such as 127.0.0.1, or a host name').default('127.0.0.1'),
  PATCHBAY_PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'give a number from 1 to 65535')
    .transform(Number)
    .refine((port) => port >= 1 && port <= 65535, 'give a number from 1 to 65535')
    .default(3000),
  PATCHBAY_DATA_DIR: directory.default('/var/lib/patchbay'),
  // A socket's path ends at 107 bytes, and names are added to this.
  PATCHBAY_RUN_DIR: directory
    .refine((path) => Buffer.byteLength(path) <= 80, 'give a path of at most 80 bytes: sockets live in it')
    .default('/run/patchbay'),
  PATCHBAY_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'give visible ASCII characters without spaces')
    .optional(),
  PATCHBAY_ALLOWED_HOSTS: list('give host names without ports, separated by commas', isHost),
  PATCHBAY_DOCKER_HOST: z
    .string()
    .regex(/^(none|unix:\/\/\/.+|(tcp|https?):\/\/.+)$/, 'give none, unix:///path/of/the.sock, or tcp://host:port')
    .transform((value) => (value === 'none' ? null : value))
    .default('unix:///var/run/docker.sock'),
  PATCHBAY_DEFAULT_POOLS: z.string().default('').transform(parsePools),
  PATCHBAY_ETCD: list('give endpoints such as http://10.0.0.1:2379, separated by commas', (entry) =>
    /^(https?:\/\/)?[^/\s]+$/.test(entry),
  ),
  PATCHBAY_NODE: host('give a host name').optional(),
  PATCHBAY_ADVERTISE: z
    .string()
    .refine((value) => isIP(value) !== 0, 'give an IP address')
    .optional(),
  PATCHBAY_WEB_DIR: directory.optional(),
  PATCHBAY_WEB_USER: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]*$/, 'give the name of a user')
    .default('patchbay'),
})

/** A variable set to nothing counts as not set, as shells and unit files leave them. */
function withoutEmpty(environment: Readonly<Record<string, string | undefined>>) {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''))
}

function toConfigError(error: z.ZodError, environment: Readonly<Record<string, string | undefined>>): PatchbayError {
  const issue = error.issues[0]
  const name = String(issue?.path[0] ?? 'environment')
  const shown = name === 'PATCHBAY_TOKEN' ? 'of no use' : `"${environment[name] ?? ''}"`
  return new PatchbayError('invalid-parameter', `${name} is ${shown}: ${issue?.message}`, { field: name, cause: error })
}
