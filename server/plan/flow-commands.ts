import { familyOf } from '../cnm/address'
import type { FlowsObject } from './object'
import type { Command } from './plan'

/** Forgets the connections over a published port, the other way round: the container's side is the answer's source. */
export function forgetFlows({ protocol, address, port, hostPort }: FlowsObject): Command {
  const family = familyOf(address) === 'ipv4' ? [] : ['-f', 'ipv6']
  const translated = hostPort === undefined ? [] : ['--orig-port-dst', String(hostPort), '--dst-nat']
  const answers = ['--reply-src', address, '--reply-port-src', String(port)]
  return { program: 'conntrack', netns: 'host', args: ['-D', ...family, '-p', protocol, ...answers, ...translated] }
}
