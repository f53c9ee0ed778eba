import { type Endpoint, plainRequest } from '../../cnm/endpoint'
import type { ContainerId, EndpointId, NetworkId } from '../../cnm/ids'
import { type Network, plainNetwork } from '../../cnm/network'

/** A network with one pool, as the engine makes it. */
export function sampleNetwork(change: Partial<Network> = {}): Network {
  return {
    id: 'a1b2c3d4e5f60718'.repeat(4) as NetworkId,
    name: 'backend',
    driver: 'bridge',
    scope: 'local',
    internal: false,
    attachable: false,
    ...plainNetwork,
    pools: [{ subnet: '172.18.0.0/16', gateway: '172.18.0.1', auxAddresses: {} }],
    options: {},
    labels: {},
    colour: 0,
    createdAt: new Date(0),
    ...change,
  }
}

/** An endpoint of a running container, with the default route. */
export function sampleEndpoint(network: Network): Endpoint {
  return {
    id: '0123456789abcdef'.repeat(4) as EndpointId,
    networkId: network.id,
    containerId: 'c'.repeat(64) as ContainerId,
    requested: plainRequest,
    assigned: {
      ifname: 'eth0',
      hostIfname: 'veth0123456',
      ipv4Address: '172.18.0.2/16',
      macAddress: '02:42:ac:12:00:02',
      ...(network.internal ? {} : { gateway: '172.18.0.1' }),
      isDefaultGateway: !network.internal,
      isIpv6DefaultGateway: false,
    },
    createdAt: new Date(0),
  }
}

/** The same with a cable that is slow both ways, and worse one way. */
export function sampleShaped(network: Network): Endpoint {
  return {
    ...sampleEndpoint(network),
    shaping: {
      toContainer: { bitsPerSecond: 10_000_000, delayMs: 40, jitterMs: 5 },
      fromContainer: { bitsPerSecond: 1_000_000, lossPercent: 2 },
      mtu: 1400,
      mtuBefore: 1500,
    },
  }
}
