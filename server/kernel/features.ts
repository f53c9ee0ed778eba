import type { KernelFeature } from '../plan/feature'
import { CommandError, run } from './run'

/** Tried in a namespace that goes with the process: p0 and p1 are parents to stand on. One line a feature, after the first. */
const linkTrials = {
  macvlan: 'link add link p0 name m0 type macvlan mode bridge',
  ipvlan: 'link add link p1 name i0 type ipvlan mode l2',
  vlan: 'link add link p0 name v0 type vlan id 2',
  dummy: 'link add name d0 type dummy',
  ifb: 'link add name f0 type ifb',
} as const satisfies Partial<Record<KernelFeature, string>>

/** The same for `tc`, on the loopback that the namespace is born with. */
const trafficTrials = {
  clsact: 'qdisc add dev lo clsact',
  tbf: 'qdisc replace dev lo root handle 1: tbf rate 1mbit burst 10000 limit 10000',
  netem: 'qdisc replace dev lo root handle 2: netem delay 1ms',
  bpf: 'filter add dev lo egress protocol all pref 1 bpf bytecode "1,6 0 0 4294967295" direct-action',
  mirred: 'filter add dev lo ingress protocol all pref 2 u32 match u32 0 0 action mirred egress redirect dev lo',
} as const satisfies Partial<Record<KernelFeature, string>>

/** Lines that fail nowhere: where these do, nothing can be tried. */
const controls = { ip: 'link add name p0 type veth peer name p1', tc: 'qdisc show dev lo' } as const

/**
 * What this kernel has, found by trying: `unshare --net ip -force -batch -`, about 15 ms, and `tc` beside it. Nothing is
 * left behind. Where it cannot be tried, all counts as there: whoever uses it is then told by the kernel itself.
 */
export async function probeFeatures(): Promise<ReadonlySet<KernelFeature>> {
  const trials = [tryAll('ip', linkTrials), tryAll('tc', trafficTrials), tryDeviceGroups(), trySctp()]
  return new Set((await Promise.all<KernelFeature[]>(trials)).flat())
}

const groupTrial = ['iptables', '--wait', '-A', 'FORWARD', '-m', 'devgroup', '--dst-group', '1']

/** Where this cannot be tried, rules do without: each network has its own then. */
async function tryDeviceGroups(): Promise<KernelFeature[]> {
  const works = await run('unshare', ['--net', '--', ...groupTrial]).then(
    () => true,
    () => false,
  )
  return works ? ['devgroup'] : []
}

/** Node has no socket of it. EPROTONOSUPPORT is 93; the kernel has looked for the module by then. */
async function trySctp(): Promise<KernelFeature[]> {
  const socket = 'socket(my $s, 2, 1, 132) or exit($! == 93 ? 93 : 0)'
  const lacks = await run('perl', ['-e', socket]).then(
    () => false,
    (error: unknown) => error instanceof CommandError && error.exitCode === 93,
  )
  return lacks ? [] : ['sctp']
}

type Trials = Readonly<Partial<Record<KernelFeature, string>>>

async function tryAll(program: 'ip' | 'tc', trials: Trials): Promise<KernelFeature[]> {
  const features = Object.keys(trials) as KernelFeature[]
  const input = `${[controls[program], ...Object.values(trials)].join('\n')}\n`
  try {
    await run('unshare', ['--net', '--', program, '-force', '-batch', '-'], { input })
    return features
  } catch (error) {
    return parseTrials(error instanceof CommandError ? error.stderr : '', features)
  }
}

/** From the complaints of `ip -force -batch -`: "Command failed -:3" is the third line, the second feature. */
export function parseTrials(complaints: string, features: readonly KernelFeature[]): KernelFeature[] {
  const failed = new Set([...complaints.matchAll(/^Command failed -:(\d+)$/gm)].map(([, line]) => Number(line)))
  return features.filter((_, index) => failed.has(1) || !failed.has(index + 2))
}
