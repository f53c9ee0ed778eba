import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { parseConfig } from './config'

test('an empty environment gives the defaults', () => {
  expect(parseConfig({})).toEqual({
    host: '127.0.0.1',
    port: 3000,
    dataDir: '/var/lib/patchbay',
    runDir: '/run/patchbay',
    token: undefined,
    allowedHosts: [],
    dockerHost: 'unix:///var/run/docker.sock',
    defaultPools: [],
    etcd: [],
    node: hostname(),
    advertise: undefined,
    webDir: '/var/lib/patchbay/web/current',
    webUser: 'patchbay',
  })
})

test('a variable set to nothing is one that is not set', () => {
  expect(parseConfig({ PATCHBAY_PORT: '', PATCHBAY_TOKEN: '', PATCHBAY_DOCKER_HOST: '' })).toEqual(parseConfig({}))
})

test('every variable is read', () => {
  const config = parseConfig({
    PATCHBAY_HOST: '::',
    PATCHBAY_PORT: '8080',
    PATCHBAY_DATA_DIR: '/srv/data/',
    PATCHBAY_RUN_DIR: '/run/other',
    PATCHBAY_TOKEN: 's3cret!',
    PATCHBAY_ALLOWED_HOSTS: 'lab.example, Other.example,',
    PATCHBAY_DOCKER_HOST: 'none',
    PATCHBAY_DEFAULT_POOLS: 'base=10.10.0.0/16,size=24 base=fd00:10::/48,size=64',
    PATCHBAY_ETCD: 'http://10.0.0.1:2379,10.0.0.2:2379',
    PATCHBAY_NODE: 'host-a',
    PATCHBAY_ADVERTISE: '10.0.0.9',
    PATCHBAY_WEB_DIR: '/srv/web',
    PATCHBAY_WEB_USER: 'nobody',
  })
  expect(config).toEqual({
    host: '::',
    port: 8080,
    dataDir: '/srv/data',
    runDir: '/run/other',
    token: 's3cret!',
    allowedHosts: ['lab.example', 'other.example'],
    dockerHost: null,
    defaultPools: [
      { base: '10.10.0.0/16', size: 24 },
      { base: 'fd00:10::/48', size: 64 },
    ],
    etcd: ['http://10.0.0.1:2379', '10.0.0.2:2379'],
    node: 'host-a',
    advertise: '10.0.0.9',
    webDir: '/srv/web',
    webUser: 'nobody',
  })
})

test.each([
  ['PATCHBAY_PORT', 'http', 'PATCHBAY_PORT is "http": give a number from 1 to 65535'],
  ['PATCHBAY_PORT', '65536', 'PATCHBAY_PORT is "65536": give a number from 1 to 65535'],
  ['PATCHBAY_PORT', '0', 'PATCHBAY_PORT is "0": give a number from 1 to 65535'],
  ['PATCHBAY_HOST', 'a b', 'PATCHBAY_HOST is "a b": give an address such as 127.0.0.1, or a host name'],
  ['PATCHBAY_DATA_DIR', 'data', 'PATCHBAY_DATA_DIR is "data": give an absolute path'],
  [
    'PATCHBAY_RUN_DIR',
    `/${'r'.repeat(80)}`,
    `PATCHBAY_RUN_DIR is "/${'r'.repeat(80)}": give a path of at most 80 bytes: sockets live in it`,
  ],
  [
    'PATCHBAY_DOCKER_HOST',
    '/var/run/docker.sock',
    'PATCHBAY_DOCKER_HOST is "/var/run/docker.sock": give none, unix:///path/of/the.sock, or tcp://host:port',
  ],
  [
    'PATCHBAY_ALLOWED_HOSTS',
    'lab:3000',
    'PATCHBAY_ALLOWED_HOSTS is "lab:3000": give host names without ports, separated by commas',
  ],
  [
    'PATCHBAY_DEFAULT_POOLS',
    '10.10.0.0/16',
    'PATCHBAY_DEFAULT_POOLS is "10.10.0.0/16": give pools such as base=10.10.0.0/16,size=24, separated by spaces',
  ],
  [
    'PATCHBAY_DEFAULT_POOLS',
    'base=10.10.0.0/16,size=8',
    'PATCHBAY_DEFAULT_POOLS is "base=10.10.0.0/16,size=8": pool 10.10.0.0/16 cannot be cut into /8: the size must lie between 16 and 30',
  ],
  ['PATCHBAY_ADVERTISE', 'eth0', 'PATCHBAY_ADVERTISE is "eth0": give an IP address'],
])('%s=%s is refused with one sentence', (name, value, message) => {
  expect(() => parseConfig({ [name]: value })).toThrow(message)
})

test('a token that cannot be used is refused without being shown', () => {
  expect(() => parseConfig({ PATCHBAY_TOKEN: 'two words' })).toThrow(
    'PATCHBAY_TOKEN is of no use: give visible ASCII characters without spaces',
  )
})
