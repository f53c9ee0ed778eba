import { PatchbayError } from '../cnm/errors'
import type { Network } from '../cnm/network'
import { checkNetworkNames, type NetworkNames, type RecordType } from '../cnm/network-names'
import { type Said, sentence } from '../cnm/sentence'
import type { NetworkNamesInput } from './contract'
import { hasNames } from './names'

/** What a network adds to the resolver, every value checked, also against what the network is. */
export function namesFor(
  network: Pick<Network, 'name' | 'internal' | 'configOnly'>,
  { upstreams = [], records = [] }: NetworkNamesInput = {},
): NetworkNames {
  const names = checkNetworkNames({
    upstreams,
    records: records.map(({ name, type, value }) => ({ name, value, type: type as RecordType })),
  })
  if (upstreams.length + records.length === 0) return names
  if (network.configOnly || !hasNames(network)) {
    const reason = network.configOnly
      ? sentence`only keeps a configuration`
      : sentence`has no resolver: its containers ask the servers of the host`
    throw refused('names', sentence`network ${network.name} ${reason}, so it can have no records or upstream servers`)
  }
  checkStaysInside(network, names)
  return names
}

/** Throws where questions of containers that are kept inside would leave the host. */
export function checkStaysInside({ name, internal }: Pick<Network, 'name' | 'internal'>, names: NetworkNames): void {
  if (!internal || names.upstreams.length === 0) return
  throw refused(
    'names.upstreams.0',
    sentence`network ${name} is internal: questions of its containers do not leave the host, so leave upstream server ${names.upstreams[0]} out, or make the network without internal`,
  )
}

function refused(field: string, message: Said): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field })
}
