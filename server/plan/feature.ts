import { type Sentence, sentence } from '../cnm/sentence'
import type { KernelObject } from './object'

/** What one kernel has and another has not: kinds of links, by the name that `ip link` has for them, of sockets, matches of rules, queues and filters. */
export type KernelFeature = 'macvlan' | 'ipvlan' | 'vlan' | 'dummy' | 'sctp' | 'devgroup' | TrafficFeature

/** Kinds of queues and filters, by the name that `tc` has for them, and the links that these need. */
export type TrafficFeature = 'ifb' | 'tbf' | 'netem' | 'clsact' | 'bpf' | 'mirred'

/** How each is called by people and by those who build kernels. */
const names: Readonly<
  Record<KernelFeature, { readonly what: Sentence; readonly module: string; readonly config: string }>
> = {
  macvlan: { what: sentence`macvlan links`, module: 'macvlan', config: 'CONFIG_MACVLAN' },
  ipvlan: { what: sentence`ipvlan links`, module: 'ipvlan', config: 'CONFIG_IPVLAN' },
  vlan: { what: sentence`802.1Q VLANs`, module: '8021q', config: 'CONFIG_VLAN_8021Q' },
  dummy: { what: sentence`dummy links`, module: 'dummy', config: 'CONFIG_DUMMY' },
  sctp: { what: sentence`sockets of SCTP`, module: 'sctp', config: 'CONFIG_IP_SCTP' },
  devgroup: {
    what: sentence`rules that name groups of links`,
    module: 'xt_devgroup',
    config: 'CONFIG_NETFILTER_XT_MATCH_DEVGROUP',
  },
  ifb: { what: sentence`ifb links`, module: 'ifb', config: 'CONFIG_IFB' },
  tbf: { what: sentence`rate limit`, module: 'sch_tbf', config: 'CONFIG_NET_SCH_TBF' },
  netem: { what: sentence`delay and jitter`, module: 'sch_netem', config: 'CONFIG_NET_SCH_NETEM' },
  clsact: { what: sentence`filters on links`, module: 'sch_ingress', config: 'CONFIG_NET_SCH_INGRESS' },
  bpf: { what: sentence`classifier bpf`, module: 'cls_bpf', config: 'CONFIG_NET_CLS_BPF' },
  mirred: { what: sentence`redirection by u32 and mirred`, module: 'act_mirred', config: 'CONFIG_NET_ACT_MIRRED' },
}

export const allFeatures = Object.keys(names) as readonly KernelFeature[]

/** What a kernel has. */
export type Features = ReadonlySet<KernelFeature>

export const everyFeature: Features = new Set(allFeatures)

/** "this kernel has no ipvlan links (module ipvlan, CONFIG_IPVLAN)" */
export function lackOf(feature: KernelFeature): Sentence {
  const { what, module, config } = names[feature]
  return sentence`this kernel has no ${what} (module ${module}, ${config})`
}

/** The features that objects need in order to be made. */
export function featuresOf(objects: readonly KernelObject[]): KernelFeature[] {
  const types = new Set<string>(objects.map(typeOf))
  return allFeatures.filter((feature) => types.has(feature))
}

const filterFeatures = { loss: 'bpf', redirect: 'mirred' } as const

function typeOf(object: KernelObject): string {
  if (object.kind === 'filter') return filterFeatures[object.type]
  return object.kind === 'link' || object.kind === 'qdisc' ? object.type : ''
}
