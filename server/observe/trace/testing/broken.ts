import { endSetUps } from './ends'
import { firewallSetUps } from './firewall'
import { nftSetUps } from './nft'
import { segmentSetUps } from './segment'
import type { SetUp } from './set-up'
import { subtleSetUps } from './subtle'
import { switchSetUps } from './switches'
import { tunnelSetUps } from './tunnels'
import { wiringSetUps } from './wiring'

export const brokenSetUps: readonly SetUp[] = [
  ...wiringSetUps,
  ...segmentSetUps,
  ...switchSetUps,
  ...endSetUps,
  ...firewallSetUps,
  ...nftSetUps,
  ...tunnelSetUps,
  ...subtleSetUps,
]
