import { cookies } from 'next/headers'
import { redirect } from 'next/navigation'
import type { ReactNode } from 'react'
import { Frame } from '@/components/frame/frame'
import { SnapshotProvider } from '@/components/trpc/snapshot'

/**
 * Who has no session at all is spared an empty frame. Whether a session is valid is the daemon's to say, at
 * every call.
 */
export default async function PanelLayout({ children }: { children: ReactNode }) {
  if (!(await cookies()).has('patchbay_session')) redirect('/sign-in')
  return (
    <SnapshotProvider>
      <Frame>{children}</Frame>
    </SnapshotProvider>
  )
}
