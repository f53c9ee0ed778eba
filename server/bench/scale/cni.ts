import { runProgram } from '../../conformance/program'
import type { Peer } from './measure'
import { addressOf, ensureNamespaces, namespacePath } from './namespaces'

const plugins = '/usr/lib/cni'

/** The bridge plugin with host-local addresses, and portmap after it, as containerd calls them. */
export function createCni(): Peer {
  return {
    ensureBoxes: ensureNamespaces,
    connect: async (network, box) => {
      await call('ADD', bridge(network), network, box)
    },
    disconnect: async (network, box) => {
      await call('DEL', bridge(network), network, box)
    },
    crowd: async (network, from, to) => {
      await ensureNamespaces(to + 10)
      for (let box = from; box < to; box++) await call('ADD', bridge(network), network, box + 10)
    },
    publish: async (network, round) => {
      const box = 0
      const prevResult: unknown = JSON.parse(await call('ADD', bridge(network), network, box))
      const ports = [{ hostPort: 20_000 + round, containerPort: 80, protocol: 'tcp' }]
      const chained = { ...named(network, 'portmap'), capabilities: { portMappings: true }, prevResult }
      const config = { ...chained, runtimeConfig: { portMappings: ports } }
      const began = performance.now()
      await call('ADD', config, network, box)
      const took = performance.now() - began
      await call('DEL', config, network, box)
      await call('DEL', bridge(network), network, box)
      return took
    },
  }
}

function named(network: number, type: string) {
  return { cniVersion: '0.4.0', name: `net${network}`, type }
}

function bridge(network: number) {
  const subnet = `${addressOf(network)}/22`
  const dataDir = '/run/cni-bench'
  return {
    ...named(network, 'bridge'),
    ...{ bridge: `cni${network}`, isGateway: true, ipMasq: true, hairpinMode: true },
    ipam: { type: 'host-local', dataDir, ranges: [[{ subnet }]] },
  }
}

async function call(verb: string, config: { type: string }, network: number, box: number): Promise<string> {
  const env = {
    ...process.env,
    CNI_COMMAND: verb,
    CNI_CONTAINERID: `box${box}`,
    CNI_NETNS: namespacePath(box),
    CNI_IFNAME: `eth${network}`,
    CNI_PATH: plugins,
  }
  const said = await runProgram([`${plugins}/${config.type}`], { input: JSON.stringify(config), env })
  if (said.exit !== 0) throw new Error(`${config.type} ${verb}: ${said.stdout || said.stderr}`)
  return said.stdout
}
