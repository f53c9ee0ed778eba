import { expect, test } from 'vitest'
import type { NetnsTables } from '../../kernel/netns-contract'
import { createTableSources, type TableReaders } from './sources'

const ruleset = `table ip filter { # handle 1
	chain INPUT { # handle 1
		counter packets 1 bytes 2 # handle 7
	}
}
`

test('what nft and iptables print of the same rules is read side by side', async () => {
  const begun: string[] = []
  let bothBegun = (): void => undefined
  const both = new Promise<void>((resolve) => {
    bothBegun = resolve
  })
  const reads = (name: string, text: string) => async (): Promise<string> => {
    begun.push(name)
    if (begun.length === 2) bothBegun()
    await both
    return text
  }
  const tables: Partial<NetnsTables> = {
    nftablesText: reads('nft', ruleset),
    firewall: reads('iptables', '*filter\n:INPUT ACCEPT [0:0]\n[1:2] -A INPUT -m comment --comment here\nCOMMIT\n'),
  }
  const sources = createTableSources(
    {
      reader: { nftTables: async () => [{ family: 'ip', name: 'filter' }] } as never,
      ...{ tables: tables as NetnsTables, containerOf: () => null },
      picture: () => ({ networks: {}, containers: {}, endpoints: {} }) as ReturnType<TableReaders['picture']>,
    },
    { id: '7', path: '', mounts: [], processes: [], processCount: 0, isHost: false },
    '',
  )
  const { rows } = await sources.nftables.read()
  expect(rows.map(({ kind, text }) => [kind, text])).toContainEqual(['rule', expect.stringContaining('--comment here')])
})
