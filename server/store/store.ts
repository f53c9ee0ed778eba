import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, PatchbayError } from '../cnm/errors'
import { sentence } from '../cnm/sentence'
import { listContainers, putContainer, removeContainers } from './containers'
import type { RecordChange, Store } from './contract'
import { openDatabase } from './database'
import { listEndpoints, putEndpoint, removeEndpoints } from './endpoints'
import type { PrismaClient } from './generated/client'
import * as history from './history'
import { migrate } from './migrate'
import { addNetwork, listNetworks, putNetwork, removeNetworks } from './networks'
import * as operations from './operations'
import * as positions from './positions'
import { listServices, putService, removeServices } from './services'
import * as sessions from './sessions'
import * as settings from './settings'

/** Prune once in so many operations: each time would cost a third of a change. */
const operationsBetweenPrunes = 256

/**
 * Opens `<dataDir>/patchbay.db`, readable by its owner alone; creates and migrates it where needed.
 * Throws PatchbayError where the file was made by another version.
 */
export async function openStore(dataDir: string): Promise<Store> {
  mkdirSync(dataDir, { recursive: true, mode: 0o711 })
  const file = join(dataDir, 'patchbay.db')
  await migrate(file)
  const database = await openDatabase(file)
  const inTurn = createTurns()
  let operationsPut = 0

  async function write(change: RecordChange): Promise<void> {
    if (change.putOperation && operationsPut++ % operationsBetweenPrunes === 0) {
      await operations.pruneOperations(database)
    }
    await database.$transaction(statementsOf(database, change))
  }

  return {
    load: () => inTurn(() => load(database)),
    change: (change) => inTurn(() => write(change)),
    listOperations: (limit) => inTurn(() => operations.listOperations(database, limit)),
    listOperationsSince: (since) => inTurn(() => operations.listOperationsSince(database, since)),
    listRunningOperations: () => inTurn(() => operations.listRunningOperations(database)),
    getOperation: (id) => inTurn(() => operations.findOperation(database, id)),
    listPositions: () => inTurn(() => positions.listPositions(database)),
    putPositions: (wanted) => inTurn(() => positions.putPositions(database, wanted)),
    removePositions: (nodeIds) => inTurn(() => positions.removePositions(database, nodeIds)),
    getSetting: (name) => inTurn(() => settings.findSetting(database, name)),
    putSetting: (name, value) => inTurn(() => settings.putSetting(database, name, value)),
    listHistory: () => inTurn(() => history.listHistory(database)),
    putHistory: (change) => inTurn(() => history.putHistory(database, change)),
    findSession: (hash) => inTurn(() => sessions.findSession(database, hash)),
    putSession: (session) => inTurn(() => sessions.putSession(database, session)),
    removeSession: (hash) => inTurn(() => sessions.removeSession(database, hash)),
    close: () => inTurn(() => database.$disconnect()),
  }
}

async function load(database: PrismaClient) {
  return {
    networks: await listNetworks(database),
    containers: await listContainers(database),
    endpoints: await listEndpoints(database),
    services: await listServices(database),
  }
}

/** Endpoints and services refer to the others, so they go first and come last. */
function statementsOf(database: PrismaClient, change: RecordChange) {
  return [
    ...(change.removeServices?.length ? [removeServices(database, change.removeServices)] : []),
    ...(change.removeEndpoints?.length ? [removeEndpoints(database, change.removeEndpoints)] : []),
    ...(change.removeContainers?.length ? [removeContainers(database, change.removeContainers)] : []),
    ...(change.removeNetworks?.length ? [removeNetworks(database, change.removeNetworks)] : []),
    ...(change.addNetworks ?? []).flatMap((network) => addNetwork(database, network)),
    ...(change.putNetworks ?? []).flatMap((network) => putNetwork(database, network)),
    ...(change.putContainers ?? []).map((container) => putContainer(database, container)),
    ...(change.putEndpoints ?? []).map((endpoint) => putEndpoint(database, endpoint)),
    ...(change.putServices ?? []).map((service) => putService(database, service)),
    ...(change.putOperation ? [operations.putOperation(database, change.putOperation)] : []),
  ]
}

/**
 * There is one connection: a statement sent while a transaction is open would become part of it, and
 * be lost if that is rolled back. So each call waits for the one before.
 */
function createTurns() {
  let last: Promise<unknown> = Promise.resolve()
  return <Result>(work: () => Promise<Result>): Promise<Result> => {
    const mine = last.then(work).catch((cause: unknown) => {
      throw toStoreError(cause)
    })
    last = mine.catch(() => undefined)
    return mine
  }
}

function toStoreError(cause: unknown): PatchbayError {
  if (cause instanceof PatchbayError) return cause
  const reason = messageOf(cause).trim().replaceAll(/\s+/g, ' ')
  if (/SQLITE_FULL|disk is full/.test(reason)) {
    const told = sentence`the disk that holds Patchbay's database is full; free some space, then try again`
    return new PatchbayError('system', told, { cause })
  }
  return new PatchbayError('system', sentence`the database did not take it: ${reason}`, { cause })
}
