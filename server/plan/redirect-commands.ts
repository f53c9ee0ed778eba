import type { RedirectObject } from './object'
import type { Command } from './plan'

/** The table of nft that holds a namespace's redirect; nothing else is in it. */
export const redirectTable = ['ip', 'patchbay'] as const

/** Of an answer the port is put back before anybody tracks it, of a question it is changed after: both see the first port. */
const chains = { questions: 'mangle', answers: 'raw' } as const

export function addRedirect(redirect: RedirectObject): Command[] {
  return [
    nft(redirect, 'add', 'table', ...redirectTable),
    // What somebody has changed in there is not to stay beside what is right.
    nft(redirect, 'flush', 'table', ...redirectTable),
    ...Object.entries(chains).map(([chain, priority]) =>
      nft(redirect, 'add', 'chain', ...redirectTable, chain, `{ type filter hook output priority ${priority}; }`),
    ),
    ...redirectRules(redirect).map(({ chain, words }) =>
      nft(redirect, 'add', 'rule', ...redirectTable, chain, ...words),
    ),
  ]
}

export function removeRedirect(redirect: RedirectObject): Command {
  return nft(redirect, 'delete', 'table', ...redirectTable)
}

/** Its rules as nft prints them. */
export function redirectRules({ owner, address, port, to }: Omit<RedirectObject, 'kind' | 'netns'>) {
  const comment = ['comment', `"${owner}"`]
  return (['udp', 'tcp'] as const).flatMap((protocol) => [
    {
      chain: 'questions',
      words: [...['ip', 'daddr', address, protocol, 'dport', `${port}`, protocol, 'dport', 'set', `${to}`], ...comment],
    },
    {
      chain: 'answers',
      words: [...['ip', 'saddr', address, protocol, 'sport', `${to}`, protocol, 'sport', 'set', `${port}`], ...comment],
    },
  ])
}

function nft({ netns }: RedirectObject, ...args: string[]): Command {
  return { program: 'nft', netns, args }
}
