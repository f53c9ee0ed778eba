import type { Metadata } from 'next'
import { Iptables } from '@/components/tables/iptables'

export const metadata: Metadata = { title: 'iptables' }

export default function IptablesPage() {
  return <Iptables />
}
