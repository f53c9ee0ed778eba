import type { IncomingHttpHeaders } from 'node:http'

/** Where the dashboard may be reached. */
export interface Hosts {
  /** PATCHBAY_HOST: where the web listens. */
  readonly host: string
  /** PATCHBAY_ALLOWED_HOSTS */
  readonly allowedHosts: readonly string[]
}

const loopbackHosts = ['127.0.0.1', 'localhost', '[::1]']
const wildcards = ['0.0.0.0', '[::]']

/**
 * Why a request must not be answered whatever it carries; undefined: it may. A page elsewhere can point its own
 * name at this host (DNS rebinding), which the Host header shows, or post to it from where it is, which the
 * Origin header shows.
 */
export function findRefusal(
  request: { readonly method: string; readonly headers: IncomingHttpHeaders },
  hosts: Hosts,
): string | undefined {
  const { headers } = request
  const host = headerOf(headers, 'x-forwarded-host') ?? headers.host ?? ''
  const name = nameOf(host)
  if (name === undefined || !isAllowed(name, hosts)) {
    return `host ${shorten(host)} is not one that this dashboard answers to; add it to PATCHBAY_ALLOWED_HOSTS`
  }
  return isSameOrigin(headers, host, request.method)
    ? undefined
    : `the call comes from another site (origin ${shorten(headers.origin ?? 'unknown')}) than it goes to (${host})`
}

function isAllowed(name: string, { host, allowedHosts }: Hosts): boolean {
  const listening = nameOf(bracketed(host))
  // Rebinding needs a name. Who lets the web listen everywhere reaches it by any of the host's addresses.
  if (listening !== undefined && wildcards.includes(listening) && isAddress(name)) return true
  const names = [host, ...allowedHosts].map((allowed) => nameOf(bracketed(allowed)))
  return loopbackHosts.includes(name) || names.includes(name)
}

/**
 * A browser names the origin of everything that is not a plain GET. A call with a cookie and without an origin
 * is no browser's of today; scripts carry a token instead.
 */
function isSameOrigin(headers: IncomingHttpHeaders, host: string, method: string): boolean {
  const { origin } = headers
  if (origin !== undefined) {
    const from = originHost(origin)
    return from !== undefined && from === originHost(`http://${host}`, origin)
  }
  const isRead = method === 'GET' || method === 'HEAD'
  return isRead || headers.cookie === undefined || headers.authorization !== undefined
}

/** Host and port of an origin; ports that its scheme implies are left out. */
function originHost(origin: string, schemeOf = origin): string | undefined {
  try {
    const url = new URL(origin)
    const { protocol } = new URL(schemeOf)
    return new URL(`${protocol}//${url.host}`).host
  } catch {
    return undefined
  }
}

function nameOf(host: string): string | undefined {
  try {
    return host === '' ? undefined : new URL(`http://${host}`).hostname
  } catch {
    return undefined
  }
}

function bracketed(host: string): string {
  return host.split(':').length > 2 && !host.startsWith('[') ? `[${host}]` : host
}

function isAddress(name: string): boolean {
  return name.startsWith('[') || /^[\d.]+$/.test(name)
}

function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}
