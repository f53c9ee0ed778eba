import { canonicalAddress, parseAddress } from '../cnm/address'
import type { PortRequest } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { shown } from '../cnm/names'
import { clashes, isEvery, isFixed, parsePortKey, portKey } from '../cnm/ports'
import type { PortInput } from './contract'

/** Why a port of the host's cannot be had: another container has it, a process listens on it, or its address is not the host's. */
export type PortTrouble = 'allocated' | 'listening' | 'no-address'

export class PortInUseError extends PatchbayError {
  constructor(port: PortRequest, trouble: PortTrouble, holder: string) {
    const what = `port ${port.hostPort}/${port.protocol} of ${isEvery(port.hostIp) ? 'this host' : port.hostIp}`
    const message =
      trouble === 'no-address'
        ? `${what} cannot be published: this host has no such address; choose one that it has`
        : `${what} is already in use by ${holder}; choose another host port`
    super('conflict', message, {
      field: 'ports',
      data: { ...{ trouble, holder }, hostIp: port.hostIp, port: port.hostPort, protocol: port.protocol },
    })
  }
}

/** Checks the ports to publish that were typed. Throws where two ask for the same port of the host. */
export function parsePorts(inputs: readonly PortInput[]): PortRequest[] {
  const requests: PortRequest[] = []
  for (const request of inputs.map(parsePort)) {
    const twin = requests.find((other) => isFixed(other) && isFixed(request) && clashes(other, request))
    if (twin) {
      const holder = `container port ${twin.containerPort} of the same container`
      throw new PortInUseError(request, 'allocated', holder)
    }
    requests.push(request)
  }
  return requests
}

/** "80/tcp" or "80", each once. Throws for what is no port. */
export function parseExposedPorts(keys: readonly string[]): string[] {
  return [...new Set(keys.map((key) => portKey(parsePortKey(key))))]
}

function parsePort({
  protocol = 'tcp',
  containerPort,
  hostIp = '',
  hostPort = 0,
  hostPortEnd,
}: PortInput): PortRequest {
  if (hostIp !== '' && parseAddress(hostIp) === undefined) {
    throw invalid(`host address ${shown(hostIp)} is not an IP address like 127.0.0.1 or ::1`)
  }
  const first = checkNumber(hostPort, 0, 'host port')
  const last = checkNumber(hostPortEnd ?? first, first, 'end of the range of host ports')
  if (first === 0 && last !== 0) throw invalid(`range of host ports 0-${last} does not begin with a port number`)
  return {
    protocol,
    containerPort: checkNumber(containerPort, 1, 'container port'),
    hostIp: canonicalAddress(hostIp),
    hostPort: first,
    ...(last === first ? {} : { hostPortEnd: last }),
  }
}

function checkNumber(value: number, least: number, what: string): number {
  if (Number.isInteger(value) && value >= least && value <= 65535) return value
  throw invalid(`${what} ${value} is not a port number between ${Math.max(1, least)} and 65535`)
}

function invalid(message: string): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field: 'ports' })
}
