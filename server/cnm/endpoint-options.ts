import { PatchbayError } from './errors'
import { shown } from './names'
import { type Said, sentence } from './sentence'
import { shapingOptions } from './shaping'

/** What a person may ask of one endpoint by Docker's `--driver-opt`. */
export interface EndpointOptions {
  /** Name of the interface inside the sandbox. */
  readonly ifname?: string
  /** Settings of that interface: path below /proc/sys with IFNAME in place of its name, and value. */
  readonly sysctls: readonly { readonly name: string; readonly value: string }[]
}

const keys = {
  ifname: 'com.docker.network.endpoint.ifname',
  sysctls: 'com.docker.network.endpoint.sysctls',
} as const

/** Throws PatchbayError ("invalid-parameter") for an option that there is not, or a value that it cannot have. */
export function parseEndpointOptions(raw: Readonly<Record<string, string>>): EndpointOptions {
  const known: readonly string[] = [...Object.values(keys), ...shapingOptions]
  const unknown = Object.keys(raw).find((key) => !known.includes(key))
  if (unknown !== undefined) {
    throw invalid(sentence`endpoint option ${shown(unknown)} is not known; there are ${known}`)
  }
  const ifname = raw[keys.ifname]
  const sysctls = raw[keys.sysctls]
  return {
    ...(ifname === undefined ? {} : { ifname: checkIfname(ifname) }),
    sysctls: sysctls === undefined ? [] : sysctls.split(',').map(parseSysctl),
  }
}

/** The settings with the interface's own name in their paths. */
export function sysctlsFor(options: EndpointOptions, ifname: string): { name: string; value: string }[] {
  return options.sysctls.map(({ name, value }) => ({ name: name.replace('IFNAME', () => ifname), value }))
}

function checkIfname(name: string): string {
  const isName = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/.test(name) && !['lo', 'all', 'default'].includes(name)
  if (isName) return name
  throw invalid(
    sentence`interface name ${shown(name)} cannot be used: 1 to 15 letters, digits, dots, dashes or underscores, and not lo, all or default`,
  )
}

/** "net.ipv4.conf.IFNAME.log_martians=1" */
function parseSysctl(text: string): { name: string; value: string } {
  const [, name, value] = /^\s*([^=\s]+)\s*=\s*([^\p{Cc}]*\S)\s*$/u.exec(text) ?? []
  const isOfInterface = /^net\.(ipv4|ipv6|mpls)\.[a-z]+\.IFNAME\.\w+$/.test(name ?? '')
  if (name !== undefined && value !== undefined && isOfInterface) return { name: name.replaceAll('.', '/'), value }
  throw invalid(
    sentence`endpoint sysctl ${shown(text)} is not valid: it must look like net.ipv4.conf.IFNAME.log_martians=1, of ipv4, ipv6 or mpls`,
  )
}

function invalid(message: Said): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field: 'driverOpts' })
}
