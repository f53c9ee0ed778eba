import type { Netns, RedirectObject } from '../plan/object'
import { redirectRules, redirectTable } from '../plan/redirect-commands'
import { CommandError, run } from './run'

/** The redirects among those wanted whose rules are all there; a process for each namespace. */
export async function observeRedirects(
  netns: Netns,
  wanted: readonly RedirectObject[],
): Promise<readonly RedirectObject[]> {
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
