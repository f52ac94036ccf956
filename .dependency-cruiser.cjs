// Import rules: which room may import which. `docs/internals/architecture.md` gives the reasons.
const room = (name) => `^src/lib/${name}/`
const may = (name, ...others) => ({
  name: `${name}-imports-only`,
  comment: `${name} may import: base, ${others.join(', ')}`,
  severity: 'error',
  from: { path: room(name) },
  to: { path: '^src/', pathNot: [room(name), room('base'), ...others.map(room)] },
})
const PURE = 'account|quota|schedule|rotation|provider|translate'
// Inside the proxy, imports run in this direction only. Files of the proxy's root start it and may import all of it.
const PROXY_LAYERS = [
  'workers',
  'server',
  'batches',
  'pipeline',
  'pool',
  'client',
  'upstream',
  'sandbox',
  'transport',
  'wire',
]
const SAME_LEVEL = ['client', 'upstream', 'sandbox']
const proxyLayer = (name) => {
  const above = PROXY_LAYERS.slice(0, PROXY_LAYERS.indexOf(name)).filter(
    (other) => !(SAME_LEVEL.includes(other) && SAME_LEVEL.includes(name)),
  )
  return {
    name: `proxy-${name}-looks-down`,
    comment:
      'inside proxy/: top, workers, server, batches, pipeline, pool, client beside upstream and sandbox, transport, wire',
    severity: 'error',
    from: { path: `^src/lib/proxy/${name}/` },
    to: { path: `^src/lib/proxy/(${above.join('|')})/` },
  }
}

// Inside the pipeline, imports run in this direction only. Its root runs the steps and holds what they share.
const PIPELINE_STEPS = ['attempt', 'refuse', 'answer', 'plan', 'exchange']
const pipelineStep = (name, index) => ({
  name: `pipeline-${name}-looks-down`,
  comment: 'inside pipeline/: the files that run the steps, attempt, refuse, answer, plan, exchange',
  severity: 'error',
  from: { path: `^src/lib/proxy/pipeline/${name}/` },
  to: {
    path: [
      '^src/lib/proxy/pipeline/(handle-request|dispatch|wait-for-account)\\.ts$',
      ...PIPELINE_STEPS.slice(0, index).map((above) => `^src/lib/proxy/pipeline/${above}/`),
    ],
  },
})

// Words and formats that the terminal and the page show alike.
const SHARED_WITH_PAGE = '^src/lib/(base/durations|base/text/count-noun|observe/outcome-words)\\.ts$'

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
      name: 'base-stands-alone',
      severity: 'error',
      from: { path: room('base') },
      to: { path: '^src/', pathNot: [room('base')] },
    },
    may('account'),
    may('quota', 'account'),
    may('contract', 'quota'),
    may('rotation', 'account', 'quota', 'provider'),
    may('schedule', 'account', 'quota'),
    may('provider', 'account', 'quota'),
    may('translate', 'provider'),
    may('store', 'account', 'quota', 'schedule'),
    may('net', 'account'),
    may('toolkit', 'contract', 'account', 'quota', 'schedule', 'rotation', 'provider', 'store', 'net'),
    may('observe', 'contract', 'account', 'quota'),
    may('proxy', 'toolkit', 'net', 'rotation', 'quota', 'provider', 'account', 'translate', 'observe'),
    ...PROXY_LAYERS.slice(1).map(proxyLayer),
    ...PIPELINE_STEPS.map(pipelineStep),
    {
      name: 'proxy-layers-do-not-import-the-top',
      comment: 'the files in the root of proxy/ start it; only workers/ may use their types',
      severity: 'error',
      from: { path: `^src/lib/proxy/(${PROXY_LAYERS.slice(1).join('|')})/` },
      to: { path: '^src/lib/proxy/[^/]+\\.ts$' },
    },
    {
      name: 'fast-transport-behind-its-chooser',
      comment: 'what relies on internals of Node is reached through the chooser alone',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/lib/proxy/transport/(fast/|choose-transport\\.ts$)' },
      to: { path: '^src/lib/proxy/transport/fast/' },
    },
    may('screen', 'toolkit', 'rotation', 'quota', 'provider', 'account', 'observe', 'terminal'),
    may('management', 'contract', 'toolkit', 'rotation', 'quota', 'provider', 'account', 'observe'),
    may('terminal', 'toolkit', 'proxy', 'observe'),
    may('demo', 'toolkit', 'proxy', 'terminal'),
    {
      name: 'terminal-formats-know-no-topic',
      comment: 'terminal/format and terminal/input draw and ask; they know no account, quota or proxy',
      severity: 'error',
      from: { path: '^src/lib/terminal/(format|input)/' },
      to: { path: '^src/', pathNot: ['^src/lib/terminal/(format|input)/', room('base')] },
    },
    {
      name: 'contract-as-types',
      comment: 'its schemas load zod, which only the API needs; all other rooms import the types',
      severity: 'error',
      from: { pathNot: [room('contract'), room('management')] },
      to: { path: room('contract'), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'web-knows-shapes-only',
      comment:
        'the page runs in a browser: of the program it takes the types of documents, and the words of SHARED_WITH_PAGE',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^src/', pathNot: [room('contract'), SHARED_WITH_PAGE] },
    },
    {
      name: 'web-types-only',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^src/', pathNot: SHARED_WITH_PAGE, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'shared-words-import-nothing',
      comment: 'they are part of the page too, which has no Node and should stay small',
      severity: 'error',
      from: { path: SHARED_WITH_PAGE },
      to: { dependencyTypesNot: ['type-only'] },
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
        'a command reads flags, makes one toolkit call and prints; the proxy and its management are for `proxy start` and `proxy restart` alone, its transport for `doctor`, what it left to see for `proxy logs`, the screen for `top`, MCP for `mcp`, the demo for `demo`',
      severity: 'error',
      from: {
        path: '^src/commands/',
        pathNot:
          '^src/commands/(proxy/(start|restart|worker|logs)|demo|demo/[a-z]+|base/demo-command|doctor|mcp|top|base/proxy/[a-z-]+)\\.ts$',
      },
      to: {
        path: '^src/',
        pathNot: ['^src/commands/', room('toolkit'), room('terminal'), room('base')],
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
