import enBalance from '../messages/en/balance.json'
import enCapture from '../messages/en/capture.json'
import enCommon from '../messages/en/common.json'
import enExplain from '../messages/en/explain.json'
import enFrame from '../messages/en/frame.json'
import enNames from '../messages/en/names.json'
import enNamespaces from '../messages/en/namespaces.json'
import enPanel from '../messages/en/panel.json'
import enProbe from '../messages/en/probe.json'
import enTables from '../messages/en/tables.json'
import enTerminal from '../messages/en/terminal.json'
import enTime from '../messages/en/time.json'
import enWiring from '../messages/en/wiring.json'
import zhBalance from '../messages/zh/balance.json'
import zhCapture from '../messages/zh/capture.json'
import zhCommon from '../messages/zh/common.json'
import zhExplain from '../messages/zh/explain.json'
import zhFrame from '../messages/zh/frame.json'
import zhNames from '../messages/zh/names.json'
import zhNamespaces from '../messages/zh/namespaces.json'
import zhPanel from '../messages/zh/panel.json'
import zhProbe from '../messages/zh/probe.json'
import zhTables from '../messages/zh/tables.json'
import zhTerminal from '../messages/zh/terminal.json'
import zhTime from '../messages/zh/time.json'
import zhWiring from '../messages/zh/wiring.json'
import type { Locale } from './locale'

const en = {
  balance: enBalance,
  capture: enCapture,
  common: enCommon,
  explain: enExplain,
  frame: enFrame,
  names: enNames,
  namespaces: enNamespaces,
  panel: enPanel,
  probe: enProbe,
  tables: enTables,
  terminal: enTerminal,
  time: enTime,
  wiring: enWiring,
}

/** All that the interface says, by area. English gives the keys. */
export type Messages = typeof en

export const messages: Record<Locale, Messages> = {
  en,
  zh: {
    balance: zhBalance,
    capture: zhCapture,
    common: zhCommon,
    explain: zhExplain,
    frame: zhFrame,
    names: zhNames,
    namespaces: zhNamespaces,
    panel: zhPanel,
    probe: zhProbe,
    tables: zhTables,
    terminal: zhTerminal,
    time: zhTime,
    wiring: zhWiring,
  },
}
