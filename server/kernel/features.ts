import { allFeatures, type KernelFeature } from '../plan/feature'
import { CommandError, run } from './run'

/** Tried in a namespace that goes with the process: p0 and p1 are parents to stand on. One line a feature, after the first. */
const trials: Readonly<Record<KernelFeature, string>> = {
  macvlan: 'link add link p0 name m0 type macvlan mode bridge',
  ipvlan: 'link add link p1 name i0 type ipvlan mode l2',
  vlan: 'link add link p0 name v0 type vlan id 2',
  dummy: 'link add name d0 type dummy',
}
const parents = 'link add name p0 type veth peer name p1'

/**
 * What this kernel has, found by trying: `unshare --net ip -force -batch -`, about 15 ms. Nothing is left
 * behind. Where it cannot be tried, all counts as there: whoever uses it is then told by the kernel itself.
 */
export async function probeFeatures(): Promise<ReadonlySet<KernelFeature>> {
  const input = `${[parents, ...allFeatures.map((feature) => trials[feature])].join('\n')}\n`
  try {
    await run('unshare', ['--net', '--', 'ip', '-force', '-batch', '-'], { input })
    return new Set(allFeatures)
  } catch (error) {
    return parseTrials(error instanceof CommandError ? error.stderr : '')
  }
}

/** From the complaints of `ip -force -batch -`: "Command failed -:3" is the third line. */
export function parseTrials(complaints: string): ReadonlySet<KernelFeature> {
  const failed = new Set([...complaints.matchAll(/^Command failed -:(\d+)$/gm)].map(([, line]) => Number(line)))
  if (failed.has(1)) return new Set(allFeatures)
  return new Set(allFeatures.filter((_, index) => !failed.has(index + 2)))
}
