import { isOfIptables } from '../trace/nftables'
import type { NftRow } from './rows'

interface Block {
  readonly family: string
  readonly table: string
  readonly ofIptables: boolean
  /** "chain input", "set bad" … */
  readonly title: string
  readonly handle: number
  readonly lines: string[]
}

/**
 * Rows of what `nft -a list ruleset` prints: its blocks are told apart by their indentation. Some versions warn of what
 * iptables-nft made on standard error, which is not read: such tables are known by their names, too.
 */
export function parseNftRows(text: string): NftRow[] {
  const rows: NftRow[] = []
  let table = { family: '', table: '', ofIptables: false }
  let isManaged = false
  let block: Block | null = null
  for (const line of text.split('\n')) {
    const head = /^table (\S+) (.+) \{(?: .*)?$/.exec(line)
    const title = /^\t(\S.*?) \{(?: # handle (\d+))?$/.exec(line)
    if (line.startsWith('# Warning: table ')) isManaged = line.includes('iptables-nft')
    else if (head) {
      const [, family = '', name = ''] = head
      table = { family, table: name, ofIptables: isManaged || isOfIptables({ family, name }) }
      isManaged = false
    } else if (title && block === null) {
      block = { ...table, title: title[1] ?? '', handle: Number(title[2] ?? 0), lines: [] }
    } else if (line === '\t}' && block !== null) {
      rows.push(...rowsOf(block))
      block = null
    } else block?.lines.push(line.trim())
  }
  return rows
}

function rowsOf(block: Block): NftRow[] {
  const chain = /^chain (.+)$/.exec(block.title)?.[1]
  return chain === undefined ? [objectRow(block)] : chainRows(block, chain)
}

function objectRow({ title, lines, handle, ...place }: Omit<Block, 'kind'>): NftRow {
  return makeRow(place, 'object', title, handle, lines.filter((line) => line !== '').join(' '))
}

/** A rule ends with its handle; before the first stand the chain's hook, policy and comment. */
function chainRows({ title: _, lines, handle, ...place }: Block, name: string): NftRow[] {
  const properties: string[] = []
  const rules: NftRow[] = []
  let open: string[] = []
  for (const line of lines) {
    if (open.length === 0 && rules.length === 0 && /^(type \S+ hook |policy |comment ")/.test(line)) {
      properties.push(line)
      continue
    }
    const end = /^(.*?) ?# handle (\d+)$/s.exec(line)
    open.push(end?.[1] ?? line)
    if (end === null) continue
    rules.push(makeRow(place, 'rule', name, Number(end[2]), open.join(' ').trim()))
    open = []
  }
  return [makeRow(place, 'chain', name, handle, properties.join(' ')), ...rules]
}

type Place = Pick<NftRow, 'family' | 'table' | 'ofIptables'>

function makeRow(place: Place, kind: NftRow['kind'], name: string, handle: number, text: string): NftRow {
  const counted = kind === 'rule' ? /\bcounter packets (\d+) bytes (\d+)/.exec(text) : null
  return {
    key: `${place.family} ${place.table} ${kind} ${name} ${handle}`,
    ...place,
    kind,
    name,
    handle,
    text: counted ? text.replace(counted[0], 'counter') : text,
    packets: counted ? Number(counted[1]) : null,
    bytes: counted ? Number(counted[2]) : null,
    iptables: null,
    owner: null,
  }
}
