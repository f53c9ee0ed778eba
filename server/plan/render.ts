import { commandsOf } from './commands'
import type { Netns } from './object'
import type { Command, Plan } from './plan'

/** A plan as the lines that one would type in a root shell. */
export function renderPlan(plan: Plan): string[] {
  return plan.steps.flatMap(commandsOf).map(renderCommand)
}

/** One command as a line for a shell, every argument quoted where it has to be. */
export function renderCommand(command: Command): string {
  switch (command.program) {
    case 'ip':
    case 'tc':
    case 'conntrack':
    case 'nft':
    case 'bridge':
      return renderIn(command.netns, [command.program, ...command.args])
    case 'ip rule':
      return renderIn(command.netns, ['ip', ...command.args])
    case 'iptables':
    case 'ip6tables': {
      const table = command.table === 'filter' ? [] : ['-t', command.table]
      return renderIn(command.netns, [command.program, ...table, ...command.args])
    }
    case 'ss': {
      const { netns, address, port, listing } = command
      return `# end the sockets ${address}:${port} in ${netns} that these are of: ${['conntrack', ...listing].join(' ')}`
    }
    case 'sysctl':
      return renderIn(command.netns, ['sysctl', '-w', `${command.name}=${command.value}`])
    case 'namespace': {
      const path = quote(command.path)
      return command.verb === 'add' ? `touch ${path} && unshare --net=${path} true` : `umount ${path} && rm ${path}`
    }
    case 'lease': {
      const { link, id, hostname, clientId } = command.object
      if (command.verb === 'release')
        return oneLine(`# give the DHCP lease of ${link} back, endpoint ${id.slice(0, 12)}`)
      const name = hostname === '' ? [] : ['-x', `hostname:${hostname}`]
      const client = clientId === undefined ? [] : ['-C', '-B', '-x', `0x3d:00${clientId}`]
      return renderIn(command.netns, ['busybox', 'udhcpc', '-i', link, '-R', ...name, ...client])
    }
    case 'socket': {
      const place = command.netns === 'host' ? '' : ` in ${command.netns}`
      const { verb, protocol, address, port, service, to } = command
      const target = to === undefined ? '' : ` to ${to.address}:${to.port}`
      return oneLine(`# ${verb} the ${service} socket ${protocol} ${address}:${port}${target}${place}`)
    }
  }
}

function renderIn(netns: Netns, words: readonly string[]): string {
  const line = words.map(quote).join(' ')
  return netns === 'host' ? line : `nsenter ${quote(`--net=${netns}`)} ${line}`
}

/** One word for a shell. */
export function quote(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  if (hasControls(word)) return `$'${word.replace(/[\\']/g, '\\$&').replace(controls, escapeControl)}'`
  return `'${word.replaceAll("'", "'\\''")}'`
}

const controls = /\p{Cc}/gu

function hasControls(word: string): boolean {
  return word.search(controls) >= 0
}

function escapeControl(control: string): string {
  return `\\u${(control.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`
}

function oneLine(text: string): string {
  return text.replace(controls, ' ')
}
