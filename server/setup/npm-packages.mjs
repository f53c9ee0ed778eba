import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { root } from './places.mjs'
import { compilerPackages, installPackages, listMissing } from './system-packages.mjs'

const require = createRequire(join(root, 'package.json'))

/**
 * Installs what package-lock.json says, with no package's own scripts: the one native module is built
 * by itself, so that a compiler is asked for only where no ready-made build can be had.
 */
export async function ensureNpmPackages(progress) {
  if (!isInstalled()) {
    await progress.step('npm packages', (run) =>
      run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: root }),
    )
  }
  if (!isNativeModuleUsable()) await buildNativeModule(progress)
}

/** npm notes what it put into node_modules in the same form as the lock file. */
function isInstalled() {
  const wanted = readPackages('package-lock.json')
  const present = readPackages('node_modules/.package-lock.json')
  if (!wanted || !present) return false
  const agrees = ([path, entry]) =>
    present[path]?.version === entry.version || (present[path] === undefined && entry.optional === true)
  const known = (path) => wanted[path] !== undefined
  return (
    Object.entries(wanted).every(([path, entry]) => path === '' || agrees([path, entry])) &&
    Object.keys(present).every(known)
  )
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages
  } catch {
    return undefined
  }
}

function isNativeModuleUsable() {
  try {
    const Database = require('better-sqlite3')
    new Database(':memory:').close()
    return true
  } catch {
    return false
  }
}

async function buildNativeModule(progress) {
  const compilers = listMissing(compilerPackages)
  const built = await progress.step('SQLite for this Node.js (downloaded, or compiled for one or two minutes)', (run) =>
    rebuild(run, { mayFail: compilers.length > 0 }),
  )
  if (built.code === 0) return
  await installPackages(progress, 'compiler for SQLite', compilers)
  await progress.step('SQLite for this Node.js, compiled', (run) => rebuild(run, {}))
}

function rebuild(run, options) {
  return run('npm', ['rebuild', 'better-sqlite3', '--foreground-scripts'], {
    cwd: root,
    env: compileEnvironment(),
    ...options,
  })
}

/** Node's own headers lie beside it as a rule: then they need not be downloaded. */
function compileEnvironment() {
  const prefix = dirname(dirname(process.execPath))
  const hasHeaders = existsSync(join(prefix, 'include', 'node', 'node_api.h'))
  return { ...process.env, JOBS: 'max', ...(hasHeaders ? { npm_config_nodedir: prefix } : {}) }
}
