// Stands in for the web's build: answers with what the kernel says of its process and what its environment holds.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

createServer((request, response) => {
  if (request.url === '/end') process.exit(7)
  const { HOSTNAME, PORT, PATCHBAY_SOCKET } = process.env
  const status = readFileSync('/proc/self/status', 'utf8')
  response.end(JSON.stringify({ pid: process.pid, status, HOSTNAME, PORT, PATCHBAY_SOCKET }))
}).listen(Number(process.env.PORT), process.env.HOSTNAME)

// A web with open streams does not end when asked to.
process.on('SIGTERM', () => undefined)
