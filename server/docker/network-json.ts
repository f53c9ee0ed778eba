import type { Endpoint } from '../cnm/endpoint'
import { type AddressPool, isPredefined, type Network } from '../cnm/network'
import { policyTexts } from '../cnm/policy-text'
import type { Engine } from '../engine/contract'
import { minorWithIpv4 } from './network-create'

/** A network as `GET /networks` answers it: without its containers. */
export function networkJson(network: Network, minor: number) {
  return {
    Name: network.name,
    Id: network.id,
    Created: network.createdAt.toISOString(),
    Scope: network.scope,
    Driver: network.driver,
    ...(minor >= minorWithIpv4 ? { EnableIPv4: network.ipv4 } : {}),
    EnableIPv6: network.ipv6,
    IPAM: {
      Driver: isPredefined(network) ? 'default' : network.ipamDriver,
      // Docker's networks of the beginning have none at all.
      Options: isPredefined(network) ? null : network.ipamOptions,
      Config: network.pools.map(poolJson),
    },
    Internal: network.internal,
    Attachable: network.attachable,
    Ingress: false,
    ConfigFrom: { Network: network.configFrom },
    ConfigOnly: network.configOnly,
    Containers: {},
    Options: { ...network.options, ...policyTexts(network.policy) },
    Labels: network.labels,
  }
}

/** As `GET /networks/:id` answers it: with what is on it now. */
export function networkDetailJson(engine: Engine, network: Network, minor: number) {
  const joined = engine.listEndpoints().filter(({ networkId, assigned }) => networkId === network.id && assigned)
  return {
    ...networkJson(network, minor),
    Containers: Object.fromEntries(joined.map((endpoint) => [endpoint.containerId, memberJson(engine, endpoint)])),
  }
}

function memberJson(engine: Engine, { id, containerId, assigned }: Endpoint) {
  return {
    Name: engine.getContainer(containerId).name,
    EndpointID: id,
    MacAddress: assigned?.macAddress ?? '',
    IPv4Address: assigned?.ipv4Address ?? '',
    IPv6Address: assigned?.ipv6Address ?? '',
  }
}

function poolJson({ subnet, gateway, ipRange, auxAddresses }: AddressPool) {
  return {
    Subnet: subnet,
    ...(ipRange === undefined ? {} : { IPRange: ipRange }),
    Gateway: gateway,
    ...(Object.keys(auxAddresses).length > 0 ? { AuxiliaryAddresses: auxAddresses } : {}),
  }
}
