import type { NftTable } from '../netns-contract'
import { attributesIn, dumpRequest, messagesIn } from './message'

/** Of nf_tables, the tenth part of netfilter's netlink (nfnetlink.h, nf_tables.h). */
const messageTypes = { newTable: 0x0a00, getTable: 0x0a01, newRule: 0x0a06, getRule: 0x0a07 }
const headerBytes = 4
const nameAttribute = 1
const families: Readonly<Record<number, string>> = { 1: 'inet', 2: 'ip', 3: 'arp', 5: 'netdev', 7: 'bridge', 10: 'ip6' }

export const nftTablesRequest = dumpRequest(messageTypes.getTable, Buffer.alloc(headerBytes))

export const nftRulesRequest = dumpRequest(messageTypes.getRule, Buffer.alloc(headerBytes))

export const nftTablesIn = (datagram: Buffer): NftTable[] => tablesOf(datagram, messageTypes.newTable)

/** The table of each rule. */
export const nftRulesIn = (datagram: Buffer): NftTable[] => tablesOf(datagram, messageTypes.newRule)

/** Each rule as the kernel has it, but for the number of the generation. */
export function rawNftRulesIn(datagram: Buffer): Buffer[] {
  const rules = [...messagesIn(datagram)].filter(({ type }) => type === messageTypes.newRule)
  return rules.flatMap(({ body }) => [body.subarray(0, 1), body.subarray(headerBytes)])
}

/** A table's name is the first attribute of either message. */
function tablesOf(datagram: Buffer, wanted: number): NftTable[] {
  return [...messagesIn(datagram)].flatMap(({ type, body }) => {
    if (type !== wanted) return []
    const name = attributesIn(body, headerBytes).get(nameAttribute)?.toString('utf8').replace(/\0.*$/s, '')
    const family = families[body[0] ?? 0]
    return name === undefined || family === undefined ? [] : [{ family, name }]
  })
}
