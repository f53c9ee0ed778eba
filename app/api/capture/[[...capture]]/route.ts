import { forward } from '../../forward'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

/** Packets as pcapng, as the daemon takes them. */
export { forward as GET }
