import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { runProgram } from '../../conformance/program'
import type { Peer } from './measure'
import { addressOf, ensureNamespaces, namespacePath } from './namespaces'

const program = '/usr/lib/podman/netavark'
const state = '/run/netavark-bench'

/** As podman calls it: a description of container and network on standard input. */
export function createNetavark(): Peer {
  mkdirSync(state, { recursive: true })
  return {
    ensureBoxes: ensureNamespaces,
    connect: (network, box) => call('setup', network, box),
    disconnect: (network, box) => call('teardown', network, box),
    crowd: async (network, from, to) => {
      await ensureNamespaces(to + 10)
      for (let box = from; box < to; box++) await call('setup', network, box + 10)
    },
    publish: async (network, round) => {
      const plain = await timedCall(network, 0)
      return (await timedCall(network, 0, 20_000 + round)) - plain
    },
  }
}

async function timedCall(network: number, box: number, hostPort?: number): Promise<number> {
  const began = performance.now()
  await call('setup', network, box, hostPort)
  const took = performance.now() - began
  await call('teardown', network, box, hostPort)
  return took
}

async function call(verb: 'setup' | 'teardown', network: number, box: number, hostPort?: number): Promise<void> {
  const name = `net${network}`
  const port = { container_port: 80, host_ip: '', host_port: hostPort, protocol: 'tcp', range: 1 }
  const described = {
    container_id: createHash('sha256').update(`box${box}`).digest('hex'),
    container_name: `box${box}`,
    ...(hostPort === undefined ? {} : { port_mappings: [port] }),
    networks: { [name]: { static_ips: [addressOf(network, box + 2)], interface_name: `eth${network}` } },
    network_info: {
      [name]: {
        ...{ name, id: createHash('sha256').update(name).digest('hex'), driver: 'bridge' },
        ...{ network_interface: `nv${network}`, ipv6_enabled: false, internal: false, dns_enabled: false },
        subnets: [{ subnet: `${addressOf(network)}/22`, gateway: addressOf(network, 1) }],
        ipam_options: { driver: 'host-local' },
      },
    },
  }
  const command = [program, '--config', state, verb, namespacePath(box)]
  const said = await runProgram(command, { input: JSON.stringify(described) })
  if (said.exit !== 0) throw new Error(`netavark ${verb}: ${said.stderr || said.stdout}`)
}
