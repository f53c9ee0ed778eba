import { getCidr, overlaps } from '../cnm/cidr'
import type { HostPlace } from '../cnm/host-place'
import { type Sentence, sentence } from '../cnm/sentence'

/**
 * What of the host's lies where a network's subnets do, a sentence each: traffic to it goes to one of the two only.
 * `isOwn`: links on which the network itself is.
 */
export function collisionsOf(
  subnets: readonly string[],
  places: readonly HostPlace[],
  isOwn: (link: string) => boolean,
): Sentence[] {
  return subnets.flatMap((subnet) => {
    const own = getCidr(subnet)
    return places
      .filter((place) => (place.link === null || !isOwn(place.link)) && overlaps(getCidr(place.subnet), own))
      .map((place) => sentenceOf(subnet, place))
  })
}

function sentenceOf(subnet: string, { subnet: met, link, what }: HostPlace): Sentence {
  if (what === 'nameserver') {
    return sentence`name server ${met.split('/')[0]} of this host lies in subnet ${subnet}; the host would look for it on the network`
  }
  return sentence`${met} is ${wayTo(link)} and overlaps subnet ${subnet}; what is sent there reaches one of the two only`
}

function wayTo(link: string | null): Sentence {
  return link === null ? sentence`routed elsewhere by this host` : sentence`reached over ${link}`
}
