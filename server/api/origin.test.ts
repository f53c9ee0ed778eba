import { expect, test } from 'vitest'
import { findRefusal } from './origin'

const hosts = { host: '127.0.0.1', allowedHosts: ['lab.example', '10.0.0.7'] }
const get = (headers: Record<string, string>, at = hosts) => findRefusal({ method: 'GET', headers }, at)
const post = (headers: Record<string, string>, at = hosts) => findRefusal({ method: 'POST', headers }, at)

test.each([
  '127.0.0.1:3000',
  'localhost:3000',
  'LOCALHOST',
  '[::1]:3000',
  'lab.example',
  'lab.example:8443',
  '10.0.0.7:3000',
])('host %s is answered', (host) => {
  expect(get({ host })).toBeUndefined()
})

test.each([
  'evil.example',
  'localhost.evil.example',
  '127.0.0.1.evil.example:3000',
  '192.168.0.1',
  '',
  'a b',
  'x@lab.example:1@evil.example',
])('host "%s" is refused by naming the variable that allows it', (host) => {
  expect(get({ host })).toContain('PATCHBAY_ALLOWED_HOSTS')
})

test('the host that the web passes on counts, not that of the socket', () => {
  expect(get({ host: 'localhost', 'x-forwarded-host': 'evil.example' })).toContain('evil.example')
})

test('a web that listens everywhere is reached by any address, but by no unknown name', () => {
  const everywhere = { host: '0.0.0.0', allowedHosts: [] }
  expect(get({ host: '192.168.0.1:3000' }, everywhere)).toBeUndefined()
  expect(get({ host: '[fd00::1]:3000' }, { ...everywhere, host: '::' })).toBeUndefined()
  expect(get({ host: 'evil.example' }, everywhere)).toContain('PATCHBAY_ALLOWED_HOSTS')
})

test('a call with a cookie has to come from the page itself', () => {
  const host = 'localhost:3000'
  const cookie = 'patchbay_session=x'
  expect(post({ host, cookie, origin: 'http://localhost:3000' })).toBeUndefined()
  expect(post({ host, cookie, origin: 'http://localhost:3001' })).toContain('another site')
  expect(post({ host, cookie, origin: 'http://evil.example' })).toContain('another site')
  expect(post({ host, cookie, origin: 'null' })).toContain('another site')
  expect(post({ host, cookie })).toContain('another site')
  expect(post({ host, cookie, authorization: 'Bearer x' })).toBeUndefined()
  expect(post({ host })).toBeUndefined()
})

test('a page behind a proxy that speaks https has an origin without a port', () => {
  expect(post({ host: 'lab.example', cookie: 'x=y', origin: 'https://lab.example' })).toBeUndefined()
  expect(post({ host: 'lab.example:443', cookie: 'x=y', origin: 'https://lab.example' })).toBeUndefined()
})
