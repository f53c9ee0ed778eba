import { z } from 'zod'
import { fixedText, sentence } from '../../cnm/sentence'
import { parentOptions } from '../parent'

export const ipvlanModes = ['l2', 'l3', 'l3s'] as const
const flags = ['bridge', 'private', 'vepa'] as const

/** Driver options of an ipvlan network, under Docker's names. */
export const ipvlanOptions = z.strictObject({
  parent: parentOptions.parent,
  ipvlan_mode: z
    .enum(ipvlanModes, { error: fixedText(sentence`must be one of ${ipvlanModes}`) })
    .optional()
    .describe(
      'l2: on the wire (default); l3: routed by the parent, without broadcasts; l3s: as l3, through the host’s firewall',
    ),
  ipvlan_flag: z
    .enum(flags, { error: fixedText(sentence`must be one of ${flags}`) })
    .optional()
    .describe('bridge: containers reach each other (default); private: never; vepa: by way of the switch outside'),
  'com.docker.network.driver.mtu': parentOptions['com.docker.network.driver.mtu'],
  'com.docker.network.container_iface_prefix': parentOptions['com.docker.network.container_iface_prefix'],
})

export type IpvlanOptions = z.output<typeof ipvlanOptions>
