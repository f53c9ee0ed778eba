// ARCHITECTURE.md draws these directions; here they are enforced. Imports go downward only.

/** What each room of server/ may import from, and what to do with code that wants more. */
const rooms = {
  cnm: [[], 'cnm holds the nouns and knows nobody: what needs another room belongs into that room'],
  plan: [['cnm'], 'plan is pure and knows only the nouns: running things belongs into kernel, deciding into engine'],
  ipam: [['cnm', 'plan'], 'ipam works out addresses from values: looking at the host belongs into engine or kernel'],
  dns: [['cnm', 'plan'], 'dns answers on sockets it is given: opening them belongs into kernel, names into engine'],
  firewall: [['cnm', 'plan'], 'firewall describes rules as values: applying them belongs into kernel'],
  store: [['cnm', 'plan'], 'store reads and writes records: rules about them belong into engine'],
  drivers: [
    ['cnm', 'plan', 'firewall', 'ipam'],
    'a driver only describes what ought to exist: what it needs to know is passed in by engine',
  ],
  kernel: [['cnm', 'plan'], 'kernel applies plans and reads back: deciding what is wanted belongs into engine'],
  runtime: [['cnm', 'plan', 'kernel'], 'runtime runs containers in sandboxes it is given: networks belong into engine'],
  engine: [
    ['cnm', 'plan', 'ipam', 'dns', 'firewall', 'store', 'drivers', 'kernel', 'runtime'],
    'engine is below the faces: what a face (api, docker, web, observe) needs, engine offers in its contract',
  ],
  observe: [
    ['cnm', 'plan', 'ipam', 'kernel', 'firewall', 'runtime', 'engine', 'store'],
    'observe makes the picture: what knows HTTP belongs into api or docker',
  ],
  docker: [
    ['cnm', 'plan', 'kernel', 'runtime', 'engine', 'observe'],
    'docker is a face: what it shares with api belongs into engine or observe',
  ],
  web: [['cnm', 'kernel'], 'web keeps the web process alive and knows nothing of networks'],
  api: [
    ['cnm', 'plan', 'drivers', 'store', 'ipam', 'runtime', 'engine', 'observe', 'docker', 'web'],
    'a procedure is schema, permission, one call: what runs programs belongs into kernel, below engine',
  ],
}

/** Rooms of which others see the contract alone: the running thing is passed in by main.ts. */
const byContract = [
  ['observe', ['engine', 'store', 'runtime']],
  ['docker', ['engine', 'runtime']],
  ['api', ['store', 'runtime', 'web']],
]

// Tests, the drivers' conformance suite and what tests of the Docker face share look from outside, with any room's eyes.
const tests = '\\.test\\.tsx?$|^server/(drivers|docker)/testing/'
const generated = '^server/store/generated/'

const roomRules = Object.entries(rooms).map(([room, [below, comment]]) => ({
  name: `${room}-imports-downward`,
  comment,
  severity: 'error',
  from: { path: `^server/${room}/`, pathNot: [tests, generated] },
  to: { path: '^server/[^/]+/', pathNot: [room, ...below].map((name) => `^server/${name}/`) },
}))

const contractRules = byContract.map(([room, others]) => ({
  name: `${room}-knows-contracts`,
  comment: `${room} sees only contract.ts of ${others.join(', ')}: take the running thing as an argument from main.ts`,
  severity: 'error',
  from: { path: `^server/${room}/`, pathNot: tests },
  to: { path: `^server/(${others.join('|')})/`, pathNot: '/contract\\.ts$' },
}))

module.exports = {
  forbidden: [
    ...roomRules,
    ...contractRules,
    {
      name: 'config-comes-from-main',
      comment: 'server/config.ts is read once, in main.ts: a room takes the values it needs as arguments',
      severity: 'error',
      from: { path: '^server/[^/]+/', pathNot: [tests, '^server/(setup|bench|conformance)/'] },
      to: { path: '^server/(config|main)\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'drivers-do-not-know-each-other',
      comment:
        'what two drivers share belongs beside contract.ts, or into firewall or ipam; builtin.ts alone lists them',
      severity: 'error',
      from: { path: '^server/drivers/([^/]+)/', pathNot: [tests] },
      to: { path: '^server/drivers/[^/]+/', pathNot: '^server/drivers/$1/' },
    },
    {
      name: 'only-kernel-runs-programs',
      comment: 'programs are run by server/kernel/run.ts, which has the allow-list: call run or start of it',
      severity: 'error',
      from: { path: '^(app|components|server)/', pathNot: [tests, '^server/(kernel|setup|bench|conformance)/'] },
      to: { path: '^(node:)?child_process$|(^|/)node_modules/execa/|^execa$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-store-knows-prisma',
      comment: 'records are read and written by way of server/store/contract.ts',
      severity: 'error',
      from: { path: '^(app|components|server)/', pathNot: '^server/(store|setup)/' },
      to: { path: 'node_modules/(@prisma|prisma|better-sqlite3)/|^server/store/generated/' },
    },
    {
      name: 'http-stays-in-the-faces',
      comment: 'nothing below api, docker, web and plugins knows HTTP: offer a call, and let a face translate it',
      severity: 'error',
      from: {
        path: '^server/(cnm|plan|ipam|dns|firewall|store|drivers|kernel|runtime|engine|observe)/',
        pathNot: [tests, '^server/drivers/remote/'],
      },
      to: { path: '^(node:)?https?$|node_modules/@trpc/' },
    },
    {
      name: 'browser-imports-types-only',
      comment: 'app and components are another process: of the server they may know types, never code',
      severity: 'error',
      from: { path: '^(app|components)/', pathNot: tests },
      to: { path: '^server/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'server-knows-no-browser-code',
      comment: 'what the server and the browser share is a type, and lives in server/cnm or a contract',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: '^(app|components)/' },
    },
    {
      name: 'components-know-no-routes',
      comment: 'app holds routes only: what a component needs of one belongs into components',
      severity: 'error',
      from: { path: '^components/' },
      to: { path: '^app/' },
    },
    {
      name: 'no-circles',
      comment: 'two files that need each other are one file, or hide a third noun',
      severity: 'error',
      from: { pathNot: generated },
      to: { circular: true, viaOnly: { pathNot: generated, dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'tests-stay-outside',
      comment: 'what a test needs and the product too belongs into a file of the product',
      severity: 'error',
      from: { path: '^(app|components|server)/', pathNot: tests },
      to: { path: tests },
    },
    {
      name: 'everything-resolves',
      comment: 'an import that leads nowhere hides from all the other rules',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  // It passes on an empty list without a word: a parser that cannot read TypeScript would look like order.
  required: [
    {
      name: 'main-composes',
      comment: 'server/main.ts puts everything together: when this fails, nothing at all was read',
      severity: 'error',
      module: { path: '^server/main\\.ts$' },
      to: { path: '^server/engine/', reachable: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^\\.next/', '^dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
