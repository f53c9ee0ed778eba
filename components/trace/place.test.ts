import { expect, test } from 'vitest'
import type { OwnerView } from '@/server/observe/snapshot'
import { isAddress } from './address'
import { formatPlace, parsePlace, questionOf, readDraft, traceHref } from './place'
import { questionOfRule } from './rule-question'

test('a place stands in an address as it is read from there', () => {
  const places = ['container:a1', 'namespace:4026531840', 'host', 'address:fd00::1', 'name:web:8080']
  expect(places.map((text) => formatPlace(parsePlace(text) ?? { kind: 'host' }))).toEqual(places)
  for (const wrong of ['', 'container:', 'address:300.1.1.1', 'address:web', 'elsewhere:1', 'name']) {
    expect(parsePlace(wrong)).toBeUndefined()
  }
})

test('a question is asked once it is whole', () => {
  const href = traceHref({ from: 'container:a', to: 'name:<b>web</b>', port: '8080' })
  const draft = readDraft(new URL(href, 'http://localhost').searchParams)
  expect(questionOf(draft)).toEqual({
    ...{ from: { kind: 'container', id: 'a' }, to: { kind: 'name', name: '<b>web</b>' }, protocol: 'tcp', port: 8080 },
  })
  expect(questionOf({ ...draft, protocol: 'icmp' })).not.toHaveProperty('port')
  expect(questionOf({ ...draft, connection: 'existing' })).toMatchObject({ isExisting: true })
  expect(questionOf({ ...draft, connection: 'existing', protocol: 'icmp' })).not.toHaveProperty('isExisting')
  for (const port of ['', '0', '65536', '1e3', '-1']) expect(questionOf({ ...draft, port })).toBeUndefined()
  expect(questionOf({ ...draft, from: 'name:web' })).toBeUndefined()
  expect(questionOf({ ...draft, to: '' })).toBeUndefined()
})

test('what a rule speaks of is filled in: not what it leaves out, nor a whole subnet', () => {
  const owner: OwnerView = { type: 'container', id: 'c1', name: 'web' }
  expect(questionOfRule({ match: '! -i br-1 -p tcp -m tcp --dport 8080', owner })).toEqual({
    ...{ to: 'container:c1', protocol: 'tcp', port: '8080' },
  })
  const match = '-s 10.0.0.2/32 ! -d 10.0.0.9/32 -p udp -m udp --dport 1:9'
  expect(questionOfRule({ match, owner: null })).toEqual({ from: 'address:10.0.0.2', protocol: 'udp' })
  expect(questionOfRule({ match: '-d 10.0.0.0/24', owner: null })).toEqual({})
})

test('an address is known as the daemon knows it', () => {
  for (const right of ['10.0.0.1', 'fd00::1', '::', '::ffff:10.0.0.1']) expect(isAddress(right)).toBe(true)
  for (const wrong of ['10.0.0', '010.0.0.1', '256.1.1.1', 'fe80::1%eth0', 'fd00:::1', 'web', '']) {
    expect(isAddress(wrong)).toBe(false)
  }
})
