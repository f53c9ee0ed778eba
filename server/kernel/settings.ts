import type { Netns } from '../plan/object'
import { readLines } from './read-output'

/** What decides about a packet and is set for each link, under /proc/sys/net/ipv4/conf. */
const ofLinks4 = `forwarding rp_filter accept_local route_localnet proxy_arp proxy_arp_pvlan arp_accept arp_announce arp_filter
  arp_ignore arp_notify accept_redirects send_redirects accept_source_route src_valid_mark log_martians
  ignore_routes_with_linkdown`

const ofLinks6 = `disable_ipv6 forwarding accept_ra accept_dad autoconf proxy_ndp addr_gen_mode use_tempaddr accept_redirects
  accept_source_route ignore_routes_with_linkdown keep_addr_on_down ndisc_notify`

const ofAll: Readonly<Record<string, string>> = {
  core: 'somaxconn rmem_max rmem_default wmem_max wmem_default',
  ipv4: `ip_forward ip_default_ttl ip_nonlocal_bind ip_local_port_range ip_local_reserved_ports ip_unprivileged_port_start
    ip_no_pmtu_disc ip_forward_use_pmtu ip_dynaddr fib_multipath_hash_policy fib_multipath_use_neigh fwmark_reflect
    icmp_echo_ignore_all icmp_echo_ignore_broadcasts icmp_ratelimit ping_group_range tcp_l3mdev_accept udp_l3mdev_accept
    raw_l3mdev_accept tcp_abort_on_overflow tcp_congestion_control tcp_ecn tcp_fin_timeout tcp_fwmark_accept
    tcp_keepalive_time tcp_keepalive_intvl tcp_keepalive_probes tcp_max_syn_backlog tcp_max_tw_buckets tcp_mtu_probing
    tcp_retries2 tcp_rmem tcp_wmem tcp_sack tcp_syn_retries tcp_synack_retries tcp_syncookies tcp_timestamps tcp_tw_reuse
    tcp_window_scaling`,
  'ipv4/neigh/default': 'gc_thresh1 gc_thresh2 gc_thresh3',
  ipv6: 'bindv6only ip_nonlocal_bind fib_multipath_hash_policy fwmark_reflect',
  'ipv6/icmp': 'echo_ignore_all ratelimit',
  'ipv6/neigh/default': 'gc_thresh1 gc_thresh2 gc_thresh3',
  bridge: 'bridge-nf-call-iptables bridge-nf-call-ip6tables bridge-nf-call-arptables bridge-nf-filter-vlan-tagged',
  netfilter: `nf_conntrack_max nf_conntrack_count nf_conntrack_buckets nf_conntrack_acct nf_conntrack_checksum
    nf_conntrack_events nf_conntrack_expect_max nf_conntrack_helper nf_conntrack_generic_timeout nf_conntrack_icmp_timeout
    nf_conntrack_tcp_be_liberal nf_conntrack_tcp_loose nf_conntrack_tcp_timeout_close_wait
    nf_conntrack_tcp_timeout_established nf_conntrack_tcp_timeout_syn_sent nf_conntrack_tcp_timeout_time_wait
    nf_conntrack_udp_timeout nf_conntrack_udp_timeout_stream`,
}

/**
 * Reads the files named by its arguments, "*" standing for every folder; prints `ipv4/ip_forward 1` for each that there is.
 * A link's name holds neither a slash nor a blank. `sysctl -a` takes seconds where there are 500 links.
 */
const program = `
sub show { open(my $file, '<', "/proc/sys/net/$_[0]") or return; my $value = <$file>; print "$_[0] ", $value // "\\n" }
for my $path (@ARGV) {
  my ($folder, $names) = split /=/, $path;
  my @folders = ($folder);
  if ($folder =~ s{/\\*$}{}) {
    opendir(my $list, "/proc/sys/net/$folder") or next;
    @folders = map { "$folder/$_" } grep { !/^\\.\\.?$/ } readdir $list;
  }
  for my $at (@folders) { show("$at/$_") for split /,/, $names }
}`

const wanted = Object.entries({ ...ofAll, 'ipv4/conf/*': ofLinks4, 'ipv6/conf/*': ofLinks6 }).map(
  ([folder, names]) => `${folder}=${names.split(/\s+/).join(',')}`,
)

/**
 * By name as sysctl prints it: "net.ipv4.conf.eth0/100.forwarding" for the link eth0.100. /proc/sys/net is that of the
 * reader's own namespace, so the reader is a process in there. Throws CommandError.
 */
export async function readSettings(netns: Netns): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>()
  const take = (line: string) => {
    const [, path, value = ''] = /^([^ ]+) (.*)$/s.exec(line) ?? []
    if (path !== undefined) values.set(nameOf(path), value.trim())
  }
  await readLines('perl', ['-e', program, '--', ...wanted], take, { netns })
  return values
}

function nameOf(path: string): string {
  return ['net', ...path.split('/').map((part) => part.replaceAll('.', '/'))].join('.')
}
