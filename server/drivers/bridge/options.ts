import { z } from 'zod'

const flag = z.enum(['true', 'false'], { error: 'must be true or false' }).transform((text) => text === 'true')

/** Driver options of a bridge network, under Docker's names. */
export const bridgeOptions = z.strictObject({
  'com.docker.network.bridge.name': z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/, 'must be 1 to 15 letters, digits, dots, dashes or underscores')
    .optional()
    .describe('Name of the bridge device; br- and the first twelve digits of the id where absent'),
  'com.docker.network.bridge.enable_icc': flag
    .optional()
    .describe('Containers on the network may talk to each other (default true)'),
  'com.docker.network.bridge.enable_ip_masquerade': flag
    .optional()
    .describe('Traffic that leaves the host gets the host’s address (default true)'),
  'com.docker.network.bridge.host_binding_ipv4': z
    .ipv4('must be an IPv4 address')
    .optional()
    .describe('Host address on which ports are published when none is named (default 0.0.0.0)'),
  'com.docker.network.bridge.default_bridge': flag.optional().describe('Set on the predefined network bridge'),
  'com.docker.network.driver.mtu': z
    .string()
    .regex(/^\d{2,5}$/, 'must be a number between 68 and 65535')
    .transform(Number)
    .refine((mtu) => mtu >= 68 && mtu <= 65535, 'must be a number between 68 and 65535')
    .optional()
    .describe('Largest packet in bytes (default 1500)'),
})

export type BridgeOptions = z.output<typeof bridgeOptions>
