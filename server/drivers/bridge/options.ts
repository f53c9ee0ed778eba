import { z } from 'zod'
import { canonicalAddress, isOfOneHost } from '../../cnm/address'
import type { Network } from '../../cnm/network'
import { fixedText, sentence } from '../../cnm/sentence'
import type { GatewayMode } from '../../firewall/bridge'
import { commonOptions } from '../common-options'

const gatewayModes = ['nat', 'nat-unprotected', 'routed', 'isolated'] as const satisfies readonly GatewayMode[]

const flag = z
  .enum(['true', 'false'], { error: fixedText(sentence`must be true or false`) })
  .transform((text) => text === 'true')

const ofOneHost = fixedText(sentence`must be an address that one host can have`)

const gatewayMode = z
  .enum(gatewayModes, { error: fixedText(sentence`must be one of ${gatewayModes}`) })
  .optional()
  .describe(
    'nat: published ports only, by the host’s address (default); nat-unprotected: all ports, from wherever there is a route; routed: published ports by the container’s own address; isolated: for internal networks, no address of the host',
  )

/** Driver options of a bridge network: Docker's under its names, and switches of the kernel's under Patchbay's. */
export const bridgeOptions = z.strictObject({
  'com.docker.network.bridge.name': z
    .string()
    .regex(
      /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/,
      fixedText(sentence`must be 1 to 15 letters, digits, dots, dashes or underscores`),
    )
    .optional()
    .describe('Name of the bridge device; br- and the first twelve digits of the id where absent'),
  'com.docker.network.bridge.enable_icc': flag
    .optional()
    .describe('Containers on the network may talk to each other (default true)'),
  'com.docker.network.bridge.enable_ip_masquerade': flag
    .optional()
    .describe('Traffic that leaves the host gets the host’s address (default true)'),
  'com.docker.network.bridge.host_binding_ipv4': z
    .ipv4(fixedText(sentence`must be an IPv4 address`))
    .refine((text) => text === '0.0.0.0' || isOfOneHost(text), ofOneHost)
    .optional()
    .describe('Host address on which ports are published when none is named (default 0.0.0.0)'),
  'com.docker.network.host_ipv4': z
    .ipv4(fixedText(sentence`must be an IPv4 address`))
    .refine(isOfOneHost, ofOneHost)
    .optional()
    .describe('Address of this host that traffic which leaves it gets (default: that of the link by which it leaves)'),
  'com.docker.network.host_ipv6': z
    .ipv6(fixedText(sentence`must be an IPv6 address`))
    .refine(isOfOneHost, ofOneHost)
    .transform(canonicalAddress)
    .optional()
    .describe('IPv6 address of this host that traffic which leaves it gets (default: that of the link)'),
  'com.docker.network.bridge.gateway_mode_ipv4': gatewayMode,
  'com.docker.network.bridge.gateway_mode_ipv6': gatewayMode,
  'com.docker.network.bridge.inhibit_ipv4': flag
    .optional()
    .describe('The bridge gets no IPv4 address; something else is the gateway (default false)'),
  'com.docker.network.bridge.trusted_host_interfaces': z
    .string()
    .regex(
      /^(?!-|\.\.?(:|$))[A-Za-z0-9_.-]{1,15}(:(?!-|\.\.?(:|$))[A-Za-z0-9_.-]{1,15})*$/,
      fixedText(sentence`must be names of links, with colons between them`),
    )
    .optional()
    .describe(
      'Links of this host, eth1:eth2, from which published ports can be reached by the container’s own address',
    ),
  ...commonOptions,
  'patchbay.bridge.obey_host_firewall': flag
    .optional()
    .describe(
      'Published ports are taken in by sockets of this host, so that its own INPUT rules hold for them; slower, and closed while Patchbay does not run (default false)',
    ),
  'patchbay.bridge.hairpin': flag
    .optional()
    .describe('Ports take back their own frames (default: those of containers that publish ports)'),
  'patchbay.bridge.isolate_ports': flag
    .optional()
    .describe('No frame goes from one container to another, whatever it carries (default false)'),
  'patchbay.bridge.stp': flag
    .optional()
    .describe('The bridge takes part in the spanning tree; who joins waits four seconds (default false)'),
  'patchbay.bridge.multicast_snooping': flag
    .optional()
    .describe('Multicast goes only where somebody listens (default true)'),
  'com.docker.network.bridge.default_bridge': flag.optional().describe('Set on the predefined network bridge'),
  'com.docker.network.driver.mtu': z
    .string()
    .regex(/^\d{2,5}$/, fixedText(sentence`must be a number between 68 and 65535`))
    .transform(Number)
    .refine((mtu) => mtu >= 68 && mtu <= 65535, fixedText(sentence`must be a number between 68 and 65535`))
    .optional()
    .describe('Largest packet in bytes (default 1500)'),
})

export type BridgeOptions = z.output<typeof bridgeOptions>

const parsed = new WeakMap<Network['options'], BridgeOptions>()

/** The options of a recorded network. Records never change, so that each is parsed once. */
export function optionsOf({ options }: Pick<Network, 'options'>): BridgeOptions {
  const known = parsed.get(options)
  if (known) return known
  const fresh = bridgeOptions.parse(options)
  parsed.set(options, fresh)
  return fresh
}
