// The import table of the house: who may import whom. `docs/architecture.md` says why.
const room = (name) => `^src/lib/${name}/`
const LINE_BYTES = 'line-bytes.ts'
const place = (name) => (name === LINE_BYTES ? '^src/lib/line-bytes\\.ts$' : room(name))
const may = (name, ...others) => ({
  name: `${name}-imports-only`,
  comment: `${name} may import: ${others.join(', ') || 'nothing else of ours'}`,
  severity: 'error',
  from: { path: room(name) },
  to: {
    path: '^src/',
    pathNot: [room(name), '^src/lib/(errors|iso-time|running-ids)\\.ts$', ...others.map(place)],
  },
})
const PURE = 'account|quota|rotation|provider|translate'

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'pure-rooms',
      comment: 'the pure rooms use no node: module and no npm package; time and chance come in as arguments',
      severity: 'error',
      from: { path: `^src/lib/(${PURE})/` },
      to: {
        dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'unknown'],
      },
    },
    {
      name: 'single-files-stand-alone',
      severity: 'error',
      from: { path: '^src/lib/(errors|iso-time|line-bytes|running-ids)\\.ts$' },
      to: { path: '^src/' },
    },
    may('account'),
    may('quota', 'account'),
    may('rotation', 'account', 'quota', 'provider'),
    may('provider', 'account', 'quota'),
    may('translate', 'provider'),
    may('store', 'account', 'quota', LINE_BYTES),
    may('toolkit', 'account', 'quota', 'rotation', 'provider', 'store'),
    may('observe', 'account', 'quota', LINE_BYTES),
    may('proxy', 'toolkit', 'rotation', 'quota', 'provider', 'account', 'translate', 'observe', LINE_BYTES),
    may('screen', 'toolkit', 'rotation', 'quota', 'provider', 'account', 'observe', 'terminal'),
    may('management', 'toolkit', 'rotation', 'quota', 'provider', 'account', 'observe'),
    may('terminal'),
    {
      name: 'web-knows-shapes-only',
      comment:
        'the page runs in a browser: of the program it takes types alone, those of the documents it is shown',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^src/', pathNot: '^src/lib/toolkit/(views|history/history-views)\\.ts$' },
    },
    {
      name: 'web-types-only',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^src/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nobody-imports-web',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^web/' },
    },
    {
      name: 'web-state-is-pure',
      comment: 'what the page shows is worked out without a browser, so that it can be tested without one',
      severity: 'error',
      from: { path: '^web/src/(state|select|format)/' },
      to: { path: '^(node_modules|web/src/(views|hooks|parts/.*\\.tsx$))' },
    },
    {
      name: 'commands-import-only',
      comment:
        'a command reads flags, makes one toolkit call and prints; the proxy and its management are for `proxy start` alone, what it left to see for `proxy logs`, the screen for `top`',
      severity: 'error',
      from: {
        path: '^src/commands/',
        pathNot: '^src/commands/(proxy/(start|worker|logs)|demo|top|base/(proxy|demo)-[a-z-]+)\\.ts$',
      },
      to: {
        path: '^src/',
        pathNot: ['^src/commands/', room('toolkit'), room('terminal'), '^src/lib/errors\\.ts$'],
      },
    },
    {
      name: 'management-comes-late',
      comment:
        'its schemas take longer to load than a proxy to start; they come with the first request for them',
      severity: 'error',
      from: { pathNot: room('management') },
      to: { path: room('management'), dependencyTypesNot: ['dynamic-import', 'type-only'] },
    },
    {
      name: 'oclif-at-the-edge',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(commands|hooks|lib/terminal|main)' },
      to: { path: '@oclif/' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
