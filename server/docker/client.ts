import { access } from 'node:fs/promises'
import type Dockerode from 'dockerode'

export type ConnectionOptions = { socketPath: string } | { protocol: 'http'; host: string; port: number }

/** Undefined for a host that names no engine. Throws a TypeError for text that is no address. */
export function connectionOptions(host: string | undefined): ConnectionOptions | undefined {
  if (host === undefined || host === '' || host === 'none') return undefined
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length) }
  if (host.startsWith('/')) return { socketPath: host }
  const { hostname, port } = new URL(host.replace(/^tcp:/, 'http:'))
  return { protocol: 'http', host: hostname, port: Number(port || 2375) }
}

/** Throws where no engine answers. The client is loaded only where a socket is there: it takes 30 MB. */
export async function connect(options: ConnectionOptions): Promise<Dockerode> {
  if ('socketPath' in options) await access(options.socketPath)
  const { default: Client } = await import('dockerode')
  const docker = new Client(options)
  await docker.ping()
  return docker
}

export function isNotFound(error: unknown): boolean {
  return (error as { statusCode?: number }).statusCode === 404
}
