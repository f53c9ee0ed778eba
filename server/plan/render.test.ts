import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import type { Command } from './plan'
import { renderCommand } from './render'

const hostile = [
  'plain',
  '',
  'two words',
  "it's",
  '$(reboot)',
  '`x`',
  'a"b',
  'back\\slash',
  'kiwl$%^',
  '新',
  'a\nb',
  '#x',
  '~',
]

test('a shell reads back every argument as it was', () => {
  for (const word of hostile) {
    const line = renderCommand({ program: 'ip', netns: 'host', args: [word, 'end'] })
    const script = `${line.replace(/^ip /, 'printf "%s\\0" ')}`
    expect(execFileSync('bash', ['-c', script]).toString()).toBe(`${word}\0end\0`)
  }
})

const commands: [Command, string][] = [
  [{ program: 'ip', netns: 'host', args: ['link', 'show'] }, 'ip link show'],
  [{ program: 'ip', netns: '/run/x y', args: ['link'] }, "nsenter '--net=/run/x y' ip link"],
  [{ program: 'iptables', netns: 'host', table: 'filter', args: ['-A', 'X'] }, 'iptables -A X'],
  [
    { program: 'iptables', netns: 'host', table: 'nat', args: ['-A', 'X', '!', '-o', 'b'] },
    "iptables -t nat -A X '!' -o b",
  ],
  [
    { program: 'nft', netns: '/n', args: ['add', 'chain', 'ip', 'patchbay', 'x', '{ type filter; }'] },
    "nsenter --net=/n nft add chain ip patchbay x '{ type filter; }'",
  ],
  [{ program: 'sysctl', netns: '/n', name: 'net/ipv4/x', value: '1 2' }, "nsenter --net=/n sysctl -w 'net/ipv4/x=1 2'"],
  [{ program: 'namespace', verb: 'add', path: '/run/n' }, 'touch /run/n && unshare --net=/run/n true'],
  [{ program: 'namespace', verb: 'remove', path: '/run/n' }, 'umount /run/n && rm /run/n'],
  [
    { program: 'socket', verb: 'open', netns: '/n', protocol: 'udp', address: '127.0.0.11', port: 53, service: 'dns' },
    '# open the dns socket udp 127.0.0.11:53 in /n',
  ],
]

test.each(commands)('%o is shown as one would type it', (command, line) => {
  expect(renderCommand(command)).toBe(line)
})
