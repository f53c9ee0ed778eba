import { auditRouter } from './audit'
import { captureRouter } from './capture'
import { containerRouter } from './container'
import { dnsRouter } from './dns'
import { driftRouter } from './drift'
import { driverRouter } from './driver'
import { endpointRouter } from './endpoint'
import { fdbRouter } from './fdb'
import { firewallRouter } from './firewall'
import { historyRouter } from './history'
import { hostRouter } from './host'
import { imageRouter } from './image'
import { namespaceRouter } from './namespace'
import { networkRouter } from './network'
import { reachRouter } from './reach'
import { sandboxRouter } from './sandbox'
import { serviceRouter } from './service'
import { terminalRouter } from './terminal'
import { traceRouter } from './trace'
import { createCallerFactory, router } from './trpc'
import { userRouter } from './user'
import { wiringRouter } from './wiring'

/** Everything that can be asked of the daemon, by noun. */
export const appRouter = router({
  audit: auditRouter,
  capture: captureRouter,
  container: containerRouter,
  dns: dnsRouter,
  drift: driftRouter,
  driver: driverRouter,
  endpoint: endpointRouter,
  fdb: fdbRouter,
  firewall: firewallRouter,
  history: historyRouter,
  host: hostRouter,
  image: imageRouter,
  namespace: namespaceRouter,
  network: networkRouter,
  reach: reachRouter,
  sandbox: sandboxRouter,
  service: serviceRouter,
  terminal: terminalRouter,
  trace: traceRouter,
  user: userRouter,
  wiring: wiringRouter,
})

export type AppRouter = typeof appRouter

/** Calls procedures in this process, without HTTP. */
export const createCaller = createCallerFactory(appRouter)
