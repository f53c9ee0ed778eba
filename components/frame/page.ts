import {
  Box,
  Cable,
  Funnel,
  Grid3x3,
  Layers,
  type LucideIcon,
  Network,
  Radar,
  Route,
  Rows3,
  Settings2,
  Signpost,
  Spline,
} from 'lucide-react'

export interface Page {
  readonly key:
    | 'panel'
    | 'wiring'
    | 'networks'
    | 'containers'
    | 'namespaces'
    | 'iptables'
    | 'fdb'
    | 'dns'
    | 'trace'
    | 'reach'
    | 'capture'
    | 'settings'
  readonly href: string
  readonly icon: LucideIcon
}

/** The pages there are, in the order of the rail. */
export const pages: readonly Page[] = [
  { key: 'panel', href: '/', icon: Cable },
  { key: 'wiring', href: '/wiring', icon: Spline },
  { key: 'networks', href: '/networks', icon: Network },
  { key: 'containers', href: '/containers', icon: Box },
  { key: 'namespaces', href: '/namespaces', icon: Layers },
  { key: 'iptables', href: '/iptables', icon: Funnel },
  { key: 'fdb', href: '/fdb', icon: Rows3 },
  { key: 'dns', href: '/dns', icon: Signpost },
  { key: 'trace', href: '/trace', icon: Route },
  { key: 'reach', href: '/reach', icon: Grid3x3 },
  { key: 'capture', href: '/capture', icon: Radar },
  { key: 'settings', href: '/settings', icon: Settings2 },
]
