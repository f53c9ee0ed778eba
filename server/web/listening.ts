import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { messageOf, PatchbayError } from '../cnm/errors'

/** Throws one sentence where the web could not listen, before it is started to find out. */
export async function checkListening(host: string, port: number, firstPort?: number): Promise<void> {
  const first = firstPort ?? (await firstUnprivilegedPort())
  if (port < first) {
    throw new PatchbayError(
      'invalid-parameter',
      `port ${port} needs privileges that the web does not have; set PATCHBAY_PORT to ${first} or above`,
      { field: 'PATCHBAY_PORT' },
    )
  }
  await tryListening(host, port)
}

/** Resolves when something answers HTTP there, whatever it says. */
export async function waitForAnswer(host: string, port: number, path: string, signal: AbortSignal): Promise<void> {
  while (!(await answers(reachableHost(host), port, path))) await delay(25, undefined, { signal })
}

function tryListening(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => reject(listeningError(error, host, port)))
    server.listen({ host, port }, () => server.close(() => resolve()))
  })
}

function listeningError(error: NodeJS.ErrnoException, host: string, port: number): PatchbayError {
  if (error.code === 'EADDRINUSE') {
    return new PatchbayError(
      'conflict',
      `port ${port} on ${host} is in use; stop what listens there, or set PATCHBAY_PORT`,
      {
        field: 'PATCHBAY_PORT',
        cause: error,
      },
    )
  }
  return new PatchbayError(
    'invalid-parameter',
    `the web cannot listen on ${host}: ${messageOf(error)}; set PATCHBAY_HOST`,
    {
      field: 'PATCHBAY_HOST',
      cause: error,
    },
  )
}

async function firstUnprivilegedPort(): Promise<number> {
  const text = await readFile('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8').catch(() => '1024')
  return Number(text)
}

function answers(host: string, port: number, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = request({ host, port, path, headers: { host: 'localhost' }, agent: false, timeout: 5_000 })
    asking.once('response', (response) => {
      response.resume()
      resolve(true)
    })
    asking.once('timeout', () => asking.destroy())
    asking.once('error', () => resolve(false))
    asking.end()
  })
}

function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}
