import { expect, test } from 'vitest'
import { parseNftRows } from './nft-rows'

const ruleset = `table inet own { # handle 1
	set bad { # handle 5
		type ipv4_addr
		elements = { 1.1.1.1, 2.2.2.2,
			     3.3.3.3 }
	}

	chain input { # handle 1
		comment "in chain"
		type filter hook input priority filter; policy drop;
		ct state established accept comment "a } b { c # handle 99" # handle 7
		tcp dport { 22, 80,
			    443 } counter packets 5 bytes 400 accept # handle 9
	}

	chain other { # handle 2
	}
}
# Warning: table ip nat is managed by iptables-nft, do not touch!
table ip nat { # handle 2
	chain POSTROUTING { # handle 1
		type nat hook postrouting priority srcnat; policy accept;
		oifname "lo" counter packets 0 bytes 0 masquerade # handle 2
	}
}
`

test('chains, rules and sets become rows with their counters, whatever their comments hold', () => {
  const rows = parseNftRows(ruleset)
  expect(rows.map(({ kind, name, handle }) => `${kind} ${name} ${handle}`)).toEqual([
    'object set bad 5',
    'chain input 1',
    'rule input 7',
    'rule input 9',
    'chain other 2',
    'chain POSTROUTING 1',
    'rule POSTROUTING 2',
  ])
  expect(rows[0]?.text).toBe('type ipv4_addr elements = { 1.1.1.1, 2.2.2.2, 3.3.3.3 }')
  expect(rows[1]?.text).toBe('comment "in chain" type filter hook input priority filter; policy drop;')
  expect(rows[2]).toMatchObject({ text: 'ct state established accept comment "a } b { c # handle 99"', packets: null })
  expect(rows[3]).toMatchObject({ text: 'tcp dport { 22, 80, 443 } counter accept', packets: 5, bytes: 400 })
  expect(rows.map(({ ofIptables }) => ofIptables)).toEqual([false, false, false, false, false, true, true])
  expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length)
})

test('an empty rule set has no rows', () => {
  expect(parseNftRows('')).toEqual([])
})
