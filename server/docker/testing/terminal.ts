import { execFile } from 'node:child_process'
import type { Face } from './face'

/** What a person at a terminal does next. */
export type Step =
  /** Waits for a text behind what was seen before. */
  | { readonly see: string }
  | { readonly type: string }
  /** Rows and columns. */
  | { readonly resize: readonly [number, number] }

export interface Session {
  /** 128 and the signal where a signal ended it. */
  readonly code: number
  /** All that the terminal showed. */
  readonly text: string
}

const program = `
import fcntl, json, os, pty, select, struct, sys, termios, time
task = json.load(sys.stdin)
pid, fd = pty.fork()
if pid == 0:
    os.execvp(task['argv'][0], task['argv'])
text, seen = b'', 0
def resize(rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
def read(until):
    global text
    if not select.select([fd], [], [], max(0, until - time.time()))[0]:
        return False
    try:
        part = os.read(fd, 65536)
    except OSError:
        part = b''
    text += part
    return len(part) > 0
def see(wanted):
    global seen
    until = time.time() + 15
    while text.find(wanted, seen) < 0:
        if not read(until):
            print('missing', repr(wanted), 'behind', repr(text[seen:]), file=sys.stderr)
            os.kill(pid, 9)
            sys.exit(1)
    seen = text.find(wanted, seen) + len(wanted)
resize(*task['size'])
for step in task['steps']:
    if 'see' in step:
        see(step['see'].encode())
    elif 'resize' in step:
        resize(*step['resize'])
    else:
        os.write(fd, step['type'].encode('latin1'))
end = time.time() + 15
while read(end):
    pass
if time.time() >= end:
    print('it does not end behind', repr(text), file=sys.stderr)
    os.kill(pid, 9)
status = os.waitpid(pid, 0)[1]
code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
json.dump({'code': code, 'text': text.decode('utf8', 'replace')}, sys.stdout)
`

/** Runs a program that finds the engine by DOCKER_HOST at a terminal of 24 rows and 80 columns, by Python's pty. */
export function inTerminal(face: Face, argv: readonly string[], steps: readonly Step[]): Promise<Session> {
  const env = { ...process.env, HOME: '/nonexistent', TERM: 'xterm', DOCKER_HOST: `unix://${face.socketPath}` }
  return new Promise((resolve, reject) => {
    const child = execFile('python3', ['-c', program], { env, timeout: 60_000 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${argv.join(' ')}: ${stderr || error.message}`))
      else resolve(JSON.parse(stdout) as Session)
    })
    child.stdin?.end(JSON.stringify({ argv, steps, size: [24, 80] }))
  })
}
