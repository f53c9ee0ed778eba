import type { Container, PortBinding } from '../cnm/container'
import { PatchbayError } from '../cnm/errors'
import { parseAddress } from '../ipam/cidr'
import type { ListeningPort } from '../kernel/listeners'
import type { EngineContext } from './context'
import type { ContainerCreateInput } from './contract'

const ephemeral = { first: 32768, last: 60999 }

export class PortInUseError extends PatchbayError {
  constructor(port: PortBinding, holder: string) {
    super(
      'conflict',
      `port ${port.hostPort}/${port.protocol} of ${where(port.hostIp)} is already in use by ${holder}; choose another host port`,
      {
        field: 'ports',
        data: { port: port.hostPort, protocol: port.protocol, holder },
      },
    )
  }
}

/** Checks what was typed, and chooses host ports where none was named. */
export async function parsePorts(
  ctx: EngineContext,
  inputs: NonNullable<ContainerCreateInput['ports']>,
): Promise<PortBinding[]> {
  const listening = inputs.length > 0 ? await ctx.host.listeningPorts() : []
  const taken = [...ctx.records.containers.values()].flatMap((container) => container.ports)
  const chosen: PortBinding[] = []
  for (const input of inputs) {
    const port = parsePort(input)
    const free = (candidate: PortBinding) =>
      ![...taken, ...chosen].some((other) => clashes(other, candidate)) &&
      !listening.some((other) => clashes(bound(other), candidate))
    const binding = port.hostPort === 0 ? firstFree(port, free) : port
    const twin = chosen.find((other) => clashes(other, binding))
    if (twin) throw new PortInUseError(binding, `container port ${twin.containerPort} of the same container`)
    chosen.push(binding)
  }
  return chosen
}

/** Throws PortInUseError when a running container or a process of the host holds one of the ports. */
export async function checkPortsFree(ctx: EngineContext, container: Pick<Container, 'id' | 'ports'>): Promise<void> {
  if (container.ports.length === 0) return
  const listening = await ctx.host.listeningPorts()
  const others = [...ctx.records.containers.values()].filter(
    (other) => other.id !== container.id && other.state.status === 'running',
  )
  for (const port of container.ports) {
    const holder = others.find((other) => other.ports.some((taken) => clashes(taken, port)))
    if (holder) throw new PortInUseError(port, `container ${holder.name}`)
    if (listening.some((other) => clashes(bound(other), port))) throw new PortInUseError(port, 'a process of this host')
  }
}

function parsePort(input: NonNullable<ContainerCreateInput['ports']>[number]): PortBinding {
  const hostIp = input.hostIp || '0.0.0.0'
  if (parseAddress(hostIp) === undefined)
    throw invalid(`host address ${hostIp.slice(0, 60)} is not an IPv4 address like 127.0.0.1`)
  return {
    protocol: input.protocol ?? 'tcp',
    containerPort: checkNumber(input.containerPort, 1, 'container port'),
    hostIp,
    hostPort: checkNumber(input.hostPort ?? 0, 0, 'host port'),
  }
}

function checkNumber(value: number, least: number, what: string): number {
  if (Number.isInteger(value) && value >= least && value <= 65535) return value
  throw invalid(`${what} ${value} is not a port number between 1 and 65535`)
}

function firstFree(port: PortBinding, free: (candidate: PortBinding) => boolean): PortBinding {
  for (let hostPort = ephemeral.first; hostPort <= ephemeral.last; hostPort++) {
    const candidate = { ...port, hostPort }
    if (free(candidate)) return candidate
  }
  throw new PatchbayError('unavailable', `no free host port between ${ephemeral.first} and ${ephemeral.last}`, {
    field: 'ports',
  })
}

function clashes(one: Omit<PortBinding, 'containerPort'>, other: Omit<PortBinding, 'containerPort'>): boolean {
  const wildcard = one.hostIp === '0.0.0.0' || other.hostIp === '0.0.0.0'
  return one.protocol === other.protocol && one.hostPort === other.hostPort && (wildcard || one.hostIp === other.hostIp)
}

function bound({ protocol, port, address }: ListeningPort): Omit<PortBinding, 'containerPort'> {
  return { protocol, hostPort: port, hostIp: address }
}

function where(hostIp: string): string {
  return hostIp === '0.0.0.0' ? 'this host' : hostIp
}

function invalid(message: string): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field: 'ports' })
}
