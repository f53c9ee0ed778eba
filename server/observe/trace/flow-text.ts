import type { Flow } from '../../kernel/netns-contract'

/** As `conntrack -L` shows it, in short. */
export function flowText({ protocol, state, original, reply }: Flow): string {
  const side = ({ source, destination, sourcePort, destinationPort }: Flow['original']) =>
    `src=${source} dst=${destination}${sourcePort === null ? '' : ` sport=${sourcePort} dport=${destinationPort}`}`
  return `conntrack ${protocol} ${state ?? ''} ${side(original)} / ${side(reply)}`.replace('  ', ' ')
}
