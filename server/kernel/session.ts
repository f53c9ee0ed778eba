import { readFileSync } from 'node:fs'

/** What does not end by SIGHUP within this is killed. */
export const hangUpPatienceMs = 1_000

/** A command that is run in a container leads a session, so its group holds what it started in turn. */
export function signalSession(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // It ended by itself meanwhile.
  }
}

/** The kernel passes it on to what the session has in the foreground once its leader, the shell, has gone. */
export function hangUpSession(pid: number, ended: Promise<unknown>): void {
  if (!isAlive(pid)) return
  signalSession(pid, 'SIGHUP')
  // What was stopped hears of it only when it goes on.
  signalSession(pid, 'SIGCONT')
  const timer = setTimeout(() => signalSession(pid, 'SIGKILL'), hangUpPatienceMs)
  void ended.finally(() => clearTimeout(timer))
}

export function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Every engine names a container's control groups after it: what is in none of them is some other process of that number. */
export function isOfContainer(pid: number, containerId: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(containerId)
  } catch {
    return false
  }
}
