/** A difference that is meant. Whatever is given has to fit. */
export interface Meant {
  readonly theme?: string
  /** The step, as the table shows it. */
  readonly step?: RegExp
  /** Where in the outcome: "status", "stdout[0].Config.Tty". */
  readonly path?: RegExp
  readonly docker?: RegExp
  readonly patchbay?: RegExp
  readonly reason: string
}

/** Differences by theme, those of all themes last: the first that fits gives the reason. */
export const meant: readonly Meant[] = [
  // The engine itself.
  {
    step: /GET \/version/,
    path: /^body\.(Platform|Components|Version|ApiVersion|MinAPIVersion|GitCommit|GoVersion|BuildTime)/,
    reason: 'Patchbay is another program, with no containerd and no docker-init of its own',
  },
  {
    step: /(GET \/|docker )info/,
    path: /\.(ID|DriverStatus|Plugins|NFd|NGoroutines|DockerRootDir|ServerVersion|Runtimes|LiveRestoreEnabled|InitBinary|\w+Commit|SecurityOptions|IndexServerAddress|RegistryConfig|Kernel\w+|OomKillDisable|Images)\b|^stdout$/,
    reason:
      'Patchbay is another program: it has no registry, no plugins, no swarm and no seccomp profile, and keeps containers when it ends',
  },
  { patchbay: /API version is 1\.(50|24)/, reason: 'the API goes from 1.24 to 1.50' },
  { step: /GET \/v1\.10/, path: /^type$/, reason: 'every refusal is JSON' },
  {
    theme: 'the engine',
    step: /POST \/networks$|networks\/create\/json/,
    reason: 'what is not there is answered with 501 and its name',
  },
  {
    step: /^POST \/networks\/create( $| \[| \{"Name":($|7))/,
    path: /message/,
    reason: "a body that cannot be read is told in other words than those of Go's decoder",
  },
  {
    step: /filters=nonsense|limit=x|containers\/create \{\}/,
    path: /message/,
    reason: 'names the value in its own words',
  },
  { step: /images\/nosuch\/json/, path: /message/, reason: 'Docker says it twice' },
  { step: /system df/, reason: 'absent: docker system df' },

  // Networks.
  { path: /bridge\.name$/, docker: /docker0/, reason: 'the default bridge is patchbay0' },
  {
    path: /Gateway$/,
    docker: /^\(nothing\)$/,
    reason: 'the gateway that was chosen is shown, as newer engines do',
  },
  { step: /hostbits/, reason: 'a subnet with host bits is refused, with the subnet that was meant' },
  { step: /widerange/, reason: 'an ip-range wider than its subnet is refused' },
  { step: /auxfirst/, reason: 'the gateway makes way for an auxiliary address instead of failing' },
  { step: /unknown\.option|unknownoption/, reason: 'an option that the driver does not know is refused by name' },
  { step: /network create ""/, path: /stderr/, reason: 'an empty name is invalid, as any blank one' },
  { step: /overroute/, reason: 'a subnet that the host routes elsewhere is refused' },
  {
    step: /bridge\.name=averyvery|mtu=-1/,
    path: /stderr/,
    reason: "names the option and what it may be, where Docker gives the kernel's words",
  },
  {
    step: /-d overlay|--ingress|--scope swarm/,
    path: /stderr/,
    reason: 'there is no swarm',
  },

  { step: /--ipv6 nosubnet/, reason: 'IPv6 without a subnet gets one of the host, as newer engines do' },
  { step: /--subnet 10\.30\.0\.0\/24 --subnet|network rm nope$/, reason: 'a bridge network may have several subnets' },
  {
    path: /IPAM\.Config\[0\]\.(Subnet|Gateway)$/,
    docker: /^192\.168\./,
    patchbay: /^172\./,
    reason: 'a pool that was given back is used again; Docker goes on to the next',
  },

  // Addresses and joins.
  {
    path: /stderr/,
    docker: /no available IPv4 addresses on this network's address pools: tiny \(/,
    reason: 'names the network without its id',
  },
  {
    step: /--ip (nonsense|10\.60\.3\.300)/,
    path: /stderr/,
    reason: "Docker's command line and engine have three sentences for it",
  },
  {
    theme: 'addresses',
    step: /inspect bb --format "\{\{\.State/,
    reason: 'why a start failed is kept in the words of Patchbay',
  },
  {
    step: /--ip 172\.18\.0\.50 busybox|--ip 172\.18\.0\.5 auto|disconnect auto web/,
    reason: 'a static address is given on a network whose subnet was chosen automatically, too: it does not change',
  },
  {
    step: /bad alias|disconnect inner web$/,
    reason: 'an alias that DNS cannot carry is refused',
  },
  { path: /\.(IPAMConfig|DriverOpts)$/, docker: /^\{\}$/, patchbay: /^null$/, reason: 'nothing was asked for: null' },
  {
    path: /Gateway$|^stdout$|→/,
    step: /inner|i1|i2|exec web ip route|inspect web/,
    docker: /default via 10\.(60|90)\.3\.1|^10\.(60|90)\.3\.1|^true$/,
    reason: 'as of newer engines, an internal network has no gateway: no way leads out of it, not even to the host',
  },
  {
    theme: 'connect and disconnect',
    step: /exec web ip/,
    path: /stdout/,
    docker: /eth[2-5]/,
    reason: 'the lowest interface name that is free is taken again; Docker counts on',
  },
  {
    theme: 'connect and disconnect',
    step: /exec web cat \/etc\/hosts/,
    reason: 'Docker 20.10 takes the lines of the other networks away too when one is left',
  },
  {
    step: /disconnect -f one nosuch/,
    path: /stderr/,
    reason: 'a container that is not there is no endpoint either',
  },
  {
    path: /\.(NetworkID|Aliases)$/,
    docker: /^(null)?$/,
    reason: 'known before the first start',
  },

  // Ports.
  {
    theme: 'ports',
    docker: /:::\d|"::"/,
    reason: 'a container without IPv6 is published on IPv4 alone, as by an engine without its proxy',
  },
  {
    theme: 'docker ps',
    docker: /:::8090/,
    reason: 'a container without IPv6 is published on IPv4 alone, as by an engine without its proxy',
  },
  {
    step: /inspect clash|inspect denied/,
    reason: 'a start that failed leaves no exit code; why is kept in the words of Patchbay',
  },
  {
    step: /192\.168\.77\.77|5000:80 -p 5000:81/,
    path: /stderr/,
    reason: 'no proxy listens for a port, and two wishes for one port are refused at once',
  },

  // Modes.
  {
    step: /--network host --ip|--network container:(nosuch|base)|-w relative|--memory 1m|--cap-add NOSUCH/,
    path: /stderr/,
    reason:
      'refused when the container is made or started, where the other engine does it at the other time; the command line adds a hint to one of them',
  },
  {
    theme: 'host, none, container',
    step: /exec (lonely|guest)/,
    docker: /192\.168\.192\.|10\./,
    reason: 'a pool that was given back is used again; Docker goes on to the next',
  },

  // Containers.
  {
    path: /\.(ResolvConfPath|HostnamePath|HostsPath|LogPath|GraphDriver)\b/,
    reason: 'where an engine keeps its files is its own affair',
  },
  { path: /\.(SandboxID|SandboxKey)$/, reason: 'the sandbox goes when the container stops' },
  { path: /\.(MaskedPaths|ReadonlyPaths|KernelMemory|KernelMemoryTCP)$/, reason: 'left out, as newer engines do' },
  { path: /NetworkMode$/, docker: /^default$/, reason: 'the default network is told by its name' },
  { step: /rename other "bad name"/, path: /stderr/, reason: 'Docker puts a slash in front of the name' },
  { step: /noimage/, path: /stderr/, reason: 'nothing is pulled: says how to load or import' },
  { path: /body\.Error$/, reason: 'no error is left out, as newer engines do' },
  { step: /condition=nonsense/, reason: 'a condition that there is not is refused' },
  { step: /bad host/, reason: 'a host name that DNS cannot carry is refused' },
  { step: /--privileged/, reason: "absent: --privileged; a container gets none of the host's devices" },
  { step: /--log-driver none/, reason: 'absent: log drivers' },

  // Commands inside, logs.
  {
    theme: 'exec and logs',
    path: /^exit$/,
    docker: /^126$/,
    patchbay: /^127$/,
    reason: 'exit code 127, as newer engines',
  },
  { theme: 'exec and logs', path: /^type$/, reason: 'says of what kind the stream is' },
  { step: /docker top/, path: /stdout/, reason: 'process numbers and times are chance' },
  {
    step: /update --memory/,
    reason: 'the limit of swap follows that of memory, as when the container is made',
  },

  // Events.
  {
    theme: 'events',
    path: /stdout/,
    reason:
      'signals of a stop are not told apart from it, leaving a network is told once, and a prune by what it removes',
  },
  { theme: 'events', step: /foo=bar/, reason: 'a filter that there is not is refused' },

  // Everywhere.
  {
    path: /^status$/,
    docker: /^(200|403|404|500)$/,
    patchbay: /^(400|409)$/,
    reason: 'as newer engines: 400 for bad input, 409 for conflicts',
  },
  {
    path: /stderr|message/,
    docker: /Pool overlaps|Address already in use|port is already allocated/,
    patchbay:
      /(Pool overlaps with other one on this address space|Address already in use|port is already allocated) \(/,
    reason: "Docker's sentence is followed by what was met",
  },
  {
    theme: 'images',
    path: /\.GraphDriver\.Data|\.DockerVersion/,
    reason: 'an image is one directory here, and is not made by a Docker Engine',
  },
  {
    theme: 'images',
    path: /stderr/,
    docker: /is not a valid change command/,
    patchbay: /is not a valid change command; CMD, /,
    reason: 'the refusal names what there is',
  },
  {
    docker: /Error processing tar file|^(200|500)$|^\(nothing\)$|errorDetail/,
    step: /no archive|\/bin\/busybox|archive\?path=\/etc\/passwd/,
    reason: 'bad input is answered with 400, as by newer engines, and the sentence says what is wrong with it',
  },
  {
    docker: /extraction point is not a directory/,
    patchbay: /extraction point is not a directory: /,
    reason: 'the sentence names the place',
  },
  {
    theme: 'volumes',
    path: /Options$/,
    reason: 'a local volume has no options here',
  },
]
