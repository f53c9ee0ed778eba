import { canonicalAddress, parseAddress } from '../cnm/address'
import type { PortRequest } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { shown } from '../cnm/names'
import { clashes, isEvery, isFixed, parsePortKey, portKey } from '../cnm/ports'
import { type Said, sentence } from '../cnm/sentence'
import type { PortInput } from './contract'

/** Why a port of the host's cannot be had: another container has it, a process listens on it, or its address is not the host's. */
export type PortTrouble = 'allocated' | 'listening' | 'no-address'

export class PortInUseError extends PatchbayError {
  readonly port: PortRequest

  constructor(port: PortRequest, trouble: PortTrouble, holder: Said) {
    const what = sentence`port ${port.hostPort}/${port.protocol} of ${isEvery(port.hostIp) ? sentence`this host` : port.hostIp}`
    const message =
      trouble === 'no-address'
        ? sentence`${what} cannot be published: this host has no such address; choose one that it has`
        : sentence`${what} is already in use by ${holder}; choose another host port`
    super('conflict', message, {
      field: 'ports',
      data: {
        ...{ trouble, holder: String(holder) },
        hostIp: port.hostIp,
        port: port.hostPort,
        protocol: port.protocol,
      },
    })
    this.port = port
  }
}

/** Checks the ports to publish that were typed. Throws where two ask for the same port of the host. */
export function parsePorts(inputs: readonly PortInput[]): PortRequest[] {
  const requests: PortRequest[] = []
  for (const request of inputs.map(parsePort)) {
    const twin = requests.find((other) => isFixed(other) && isFixed(request) && clashes(other, request))
    if (twin) {
      const holder = sentence`container port ${twin.containerPort} of the same container`
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
    throw invalid(sentence`host address ${shown(hostIp)} is not an IP address like 127.0.0.1 or ::1`)
  }
  const first = checkNumber(hostPort, 0, sentence`host port`)
  const last = checkNumber(hostPortEnd ?? first, first, sentence`end of the range of host ports`)
  if (first === 0 && last !== 0)
    throw invalid(sentence`range of host ports 0-${last} does not begin with a port number`)
  return {
    protocol,
    containerPort: checkNumber(containerPort, 1, sentence`container port`),
    hostIp: canonicalAddress(hostIp),
    hostPort: first,
    ...(last === first ? {} : { hostPortEnd: last }),
  }
}

function checkNumber(value: number, least: number, what: Said): number {
  if (Number.isInteger(value) && value >= least && value <= 65535) return value
  throw invalid(sentence`${what} ${value} is not a port number between ${Math.max(1, least)} and 65535`)
}

function invalid(message: Said): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field: 'ports' })
}
