import { startWeb } from '../supervisor'

/** A daemon that has nothing but a web, to be killed: `tsx web-holder.ts <webDir> <port>` prints the web's pid. */
const [webDir = '', port = ''] = process.argv.slice(2)
const user = { name: 'nobody', uid: 65_534, gid: 65_534 }
const config = { host: '127.0.0.1', port: Number(port) }
const web = await startWeb({ config, socketPath: '/run/patchbay.sock', webDir, user })
console.log(web.pid)
