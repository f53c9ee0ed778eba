import type { KernelObject } from './object'

/** What one kernel has and another has not: kinds of links, by the name that `ip link` has for them. */
export type KernelFeature = 'macvlan' | 'ipvlan' | 'vlan' | 'dummy'

/** How each is called by people and by those who build kernels. */
const names: Readonly<
  Record<KernelFeature, { readonly what: string; readonly module: string; readonly config: string }>
> = {
  macvlan: { what: 'macvlan links', module: 'macvlan', config: 'CONFIG_MACVLAN' },
  ipvlan: { what: 'ipvlan links', module: 'ipvlan', config: 'CONFIG_IPVLAN' },
  vlan: { what: '802.1Q VLANs', module: '8021q', config: 'CONFIG_VLAN_8021Q' },
  dummy: { what: 'dummy links', module: 'dummy', config: 'CONFIG_DUMMY' },
}

export const allFeatures = Object.keys(names) as readonly KernelFeature[]

/** "this kernel has no ipvlan links (module ipvlan, CONFIG_IPVLAN)" */
export function lackOf(feature: KernelFeature): string {
  const { what, module, config } = names[feature]
  return `this kernel has no ${what} (module ${module}, ${config})`
}

/** The features that objects need in order to be made. */
export function featuresOf(objects: readonly KernelObject[]): KernelFeature[] {
  const types = new Set<string>(objects.map((object) => (object.kind === 'link' ? object.type : '')))
  return allFeatures.filter((feature) => types.has(feature))
}
