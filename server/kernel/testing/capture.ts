import { readdir } from 'node:fs/promises'
import { z } from 'zod'
import type { Netns } from '../../plan/object'
import { run } from '../run'

const linkSchema = z.object({
  ifname: z.string(),
  mtu: z.number(),
  flags: z.array(z.string()),
  address: z.string().optional(),
  master: z.string().optional(),
  ifalias: z.string().optional(),
  linkinfo: z
    .object({
      info_kind: z.string().optional(),
      info_slave_data: z.object({ hairpin: z.boolean().optional() }).optional(),
    })
    .optional(),
})

/**
 * All that a plan can touch, read with tools of its own and not with the code under test: namespaces,
 * links, addresses, routes and rules, one a line. What the kernel picks by chance (a host-side MAC) is left out.
 */
export async function captureKernel(directory: string): Promise<string[]> {
  const names = (await readdir(directory).catch(() => [])).sort()
  const places: Netns[] = ['host', ...names.map((name) => `${directory}/${name}` as `/${string}`)]
  const lines = names.map((name) => `namespace ${name}`)
  for (const netns of places) lines.push(...(await captureNamespace(netns)))
  return [...lines, ...(await captureRules('iptables-save')), ...(await captureRules('ip6tables-save'))]
}

async function captureNamespace(netns: Netns): Promise<string[]> {
  const links = z.array(linkSchema).parse(JSON.parse((await run('ip', ['-d', '-j', 'link'], { netns })).stdout))
  const shown = links.map((link) => {
    const isChosen = link.linkinfo?.info_kind !== 'veth' || netns !== 'host'
    const port = [link.master, link.linkinfo?.info_slave_data?.hairpin && 'hairpin']
    const up = link.flags.includes('UP') ? 'up' : 'down'
    return ['link', netns, link.ifname, link.mtu, up, link.ifalias, ...port, isChosen && link.address]
      .filter((part) => typeof part === 'number' || typeof part === 'string')
      .join(' ')
  })
  const addresses = (await run('ip', ['-4', '-o', 'addr'], { netns })).stdout.replace(/^\d+: /gm, '').split('\n')
  const routes = (await run('ip', ['-4', 'route'], { netns })).stdout.replaceAll('linkdown', '').split('\n')
  const global = (await run('ip', ['-6', '-o', 'addr', 'show', 'scope', 'global'], { netns })).stdout
  const ipv6 = [...global.replace(/^\d+: /gm, '').split('\n'), ...(await captureIpv6Routes(netns))]
  return [...shown.sort(), ...addresses.sort(), ...routes.sort(), ...ipv6.sort()]
    .map((line) => `${netns} ${line.trim()}`)
    .filter((line) => line !== `${netns} `)
}

async function captureIpv6Routes(netns: Netns): Promise<string[]> {
  const { stdout } = await run('ip', ['-6', 'route'], { netns })
  return stdout
    .replaceAll('linkdown', '')
    .split('\n')
    .filter((line) => !line.startsWith('fe80:'))
}

async function captureRules(program: 'iptables-save' | 'ip6tables-save'): Promise<string[]> {
  const { stdout } = await run(program, [])
  let table = ''
  return stdout.split('\n').flatMap((line) => {
    if (line.startsWith('*')) table = line
    const isPlain = line.startsWith('#') || line.startsWith('*') || line === 'COMMIT' || line === ''
    // Tables come into being with their first use, and stay.
    const isUntouched = /^:\S+ ACCEPT /.test(line)
    return isPlain || isUntouched
      ? []
      : [`${program === 'iptables-save' ? '' : 'ipv6 '}${table} ${line.replace(/ \[\d+:\d+\]$/, '')}`]
  })
}
