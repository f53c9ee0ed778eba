import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ContainerCreateInput, NetworkCreateInput, PolicyRuleInput } from './contract'
import { createFakeHost, type FakeHost } from './testing/fake-host'

/** Values of the right type that nothing could be done with: refused when they are given, not when they are used. */

const asked = { actor: 'test' }
let host: FakeHost

beforeAll(async () => {
  host = await createFakeHost()
  await host.engine.createNetwork({ name: 'front' }, asked)
  await host.engine.runContainer({ name: 'web', network: 'front' }, asked)
})
afterAll(() => host.end())

const containers: [ContainerCreateInput, RegExp][] = [
  [{ capAdd: ['TIME_TRAVEL'] }, /capability "TIME_TRAVEL" is not one that Linux knows/],
  [{ workingDir: '../etc' }, /working directory "\.\.\/etc" is not absolute/],
  [{ env: ['=x'] }, /environment variable "=x" has no name/],
  [{ dns: ['224.0.0.1'] }, /DNS server "224\.0\.0\.1" is no single address/],
  [{ dnsSearch: ['a\nnameserver 6.6.6.6'] }, /search domain "a\\nnameserver 6\.6\.6\.6" is not valid/],
  [{ user: 'a\u0000b' }, /user "a\\u0000b" must not hold control characters/],
  [{ domainname: 'a\nb' }, /domain name "a\\nb" must not hold/],
]

test.each(containers)('container %j', async (input, message) => {
  const before = await host.everything()
  await expect(host.engine.createContainer({ image: 'busybox', ...input }, asked)).rejects.toThrow(message)
  expect(await host.everything()).toEqual(before)
})

const networks: [Partial<NetworkCreateInput>, RegExp][] = [
  [{ name: 'pay\u202eoff' }, /network name "pay\\u202eoff" must not .* control characters/],
  [{ name: '\ud800' }, /must not .* control characters/],
  [{ driver: 'a\u202eb' }, /driver a\\u202eb is not available/],
  [{ options: { 'com.docker.network.host_ipv4': '255.255.255.255' } }, /must be an address that one host can have/],
  [{ options: { 'com.docker.network.host_ipv6': 'ff02::1' } }, /must be an address that one host can have/],
  [{ options: { 'com.docker.network.bridge.host_binding_ipv4': '224.0.0.1' } }, /must be an address that one host/],
  [{ options: { 'com.docker.network.bridge.trusted_host_interfaces': 'eth0:--help' } }, /must be names of links/],
  [{ options: { 'com.docker.network.bridge.trusted_host_interfaces': '..' } }, /must be names of links/],
  [{ names: { upstreams: ['ff02::1'] } }, /upstream server "ff02::1" is no single address/],
]

test.each(networks)('network %j', async (input, message) => {
  const before = await host.everything()
  await expect(host.engine.createNetwork({ name: 'x', ...input }, asked)).rejects.toThrow(message)
  expect(await host.everything()).toEqual(before)
})

const peers: [PolicyRuleInput['peer'], RegExp][] = [
  [{ kind: 'host', name: 'web' }, /policy rule 1 has a peer of kind host, for which "web" means nothing/],
  [{ kind: 'any', subnet: '10.0.0.0/8' }, /of kind any, for which "10\.0\.0\.0\/8" means nothing/],
  [{ kind: 'container', name: 'web', subnet: '10.0.0.0/8' }, /of kind container, for which/],
  [{ kind: 'subnet', name: 'web', subnet: '10.0.0.0/8' }, /of kind subnet, for which "web" means nothing/],
]

test.each(peers)('peer %j', async (peer, message) => {
  const policy = { rules: [{ action: 'deny', direction: 'ingress', ...(peer ? { peer } : {}) }] }
  await expect(host.engine.updateContainer('web', { policy }, asked)).rejects.toThrow(message)
})
