import { expect, test } from 'vitest'
import { createOwners } from '../owners'
import { familiesOfIptables, nameNftRows } from './nft-owners'
import { parseNftRows } from './nft-rows'

const ruleset = `table inet own { # handle 1
	chain in { # handle 1
		tcp dport 22 accept comment "patchbay:11aa" # handle 7
		udp dport 53 accept # handle 8
	}
}
table ip6 nat { # handle 2
	chain PATCHBAY { # handle 1
		tcp dport 8080  counter packets 3 bytes 4  # handle 10
	}
}
`
const save = `*nat
:PATCHBAY - [0:0]
[3:4] -A PATCHBAY -p tcp -m tcp --dport 8080 -m comment --comment "patchbay:22bb" -j DNAT --to-destination [fd00::2]:80
COMMIT
`
const network = (id: string, name: string) => ({ id, name, origin: 'patchbay', device: `br-${id}` })
const owners = createOwners({
  networks: { a: network('11aa', 'front'), b: network('22bb', 'back') },
  containers: {},
  endpoints: {},
} as never)

test('rules have their owners, and those of iptables are told in its words, of which nft leaves out some', () => {
  const rows = parseNftRows(ruleset)
  const tables = [
    { family: 'inet', name: 'nat' },
    { family: 'ip6', name: 'nat' },
    { family: 'ip', name: 'mine' },
  ]
  expect(familiesOfIptables(tables)).toEqual(['ipv6'])
  const named = nameNftRows(rows, { ipv6: save }, owners)
  expect(named.map(({ owner }) => owner?.name ?? null)).toEqual([null, 'front', null, null, 'back'])
  expect(named[4]).toMatchObject({
    iptables: { target: 'DNAT', targetArgs: '--to-destination [fd00::2]:80', isJump: false },
    packets: 3,
    handle: 10,
  })
  expect(named[4]?.text).toMatch(/^-A PATCHBAY -p tcp .* -j DNAT/)
  expect(named[2]?.iptables).toBeNull()
})

test('where iptables has another number of rules by now, rows stay as nft prints them', () => {
  const row = nameNftRows(parseNftRows(ruleset), { ipv6: save.replace(/\[3:4\].*\n/, '') }, owners)[4]
  expect(row).toMatchObject({ text: 'tcp dport 8080  counter', iptables: null, owner: null })
})
