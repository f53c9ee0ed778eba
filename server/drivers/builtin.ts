import { bridgeDriver } from './bridge/index'
import type { Driver } from './contract'
import { hostDriver } from './host/index'
import { nullDriver } from './null/index'

export const builtinDrivers: readonly Driver[] = [bridgeDriver, hostDriver, nullDriver]
