import { familyOf } from '../cnm/address'
import type { FlowsObject } from './object'
import type { Command } from './plan'

/**
 * Forgets the connections over a published port, the other way round: the container's side is the answer's source. Its
 * sockets of TCP end before: a container that goes on to speak would have the kernel take the connection up anew.
 */
export function forgetFlows({ protocol, sandbox, address, port, hostPort }: FlowsObject): Command[] {
  const family = familyOf(address) === 'ipv4' ? [] : ['-f', 'ipv6']
  const translated = hostPort === undefined ? [] : ['--orig-port-dst', String(hostPort), '--dst-nat']
  const which = [...family, '-p', protocol, '--reply-src', address, '--reply-port-src', String(port), ...translated]
  const forget: Command = { program: 'conntrack', netns: 'host', args: ['-D', ...which] }
  if (protocol !== 'tcp') return [forget]
  return [{ program: 'ss', netns: sandbox, address, port, listing: ['-L', ...which, '-o', 'extended'] }, forget]
}
