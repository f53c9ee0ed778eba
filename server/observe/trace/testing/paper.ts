import type { NetLink, NetnsState, NetRoute } from '../../../cnm/netns-state'
import { noRuleset } from '../nft/ruleset'
import type { World } from '../world'

/** A namespace with nothing in it. */
export function emptyState(id: string): NetnsState {
  return { id, links: [], addresses: [], routes: [], rules: [], neighbours: [], fdb: [] }
}

/** A world on paper: namespaces, and nothing that stops or translates. The first is the host. */
export function testWorld(states: readonly NetnsState[]): World {
  const state = (netns: string) => states.find(({ id }) => id === netns) ?? emptyState(netns)
  return {
    ...{ host: states[0]?.id ?? '', all: states.map(({ id }) => id), state, states: (ids) => ids.map(state) },
    ...{ peers: () => new Map(), firewalls: () => [], nft: () => noRuleset },
    ...{
      sockets: () => [],
      connected: () => [],
      flows: () => [],
      sysctl: () => undefined,
      netnsOf: () => null,
      netnsAt: () => null,
      containerIn: () => null,
    },
    records: { networks: {}, containers: {}, endpoints: {}, services: {} },
    nameOf: (netns) => netns,
    addressesOf: () => [],
  }
}

export function testLink(index: number, name: string, more: Partial<NetLink> = {}): NetLink {
  const none = {
    rxBytes: 0,
    rxPackets: 0,
    rxErrors: 0,
    rxDropped: 0,
    txBytes: 0,
    txPackets: 0,
    txErrors: 0,
    txDropped: 0,
  }
  return {
    ...{ index, name, kind: 'veth', type: 'ether', up: true, carrier: true, operstate: 'up', promiscuous: false },
    ...{ noArp: false, mac: `02:00:00:00:00:0${index}`, mtu: 1500, alias: null, master: null, link: null },
    ...{ linkNetnsId: null, counters: none },
    ...more,
  }
}

export function testRoute(destination: string, index: number | null, more: Partial<NetRoute> = {}): NetRoute {
  return {
    ...{ family: destination.includes(':') ? 'ipv6' : 'ipv4', table: 254, type: 'unicast', destination, from: null },
    ...{ source: null, metric: 0, protocol: 'static', scope: 'global', mtu: null },
    hops: index === null ? [] : [{ gateway: null, index, weight: 1, flags: [] }],
    ...more,
  }
}
