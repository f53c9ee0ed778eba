import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Refusal } from './refusal.mjs'

/** The clone. */
export const root = resolve(fileURLToPath(new URL('../..', import.meta.url)))

/** What setup itself has to know of the environment; server/config.ts parses all of it in the daemon. */
export function readPlaces(environment = process.env) {
  const port = Number(environment.PATCHBAY_PORT || 3000)
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Refusal(`PATCHBAY_PORT is "${environment.PATCHBAY_PORT}": give a number from 1 to 65535`)
  }
  return {
    host: environment.PATCHBAY_HOST || '127.0.0.1',
    port,
    dataDir: absolute('PATCHBAY_DATA_DIR', environment.PATCHBAY_DATA_DIR || '/var/lib/patchbay'),
    runDir: absolute('PATCHBAY_RUN_DIR', environment.PATCHBAY_RUN_DIR || '/run/patchbay'),
  }
}

function absolute(name, path) {
  if (!path.startsWith('/')) throw new Refusal(`${name} is "${path}": give an absolute path`)
  return resolve(path)
}

/** Others may pass through the data directory (the web's build lies in it), not list it. */
export function ensureDataDir(dataDir) {
  mkdirSync(dataDir, { recursive: true, mode: 0o711 })
  chmodSync(dataDir, (statSync(dataDir).mode & 0o777) | 0o011)
}

/**
 * Where the web's builds are laid: in the data directory, or in the machine's cache where an unprivileged
 * user cannot get to that (a data directory below /root, or below one that mktemp made).
 */
export function webPlace(dataDir) {
  return othersMayEnter(dataDir) ? join(dataDir, 'web') : sharedWebPlace
}

export const sharedWebPlace = '/var/cache/patchbay/web'

function othersMayEnter(folder) {
  const mayEnter = (statSync(folder).mode & 0o001) !== 0
  return mayEnter && (folder === '/' || othersMayEnter(dirname(folder)))
}
