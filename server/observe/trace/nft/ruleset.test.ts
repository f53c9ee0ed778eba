import { expect, test } from 'vitest'
import { noRuleset, parseRuleset } from './ruleset'

const table = (name: string, flags = '') => `{"table": {"family": "inet", "name": "${name}", "handle": 1${flags}}}`
const chain = (name: string) =>
  `{"chain": {"family": "inet", "table": "${name}", "name": "in", "handle": 1, "type": "filter", "hook": "input", "prio": 0, "policy": "drop"}}`
const rule = (expr: string) =>
  `{"rule": {"family": "inet", "table": "a", "chain": "in", "handle": 7, "expr": [${expr}]}}`
const ruleset = (...entries: string[]) => `{"nftables": [${entries.join(', ')}]}`

test('a rule is numbered in its chain and told as nft prints it, also over many lines', () => {
  const text = [
    'table inet a { # handle 1',
    '\tset s { # handle 2',
    '\t\ttype ipv4_addr',
    '\t}',
    '\tchain in { # handle 1',
    '\t\ttype filter hook input priority filter; policy drop;',
    '\t\tip saddr { 10.0.0.1,',
    '\t\t\t     10.0.0.2 } counter packets 3 bytes 180 accept # handle 7',
    '\t}',
    '}',
  ].join('\n')
  const found = parseRuleset(ruleset(table('a'), chain('a'), rule('{"accept": null}')), text)
  expect(found.bases).toMatchObject([{ name: 'in', base: { hook: 'input', drops: true } }])
  expect(found.bases[0]?.rules).toMatchObject([
    { number: 1, handle: 7, text: 'ip saddr { 10.0.0.1, 10.0.0.2 } counter accept' },
  ])
})

test('a table that sleeps has no hooks, whatever nft writes for its flags', () => {
  const text = 'table inet a { # handle 1\n\tflags dormant\n\tchain in { # handle 1\n\t}\n}\n'
  const broken = ruleset(table('a', ', "flags": \u0001'), chain('a'), table('b', ', "flags": "b"'), chain('b'))
  const found = parseRuleset(broken, text)
  expect(found.isUnread).toBe(false)
  expect(found.bases.map((one) => one.table)).toEqual(['b'])
})

test('a chain at a link is known by what nft prints', () => {
  const text =
    'table inet a {\n\tchain in {\n\t\ttype filter hook ingress devices = { "va", "vb" } priority 0; policy accept;\n\t}\n}\n'
  const [found] = parseRuleset(ruleset(table('a'), chain('a')), text).bases
  expect(found?.base?.links).toEqual(['va', 'vb'])
})

test('who asks about connections has them tracked; what is no JSON is not read', () => {
  const asking = ruleset(
    table('a'),
    chain('a'),
    rule('{"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": "new"}}'),
  )
  expect([...parseRuleset(asking, '').tracking]).toEqual(['inet'])
  expect([...parseRuleset(ruleset(table('a'), chain('a')), '').tracking]).toEqual([])
  expect(parseRuleset('{', '').isUnread).toBe(true)
  expect(noRuleset.isUnread).toBe(false)
})
