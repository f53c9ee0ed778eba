import type { Netns, RedirectObject } from '../plan/object'
import { redirectRules, redirectTable } from '../plan/redirect-commands'
import type { NetnsReader } from './netns-contract'
import { CommandError, run } from './run'
import { foundAt } from './sandbox-reader'

/** The redirects among those wanted whose rules are all there. */
export type RedirectObserver = (netns: Netns, wanted: readonly RedirectObject[]) => Promise<readonly RedirectObject[]>

/** So many forms of being right are known at a time. */
const mostKnown = 100

/**
 * The rules of most namespaces are alike but for port and owner. What they look like to the kernel is learned from those that
 * `nft` found right, so that it runs only where they look otherwise.
 */
export function createRedirectObserver(reader: Pick<NetnsReader, 'rawNftRules'>): RedirectObserver {
  const right = new Set<string>()
  return async (netns, wanted) => {
    const look = lookOf(await reader.rawNftRules(await foundAt(netns)), wanted)
    if (right.has(look)) return wanted
    const found = await observeRedirects(netns, wanted)
    if (found.length === wanted.length && right.size < mostKnown) right.add(look)
    return found
  }
}

/** With words in place of what each wants of its own, which no bytes of the kernel's can be taken for. */
function lookOf(rules: Buffer, wanted: readonly RedirectObject[]): string {
  return wanted.reduce((text, { address, port, to, owner }, index) => {
    const bytes = Buffer.alloc(2)
    bytes.writeUInt16BE(to)
    const named = text.replaceAll(owner, `<owner ${index}>`).replaceAll(bytes.toString('latin1'), `<port ${index}>`)
    return `${address} ${port} ${named}`
  }, rules.toString('latin1'))
}

async function observeRedirects(netns: Netns, wanted: readonly RedirectObject[]): Promise<readonly RedirectObject[]> {
  const text = await readTable(netns)
  const lines = new Set(text.split('\n').map((line) => line.trim()))
  return wanted.filter((redirect) => redirectRules(redirect).every(({ words }) => lines.has(words.join(' '))))
}

/** '' where there is no such table. */
async function readTable(netns: Netns): Promise<string> {
  try {
    return (await run('nft', ['list', 'table', ...redirectTable], { netns })).stdout
  } catch (error) {
    if (error instanceof CommandError && error.stderr.includes('No such file')) return ''
    throw error
  }
}
