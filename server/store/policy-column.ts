import { z } from 'zod'
import { isOpen, type Policy } from '../cnm/policy'

const action = z.enum(['allow', 'deny'])
const peer = z.union([
  z.object({ kind: z.enum(['any', 'host']) }),
  z.object({ kind: z.enum(['container', 'network']), name: z.string() }),
  z.object({ kind: z.literal('subnet'), subnet: z.string() }),
])
const rule = z.object({
  action,
  direction: z.enum(['ingress', 'egress']),
  peer,
  protocol: z.enum(['any', 'tcp', 'udp', 'sctp', 'icmp']),
  ports: z.array(z.object({ first: z.number(), last: z.number() })),
})
const column = z.object({
  ingress: action.default('allow'),
  egress: action.default('allow'),
  rules: z.array(rule).default([]),
}) satisfies z.ZodType<Policy>

/** What is set, as a part of a record; {} where nothing is. */
export function policyPart(raw: unknown): { policy?: Policy } {
  const policy = column.parse(raw)
  return isOpen(policy) ? {} : { policy }
}

export function policyRow(policy: Policy | undefined) {
  if (policy === undefined) return {}
  const { ingress, egress, rules } = policy
  return {
    ...{ ingress, egress },
    rules: rules.map((one) => ({ ...one, peer: { ...one.peer }, ports: one.ports.map((range) => ({ ...range })) })),
  }
}
