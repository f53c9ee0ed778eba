import type { RuleView } from '@/server/observe/snapshot'
import { parseOptions } from '../tables/rule-arguments'
import { protocols, type TraceDraft } from './place'

/** What of a question is known from a rule's match: whoever it speaks of, protocol and port. */
export function questionOfRule({ match, owner }: Pick<RuleView, 'match' | 'owner'>): Partial<TraceDraft> {
  const options = parseOptions(match)
  const after = (...names: readonly string[]) =>
    options.find(({ name, negated }) => names.includes(name) && !negated)?.values[0]
  const protocol = protocols.find((known) => known === after('-p', '--protocol'))
  const port = after('--dport', '--ctorigdstport')
  const [from, to] = [single(after('-s', '--source')), single(after('-d', '--destination', '--ctorigdst'))]
  const container =
    owner?.type === 'container' ? owner.id : owner && 'containerId' in owner ? owner.containerId : undefined
  return {
    ...(from ? { from: `address:${from}` } : {}),
    ...(to ? { to: `address:${to}` } : container ? { to: `container:${container}` } : {}),
    ...(protocol ? { protocol } : {}),
    ...(port && /^\d+$/.test(port) ? { port } : {}),
  }
}

/** An address that is alone in its subnet. */
function single(subnet: string | undefined): string | undefined {
  const match = /^([^/]+)(?:\/(?:32|128))?$/.exec(subnet ?? '')
  return match?.[1]
}
