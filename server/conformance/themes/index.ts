import type { Theme } from '../step'
import { addresses } from './addresses'
import { connecting } from './connecting'
import { containerOptions } from './container-options'
import { containers } from './containers'
import { events } from './events'
import { files } from './files'
import { images } from './images'
import { isolation } from './isolation'
import { listing } from './listing'
import { modes } from './modes'
import { names } from './names'
import { networkErrors } from './network-errors'
import { networkKinds } from './network-kinds'
import { networks } from './networks'
import { ports } from './ports'
import { running } from './running'
import { system } from './system'
import { volumes } from './volumes'

export const themes: readonly Theme[] = [
  system,
  networks,
  networkErrors,
  networkKinds,
  addresses,
  connecting,
  names,
  isolation,
  ports,
  modes,
  containers,
  containerOptions,
  listing,
  running,
  events,
  images,
  files,
  volumes,
]
