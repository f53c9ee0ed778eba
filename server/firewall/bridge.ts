import type { KernelObject } from '../plan/object'
import { chains, rule } from './base'

/** What the firewall has to know of a bridge network. */
export interface BridgePolicy {
  readonly device: string
  readonly subnet: string
  /** Owner mark of the network. */
  readonly mark: string
  readonly internal: boolean
  /** Containers on the bridge may talk to each other. */
  readonly icc: boolean
  readonly masquerade: boolean
}

/** The rules of one bridge network, laid out as Docker 29 does with its userland proxy off. */
export function describeBridgeRules(policy: BridgePolicy): KernelObject[] {
  return policy.internal ? internalRules(policy) : [...filterRules(policy), ...natRules(policy)]
}

function filterRules({ device, mark, icc }: BridgePolicy): KernelObject[] {
  const within = ['-i', device, '-o', device]
  return [
    rule(
      'filter',
      chains.conntrack,
      mark,
      ['-o', device, '-m', 'conntrack', '--ctstate', 'RELATED,ESTABLISHED'],
      ['ACCEPT'],
    ),
    rule('filter', chains.bridge, mark, ['-o', device], [chains.main]),
    rule('filter', chains.main, mark, ['!', '-i', device, '-o', device], ['DROP']),
    ...(icc ? [] : [rule('filter', chains.forward, mark, within, ['DROP'])]),
    rule('filter', chains.forward, mark, ['-i', device], ['ACCEPT']),
  ]
}

function natRules({ device, subnet, mark, masquerade }: BridgePolicy): KernelObject[] {
  const leaves = ['-s', subnet, '!', '-o', device]
  const hairpin = ['-s', subnet, '-d', subnet, '-o', device, '-m', 'conntrack', '--ctstate', 'DNAT']
  const fromHost = ['-o', device, '-m', 'addrtype', '--src-type', 'LOCAL']
  return [
    ...(masquerade ? [rule('nat', 'POSTROUTING', mark, leaves, ['MASQUERADE'])] : []),
    rule('nat', 'POSTROUTING', mark, hairpin, ['MASQUERADE']),
    rule('nat', 'POSTROUTING', mark, fromHost, ['MASQUERADE']),
  ]
}

function internalRules({ device, subnet, mark, icc }: BridgePolicy): KernelObject[] {
  const within = ['-i', device, '-o', device]
  return [
    rule('filter', chains.internal, mark, ['!', '-s', subnet, '-o', device], ['DROP']),
    rule('filter', chains.internal, mark, ['!', '-d', subnet, '-i', device], ['DROP']),
    rule('filter', chains.forward, mark, within, [icc ? 'ACCEPT' : 'DROP']),
  ]
}
