import { z } from 'zod'
import { fixedText, sentence } from '../../cnm/sentence'
import { parentOptions } from '../parent'

export const macvlanModes = ['bridge', 'private', 'vepa', 'passthru'] as const

/** Driver options of a macvlan network: Docker's, and a shim of Patchbay's own. */
export const macvlanOptions = z.strictObject({
  parent: parentOptions.parent,
  macvlan_mode: z
    .enum(macvlanModes, { error: fixedText(sentence`must be one of ${macvlanModes}`) })
    .optional()
    .describe(
      'bridge: containers reach each other (default); private: never; vepa: by way of the switch outside; passthru: one container has the parent to itself',
    ),
  'patchbay.host_shim': z
    .ipv4(fixedText(sentence`must be an IPv4 address`))
    .optional()
    .describe('An address of the subnet for this host, so that it and its macvlan containers reach each other'),
  'com.docker.network.driver.mtu': parentOptions['com.docker.network.driver.mtu'],
  'com.docker.network.container_iface_prefix': parentOptions['com.docker.network.container_iface_prefix'],
})

export type MacvlanOptions = z.output<typeof macvlanOptions>
