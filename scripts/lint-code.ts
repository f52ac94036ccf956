// `npm run lint:code`: checks the types of all code, and then ESLint's rules with the same types. The commands `tsc` and
// `eslint` would each infer all types, which takes most of their time.
import { dirname, join } from 'node:path'
import { ESLint } from 'eslint'
import ts from 'typescript'

const root = join(import.meta.dirname, '..')
const formatHost: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => root,
  getNewLine: () => '\n',
}

/** A file of several programs is read once. */
const readFiles = new Map<string, ts.SourceFile | undefined>()

const programs = ['tsconfig.json', 'web/tsconfig.json', 'test/web/tsconfig.json'].map(openProgram)
const faults = programs.flatMap(findFaults)
process.stdout.write(ts.formatDiagnostics(ts.sortAndDeduplicateDiagnostics(faults), formatHost))

const eslint = new ESLint({
  cwd: root,
  overrideConfig: {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parserOptions: { projectService: false, programs } },
  },
})
const results = await eslint.lintFiles(['.'])
process.stdout.write(await (await eslint.loadFormatter('stylish')).format(results))
const isClean = faults.length === 0 && results.every(({ errorCount }) => errorCount === 0)
process.exitCode = isClean ? 0 : 1

/**
 * The faults in the types of a program. The tests of the page import sources and helpers of the first program. Both
 * programs have the same settings but for the names of a browser, so such a file is checked once.
 */
function findFaults(program: ts.Program, index: number): ts.Diagnostic[] {
  if (index < 2) return [...ts.getPreEmitDiagnostics(program)]
  const ofProgram = [...program.getConfigFileParsingDiagnostics(), ...program.getOptionsDiagnostics()]
  const own = program.getRootFileNames().flatMap((name) => program.getSourceFile(name) ?? [])
  return [
    ...ofProgram,
    ...program.getGlobalDiagnostics(),
    ...own.flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ]),
  ]
}

function openProgram(config: string): ts.Program {
  const path = join(root, config)
  const { config: json } = ts.readConfigFile(path, (file) => ts.sys.readFile(file)) as { config: unknown }
  const { fileNames, options } = ts.parseJsonConfigFileContent(json, ts.sys, dirname(path))
  const compiled = { ...options, noEmit: true, incremental: false, tsBuildInfoFile: undefined }
  return ts.createProgram(fileNames, compiled, buildHost(compiled))
}

function buildHost(options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options, true)
  const read = host.getSourceFile.bind(host)
  host.getSourceFile = (name, languageOptions, ...others) => {
    const key = `${name} ${JSON.stringify(languageOptions)}`
    if (!readFiles.has(key)) readFiles.set(key, read(name, languageOptions, ...others))
    return readFiles.get(key)
  }
  return host
}
