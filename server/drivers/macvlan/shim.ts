import { getCidr } from '../../cnm/cidr'
import { PatchbayError } from '../../cnm/errors'
import type { Network } from '../../cnm/network'
import { type Said, sentence } from '../../cnm/sentence'
import { parseInside } from '../../ipam/network-pool'

/** Throws where the address asked for the host cannot be the host's on this network. */
export function checkShim({ options, pools, name }: Network): void {
  const shim = options['patchbay.host_shim']
  if (shim === undefined) return
  const mode = options.macvlan_mode ?? 'bridge'
  if (mode !== 'bridge') {
    throw refused(
      sentence`mode ${mode} keeps the links on a parent apart, so a shim of the host’s reaches nobody; use mode bridge`,
    )
  }
  const [pool] = pools
  if (!pool) throw refused(sentence`network ${name} has no subnet for address ${shim} of the host`)
  parseInside(getCidr(pool.subnet), shim, 'options', sentence`address ${shim} of the host`)
  if (shim === pool.gateway) throw refused(sentence`address ${shim} of the host is also the gateway; choose another`)
  const aux = Object.entries(pool.auxAddresses).find(([, address]) => address === shim)
  if (aux) throw refused(sentence`address ${shim} of the host is also the auxiliary address ${aux[0]}; choose another`)
}

function refused(message: Said): PatchbayError {
  return new PatchbayError('invalid-parameter', message, { field: 'options' })
}
