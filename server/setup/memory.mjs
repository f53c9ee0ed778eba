/**
 * How Node.js runs the daemon: with a young generation of 4 MB and two arenas, memory goes back after a burst of work. What
 * grew old is collected from 64 MB on; left to itself Node lets 200 containers that start leave 150 MB of garbage behind. The daemon collects
 * what is left when it has time.
 */
export const daemonFlags = [
  '--enable-source-maps',
  '--max-semi-space-size=4',
  '--initial-old-space-size=64',
  '--heap-growing-percent=30',
  '--expose-gc',
]
export const daemonEnvironment = {
  MALLOC_ARENA_MAX: '2',
  // Left unsaid these grow with what is freed, and 10 MB stay behind.
  MALLOC_MMAP_THRESHOLD_: '1048576',
  MALLOC_TRIM_THRESHOLD_: '2097152',
}
