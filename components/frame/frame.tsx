import type { ReactNode } from 'react'
import { TerminalDock } from '../terminal/terminal-dock'
import { TerminalsProvider } from '../terminal/terminals'
import { ActivityStrip } from './activity-strip'
import { CreateDialogs } from './create-dialogs'
import { LostBanner } from './health'
import { PageRail } from './page-rail'
import { TopBar } from './top-bar'

/** What stands around every page: bar on top, rail at the left, terminals and activity at the bottom. */
export function Frame({ children }: { children: ReactNode }) {
  return (
    <TerminalsProvider>
      <CreateDialogs>
        <div className="grid h-dvh grid-cols-[var(--rail)_minmax(0,1fr)] grid-rows-[auto_minmax(0,1fr)_auto_auto]">
          <div className="col-span-2">
            <TopBar />
            <LostBanner />
          </div>
          <PageRail />
          <main className="relative min-h-0 min-w-0 overflow-hidden">{children}</main>
          <div className="col-span-2 row-start-3 min-w-0">
            <TerminalDock />
          </div>
          <div className="col-span-2 row-start-4">
            <ActivityStrip />
          </div>
        </div>
      </CreateDialogs>
    </TerminalsProvider>
  )
}
