/** How Node.js runs the daemon: with a young generation of 4 MB and two arenas, memory goes back after a burst of work. */
export const daemonFlags = ['--enable-source-maps', '--max-semi-space-size=4']
export const daemonEnvironment = { MALLOC_ARENA_MAX: '2' }
