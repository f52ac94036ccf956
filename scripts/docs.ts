// `npm run docs`: generates the parts of the documents that follow from the program, between their markers.
// `--check` writes nothing, names stale documents and exits with 1.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { apiRoutes, apiSchemas } from './docs/api.ts'
import { commandIndex } from './docs/commands.ts'
import { errorTable } from './docs/errors.ts'
import { jsonExamples } from './docs/json-examples.ts'
import { demoPicture } from './docs/demo-picture.ts'
import { outcomeTables } from './docs/outcomes.ts'
import { defaultLimits, providerFacts, providersIndex, providerTerms } from './docs/providers.ts'
import { builtinProviders } from '../src/lib/provider/builtin/index.ts'
import { topPicture } from './docs/top-picture.ts'
import { serviceErrors } from './docs/service-errors.ts'
import { settingsList, variablesList } from './docs/settings.ts'
import { translationTables } from './docs/translation.ts'

/** The documents that have generated parts. */
export const documents = [
  'docs/guide/demo.md',
  'docs/reference/commands.md',
  'docs/reference/api.md',
  'docs/reference/configuration.md',
  'docs/reference/errors.md',
  'docs/reference/json.md',
  'docs/guide/limits.md',
  'docs/guide/proxy.md',
  'docs/reference/providers.md',
  'docs/reference/service-errors.md',
  'docs/guide/top.md',
  'docs/reference/translation.md',
  ...builtinProviders.map(({ id }) => `docs/reference/providers/${id}.md`),
]

/** The text between `<!-- generated:NAME:start -->` and `<!-- generated:NAME:end -->`, markers included. */
const PART = /<!-- generated:([a-z-]+):start -->\n[\s\S]*?<!-- generated:\1:end -->/g

/**
 * Every generated part by its name. Runs commands in a separate home, which takes some seconds. `program`: the file that
 * runs them. The built one takes half of the CPU of the sources.
 */
export async function generatedParts(
  root: string,
  program = join(root, 'bin', 'dev.js'),
): Promise<ReadonlyMap<string, string>> {
  const examples = await jsonExamples(program)
  return new Map([
    ['demo', await demoPicture(program)],
    ['top', await topPicture()],
    ['commands', commandIndex(root)],
    ['api-routes', apiRoutes()],
    ['api-schemas', apiSchemas()],
    ['settings', settingsList()],
    ['translation', translationTables()],
    ['variables', variablesList()],
    ['errors', errorTable(root)],
    ['service-errors', serviceErrors()],
    ['default-limits', defaultLimits()],
    ['providers-index', providersIndex()],
    ...[...providerFacts()].map(([id, text]) => [`provider-${id}`, text] as const),
    ...[...providerTerms()].map(([id, text]) => [`terms-${id}`, text] as const),
    ...[...outcomeTables()].map(([id, text]) => [`outcomes-${id}`, text] as const),
    ...[...examples].map(([name, text]) => [`json-${name}`, text] as const),
  ])
}

/** The document with current generated parts. Throws for an unknown part. */
export function withParts(text: string, parts: ReadonlyMap<string, string>): string {
  return text.replace(PART, (_, name: string) => {
    const part = parts.get(name)
    if (part === undefined) throw new Error(`nothing generates the part "${name}"`)
    return `<!-- generated:${name}:start -->\n\n${part.trim()}\n\n<!-- generated:${name}:end -->`
  })
}

/** The names of the generated parts that a document has. */
export function partNames(text: string): string[] {
  return [...text.matchAll(PART)].map((match) => match[1] ?? '')
}

async function main(root: string, isCheck: boolean): Promise<number> {
  const parts = await generatedParts(root)
  const stale: string[] = []
  for (const file of documents) {
    const path = join(root, file)
    const before = readFileSync(path, 'utf8')
    const after = withParts(before, parts)
    if (after === before) continue
    stale.push(file)
    if (!isCheck) writeFileSync(path, after)
  }
  for (const file of stale) console.log(isCheck ? `${file} is stale: npm run docs` : `${file} written`)
  return isCheck && stale.length > 0 ? 1 : 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(join(import.meta.dirname, '..'), process.argv.includes('--check'))
}
