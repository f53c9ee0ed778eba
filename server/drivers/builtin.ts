import { bridgeDriver } from './bridge/index'
import type { Driver } from './contract'
import { hostDriver } from './host/index'
import { ipvlanDriver } from './ipvlan/index'
import { macvlanDriver } from './macvlan/index'
import { nullDriver } from './null/index'

export const builtinDrivers: readonly Driver[] = [bridgeDriver, macvlanDriver, ipvlanDriver, hostDriver, nullDriver]
