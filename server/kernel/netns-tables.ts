import { existsSync } from 'node:fs'
import type { Family } from '../cnm/address'
import { isFlowLine, parseFlowLine } from './flow-lines'
import { inside } from './inside'
import type { Choice, Chosen, NetnsTables } from './netns-contract'
import { createNetnsMonitors } from './netns-monitors'
import { type IptablesVariant, iptablesVariant } from './read-firewall'
import { readBounded, readLines } from './read-output'
import { type Program, programFolders } from './run'
import { readSettings } from './settings'
import { parseSocketLine, socketArgs } from './socket-lines'

const defaultLimit = 20_000
/** Some 200,000 rules. */
const longestText = 32 * 1024 * 1024

export function createNetnsTables(): NetnsTables {
  const saves = new Map<string, Promise<Program | undefined>>()
  const saveProgram = (family: Family, variant: IptablesVariant) => {
    const key = `${family} ${variant}`
    const found = saves.get(key) ?? findSaveProgram(family, variant)
    saves.set(key, found)
    return found
  }

  return {
    ...createNetnsMonitors(),
    firewall: async (netns, family, variant) => {
      const program = await saveProgram(family, variant)
      if (program === undefined) return ''
      return inside(netns, (path) => readBounded(program, ['-c'], longestText, { netns: path }))
    },
    nftables: (netns) =>
      inside(netns, (path) => readBounded('nft', ['-j', 'list', 'ruleset'], longestText, { netns: path })),
    nftablesText: (netns) =>
      inside(netns, (path) => readBounded('nft', ['-a', 'list', 'ruleset'], longestText, { netns: path })),
    sockets: (netns, choice) =>
      inside(netns, async (path) => {
        const rows = choose(parseSocketLine, choice)
        await readLines('ss', socketArgs, rows.take, { netns: path })
        return rows.chosen()
      }),
    flows: (netns, choice) =>
      inside(netns, async (path) => {
        const rows = choose(parseFlowLine, choice, isFlowLine)
        for (const family of ['ipv4', 'ipv6']) {
          await readLines('conntrack', ['-L', '-f', family, '-o', 'extended,id'], rows.take, { netns: path })
        }
        return rows.chosen()
      }),
    sysctls: (netns) => inside(netns, readSettings),
  }
}

/** `isRow`: true of lines that `parse` understands, where that costs less than parsing: those beyond the limit are counted. */
function choose<Row>(
  parse: (line: string) => Row | undefined,
  { keep, limit = defaultLimit }: Choice<Row> = {},
  isRow?: (line: string) => boolean,
) {
  const rows: Row[] = []
  let cut = 0
  let total = 0
  return {
    take: (line: string) => {
      if (keep === undefined && rows.length >= limit && isRow !== undefined) {
        if (!isRow(line)) return
        total += 1
        cut += 1
        return
      }
      const row = parse(line)
      if (row === undefined) return
      total += 1
      if (keep?.(row) === false) return
      if (rows.length < limit) rows.push(row)
      else cut += 1
    },
    chosen: (): Chosen<Row> => ({ rows, cut, total }),
  }
}

/** Distributions with only one variant call it `iptables-save`. */
async function findSaveProgram(family: Family, variant: IptablesVariant): Promise<Program | undefined> {
  const stem = family === 'ipv4' ? 'iptables' : 'ip6tables'
  const own: Program = `${stem}-${variant === 'legacy' ? 'legacy' : 'nft'}-save`
  if (programFolders.some((folder) => existsSync(`${folder}/${own}`))) return own
  return (await iptablesVariant().catch(() => undefined)) === variant ? `${stem}-save` : undefined
}
