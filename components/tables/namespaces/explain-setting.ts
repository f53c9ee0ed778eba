import type { createTranslator } from 'next-intl'
import type { Messages } from '../../i18n/messages'
import { isolated } from './isolated'

export type SettingTranslator = ReturnType<typeof createTranslator<Messages, 'namespaces.sysctls.explain'>>

type Explain = (value: string, link: string, t: SettingTranslator) => string

const yes = (value: string) => (value === '0' ? 'no' : 'yes')

const whole: Readonly<Record<string, Explain>> = {
  'net.ipv4.ip_forward': (value, _, t) => t('forward', { on: yes(value) }),
  'net.ipv4.ip_unprivileged_port_start': (value, _, t) => t('privilegedPorts', { value }),
  'net.ipv4.ip_local_port_range': (_value, _link, t) => t('portRange'),
  'net.bridge.bridge-nf-call-iptables': (value, _, t) => t('bridgeCall', { on: yes(value), program: 'iptables' }),
  'net.bridge.bridge-nf-call-ip6tables': (value, _, t) => t('bridgeCall', { on: yes(value), program: 'ip6tables' }),
  'net.bridge.bridge-nf-call-arptables': (value, _, t) => t('bridgeCall', { on: yes(value), program: 'arptables' }),
  'net.netfilter.nf_conntrack_max': (value, _, t) => t('conntrackMax', { value }),
  'net.netfilter.nf_conntrack_count': (value, _, t) => t('conntrackCount', { value }),
}

const ofLinks: Readonly<Record<string, Explain>> = {
  forwarding: (value, link, t) => t('linkForward', { on: yes(value), link }),
  rp_filter: (value, link, t) => t('rpFilter', { value, link }),
  disable_ipv6: (value, link, t) => t('disableIpv6', { on: yes(value), link }),
  accept_local: (value, link, t) => t('acceptLocal', { on: yes(value), link }),
  route_localnet: (value, link, t) => t('routeLocalnet', { on: yes(value), link }),
  proxy_arp: (value, link, t) => t('proxyArp', { on: yes(value), link }),
  arp_ignore: (value, link, t) => t('arpIgnore', { value, link }),
  accept_ra: (value, link, t) => t('acceptRa', { value, link }),
}

/** What a setting's value means; empty for those whose name says all that can be said. Pure. */
export function explainSetting(name: string, value: string, t: SettingTranslator): string {
  const known = Object.hasOwn(whole, name) ? whole[name] : undefined
  if (known) return known(value, '', t)
  const { link, setting } = partsOf(name)
  const ofLink = link !== null && Object.hasOwn(ofLinks, setting) ? ofLinks[setting] : undefined
  return ofLink && link !== null ? ofLink(value, linkWords(link, t), t) : ''
}

/** `net.ipv4.conf.eth0/100.rp_filter` is about the link eth0.100: sysctl writes a dot in a name as a slash. */
export function partsOf(name: string): { link: string | null; setting: string } {
  const [, link, setting] = /^net\.ipv[46]\.conf\.(.+)\.([a-z0-9_]+)$/s.exec(name) ?? []
  if (link === undefined || setting === undefined) return { link: null, setting: name }
  return { link: link.replaceAll('/', '.'), setting }
}

function linkWords(link: string, t: SettingTranslator): string {
  if (link === 'all') return t('linkAll')
  return link === 'default' ? t('linkDefault') : isolated(link)
}
