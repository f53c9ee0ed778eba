import { forward } from '../../forward'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export { forward as GET, forward as POST }
